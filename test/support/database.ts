import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** The database of the newest schema, without a row, that others are copied from. */
export const TEMPLATE = 'migrated';

/** A new database in the PostgreSQL of this test run: of the newest schema, or (`empty`) without any. */
export async function newDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const admin = process.env.TEST_DATABASE_URL;
  if (!admin) throw new Error('TEST_DATABASE_URL is missing: the global set-up did not run');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await run(admin, `create database ${name}${empty ? '' : ` template ${TEMPLATE}`}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(admin, `drop database ${name} with (force)`) };
}

/** Statements one after the other, each in a transaction of its own. */
export async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
