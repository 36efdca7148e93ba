import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Queryable, Store } from '../store/store.js';
import { monthAfter } from './dimensions.js';
import { momentOf } from './moment.js';
import type { CountingRule } from './rule.js';

/** How far the figures of a period are settled; `changedSince` is true when records of it were added after the closing. */
export interface PeriodStatus {
  state: 'preliminary' | 'final';
  /** The highest revision of its months; 0 while none was closed. */
  revision: number;
  changedSince: boolean;
}

/** The day of a moment in Asia/Shanghai, and when it began. */
const day = (moment: string) => `to_char(${moment}::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`;
const midnight = (moment: string) =>
  `(date_trunc('day', ${moment}::timestamptz at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai')`;
const moved = `counting_batches b join figure_deltas d on d.batch_id = b.id join figure_cells f on f.id = d.cell_id`;

/** The closings of each month (that has begun) of a period before `asOf`. */
export interface MonthStatus extends PeriodStatus {
  month: string;
}

/** How far each month of a period that has begun is settled as of a moment. */
export async function monthStatuses(
  db: Queryable,
  from: string,
  to: string,
  asOf: Date,
): Promise<MonthStatus[]> {
  const { rows } = await db.query<MonthStatus>(
    `with months as (
       select to_char(m, 'YYYY-MM') as month
         from generate_series(($1 || '-01')::date, ($2 || '-01')::date, interval '1 month') m
        where m <= $3::timestamptz at time zone 'Asia/Shanghai'
     ), closed as (
       select distinct on (month) month, revision, status, as_of from figure_closings
        where month between $1 and $2 and closed_at <= $3 order by month, revision desc
     )
     select month, coalesce(c.status, 'preliminary') as state, coalesce(c.revision, 0) as revision,
            coalesce(
              exists (select 1 from figure_cubes k
                       where k.cube = 'place' and k.month = c.month and length(k.recorded) = 10
                         and k.recorded > ${day('c.as_of')} and k.recorded < ${day('$3')})
              or exists (select 1 from ${moved}
                          where not b.folded and b.recorded_at > c.as_of and b.recorded_at <= $3 and f.month = c.month)
              or exists (select 1 from figure_cubes k
                          where k.cube = 'place' and k.month = c.month and k.recorded in (${day('c.as_of')}, ${day('$3')}))
                 and exists (select 1 from ${moved}
                              where b.folded and b.recorded_at > c.as_of and b.recorded_at <= $3 and f.month = c.month
                                and (b.recorded_at < ${midnight('c.as_of')} + interval '1 day' or b.recorded_at >= ${midnight('$3')})),
              false) as "changedSince"
       from months left join closed c using (month) order by month`,
    [from, to, asOf],
  );
  return rows;
}

/** The months of a period together: final when all of them are; a period of none has not begun and is preliminary. */
export const statusOfMonths = (months: readonly MonthStatus[]): PeriodStatus => ({
  state: months.length > 0 && months.every((m) => m.state === 'final') ? 'final' : 'preliminary',
  revision: Math.max(0, ...months.map((m) => m.revision)),
  changedSince: months.some((m) => m.changedSince),
});

export interface Closing {
  month: string;
  revision: number;
  status: 'preliminary' | 'final';
  asOf: string;
  closedBy: string;
  note: string;
  closedAt: string;
}

/** Closings of months, newest first. */
export async function listClosings(db: Queryable): Promise<Closing[]> {
  const { rows } = await db.query<
    Record<string, string> & { as_of: Date; closed_at: Date; revision: number }
  >(
    `select month, revision, status, as_of, actor_name(closed_by) as closed_by, note, closed_at from figure_closings
      order by month desc, revision desc limit 500`,
  );
  return rows.map((r) => ({
    month: r.month ?? '',
    revision: r.revision,
    status: r.status === 'final' ? 'final' : 'preliminary',
    asOf: r.as_of.toISOString(),
    closedBy: r.closed_by ?? '',
    note: r.note ?? '',
    closedAt: r.closed_at.toISOString(),
  }));
}

/**
 * Closes a month as it stands now: the next revision. Throws Y01 (409) when it is to be final and the time the rule asks
 * for has not passed. Returns the revision and the moment it speaks of.
 */
export async function closeMonth(
  store: Store,
  rule: CountingRule,
  closing: { month: string; status: 'preliminary' | 'final'; by: string; note: string },
): Promise<{ revision: number; asOf: Date }> {
  const asOf = await momentOf(store);
  const open = monthAfter(closing.month, 1 + rule.final.afterMonths);
  if (closing.status === 'final' && asOf < new Date(`${open}-01T00:00:00+08:00`))
    throw new FaultError(
      [makeFault('Y01', 'month', { month: closing.month, reason: `${open}-01 起 / from ${open}-01 on` })],
      409,
    );
  return store.transaction(async (tx) => {
    await tx.query('lock table figure_closings in share row exclusive mode');
    const { rows } = await tx.query<{ revision: number }>(
      `insert into figure_closings (month, revision, status, as_of, closed_by, note)
       select $1, coalesce(max(revision), 0) + 1, $2, $3, $4, $5 from figure_closings where month = $1
       returning revision`,
      [closing.month, closing.status, asOf, closing.by, closing.note],
    );
    return { revision: rows[0]?.revision ?? 1, asOf };
  });
}
