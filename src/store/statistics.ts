import type { Store } from './store.js';

/** Pages (of 8 KB) from which on the planner of the database has to know what a table holds. */
const MANY_PAGES = 32;

/** Of the 100 values and 30,000 rows PostgreSQL looks at by itself: what grows fast needs its size known soon, not its values in full. */
const COARSE = 10;

/**
 * Tells the planner what the tables hold that doubled since it last looked. PostgreSQL does so itself once a minute at
 * most; a table that grows from nothing to thousands of rows within that minute would be read as if it were empty, and
 * the locks of whoever reads it be held so much longer. Any number of processes may ask; one looks. Returns the tables.
 */
export async function refreshStatistics(store: Store): Promise<string[]> {
  const { rows } = await store.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
      where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
        and pg_relation_size(c.oid) > 2 * greatest(c.relpages, $1) * current_setting('block_size')::bigint`,
    [MANY_PAGES],
  );
  for (const { name } of rows)
    await store.transaction(async (tx) => {
      await tx.query(`set local default_statistics_target = ${COARSE}`);
      await tx.query(`analyze (skip_locked) ${name}`);
    });
  return rows.map((r) => r.name);
}
