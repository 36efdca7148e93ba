import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../base/root.js';
import type { Queryable, Store } from './store.js';

const LOCK = 7_236_409_001;

/** The folder of numbered SQL files that make the schema. */
export const migrationsDir = join(projectRoot, 'src', 'store', 'migrations');

/** First line of a migration that only adds: programs of the version before go on working with it. */
const EXPANDS = /^-- expand\b/;

/**
 * Brings the database to the newest schema; several processes may call it at once. Returns the names applied.
 * Throws when an applied file was edited afterwards, and when the database is newer than this program: unless each
 * migration that it does not know only adds (`-- expand`), so that old and new stand side by side during an upgrade.
 */
export async function migrate(store: Store, dir = migrationsDir): Promise<string[]> {
  const files = readdirSync(dir)
    .filter((f) => /^\d{4}_\w+\.sql$/.test(f))
    .sort();
  return store.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await tx.query(
      'create table if not exists schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    await tx.query(
      'alter table schema_migrations add column if not exists expands boolean not null default false',
    );
    const { rows } = await tx.query<{ name: string; sha256: string; expands: boolean }>(
      'select name, sha256, expands from schema_migrations order by name',
    );
    const applied = new Map(rows.map((r) => [r.name, r.sha256]));
    const unknown = rows.filter((r) => !files.includes(r.name) && !r.expands).map((r) => r.name);
    if (unknown.length > 0)
      throw new Error(
        `the database is newer than this program: it has ${unknown.join(', ')}; install a newer gateway`,
      );
    const done: string[] = [];
    for (const name of files) {
      const sql = readFileSync(join(dir, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before === sha256) continue;
      if (before !== undefined) throw new Error(`migration ${name} was edited after it ran on this database`);
      await tx.query(sql);
      await tx.query('insert into schema_migrations (name, sha256, expands) values ($1, $2, $3)', [
        name,
        sha256,
        EXPANDS.test(sql),
      ]);
      done.push(name);
    }
    return done;
  });
}

/** A short name of this database that no other has: its schema was made at that moment, under that name. */
export async function databaseName(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    `select substr(encode(sha256(convert_to(current_database() || min(applied_at)::text, 'UTF8')), 'hex'), 1, 12) as name from schema_migrations`,
  );
  return rows[0]?.name ?? '';
}
