import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { projectRoot } from '../base/root.js';
import { LOCK } from './advisory.js';
import { alone } from './presence.js';
import type { Queryable, Store } from './store.js';

/** The folder of numbered SQL files that make the schema. */
export const migrationsDir = join(projectRoot, 'src', 'store', 'migrations');

/** First line of a migration that only adds: programs of the version before go on working with it. */
const EXPANDS = /^-- expand\b/;

const migrationFiles = (dir: string): string[] =>
  readdirSync(dir)
    .filter((f) => /^\d{4}_\w+\.sql$/.test(f))
    .sort();

interface Applied {
  name: string;
  sha256: string;
  expands: boolean;
}
const appliedTo = async (db: Queryable): Promise<Applied[]> =>
  (
    await db.query<Applied & Record<string, unknown>>(
      'select name, sha256, expands from schema_migrations order by name',
    )
  ).rows;

/** Why this program does not fit a database that was brought to these migrations (C11); undefined when it does. */
function tooNew(applied: readonly Applied[], files: readonly string[]): Fault | undefined {
  const unknown = applied.filter(({ name, expands }) => !files.includes(name) && !expands);
  return unknown.length === 0
    ? undefined
    : makeFault('C11', '', { migrations: unknown.map(({ name }) => name).join(', ') });
}

/** Whether this program fits the database still, or a newer one changed it meanwhile; see `tooNew`. */
export const outgrown = async (db: Queryable): Promise<Fault | undefined> =>
  tooNew(await appliedTo(db), migrationFiles(migrationsDir));

/**
 * Brings the database to the newest schema; several processes may call it at once. Returns the names applied. Throws when
 * an applied file was edited afterwards, C11 when the database is newer than this program: unless each migration that it
 * does not know only adds (`-- expand`), so that old and new stand side by side during an upgrade; and C12 when a migration
 * does more than add while other processes are at work.
 */
export async function migrate(store: Store, dir = migrationsDir): Promise<string[]> {
  const files = migrationFiles(dir);
  return store.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK.migration]);
    await tx.query(
      'create table if not exists schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
    );
    await tx.query(
      'alter table schema_migrations add column if not exists expands boolean not null default false',
    );
    const known = await appliedTo(tx);
    const refuse = (fault: Fault | undefined) => {
      if (fault) throw new FaultError([fault]);
    };
    refuse(tooNew(known, files));
    const applied = new Map(known.map((r) => [r.name, r.sha256]));
    const done: string[] = [];
    let nobodyElse = false;
    for (const name of files) {
      const sql = readFileSync(join(dir, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before === sha256) continue;
      if (before !== undefined) throw new Error(`migration ${name} was edited after it ran on this database`);
      const expands = EXPANDS.test(sql);
      if (!expands && !nobodyElse) {
        refuse(await alone(tx, name));
        nobodyElse = true;
      }
      await tx.query(sql);
      await tx.query('insert into schema_migrations (name, sha256, expands) values ($1, $2, $3)', [
        name,
        sha256,
        expands,
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
