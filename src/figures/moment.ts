import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Queryable } from '../store/store.js';

/**
 * The moment figures are read as of. Without `asOf`: now, such that everything recorded up to it is there and nothing
 * recorded later is dated before it; asking again for this moment gives the same figures for ever. A past moment is
 * taken as it is. Throws A04 for a moment to come. UTC, whole milliseconds.
 */
export async function momentOf(db: Queryable, asOf?: Date): Promise<Date> {
  const { rows } = await db.query<{ at: Date }>('select counting_moment() as at');
  const now = rows[0]?.at ?? new Date();
  if (asOf && asOf > now)
    throw new FaultError(
      [makeFault('A04', 'query.asOf', { reason: '不能晚于现在 / must not lie in the future' })],
      400,
    );
  return asOf ?? now;
}

/**
 * SQL of what each cell holds as of a moment, one or more rows a cell: rollups up to the moment's month, what is not
 * folded yet, less what the month's rollups hold that was recorded later. Parameters: the moment and its month.
 */
export const cellsAsOf = (moment: string): string => `
  select cell_id, documents, lines, unrated, cny, usd from figure_rollups
   where recorded_month <= to_char(${moment}::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM')
  union all
  select d.cell_id, d.documents, d.lines, d.unrated, d.cny, d.usd
    from counting_batches b join figure_deltas d on d.batch_id = b.id
   where not b.folded and b.recorded_at <= ${moment}::timestamptz
  union all
  select d.cell_id, -d.documents, -d.lines, -d.unrated, -d.cny, -d.usd
    from counting_batches b join figure_deltas d on d.batch_id = b.id
   where b.folded and b.recorded_at > ${moment}::timestamptz
     and b.recorded_month = to_char(${moment}::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM')`;

/** SQL condition: the version `r` stood as of the moment. */
export const stoodAsOf = (moment: string, r = 'r'): string => `
  exists (select 1 from counting_batches b where b.id = ${r}.batch_id and b.recorded_at <= ${moment}::timestamptz)
  and (${r}.ended_batch is null
       or not exists (select 1 from counting_batches e where e.id = ${r}.ended_batch and e.recorded_at <= ${moment}::timestamptz))`;
