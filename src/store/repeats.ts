import { OPERATOR_TENANT, type Queryable } from './store.js';

/**
 * True for one of all processes that ask, when nobody did this repeated work in the last `everyMs`; it counts as done from
 * now on. A time in the future was written before the clock was put back, and is over.
 */
export async function claimPeriod(db: Queryable, name: string, everyMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into repeats (tenant_id, name, ran_at) values ($1, $2, now())
     on conflict (name) do update set ran_at = now()
      where repeats.ran_at <= now() - make_interval(secs => $3) or repeats.ran_at > now()`,
    [OPERATOR_TENANT, name, everyMs / 1000],
  );
  return (rowCount ?? 0) > 0;
}
