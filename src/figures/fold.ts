import type { Store } from '../store/store.js';

const BATCHES = 2_000;
const LOCK = 7_236_409_003;

/**
 * Adds the deltas of some committed batches to the rollups; one process at a time, another returns at once. No figure
 * changes by it, totals only read fewer rows afterwards. Returns how many batches were folded.
 */
export async function foldBatches(store: Store, limit = BATCHES): Promise<number> {
  return store.transaction(async (tx) => {
    const { rows: lock } = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [
      LOCK,
    ]);
    if (!lock[0]?.got) return 0;
    const { rowCount } = await tx.query(
      `with taken as (
         update counting_batches set folded = true
          where id in (select id from counting_batches where not folded order by id limit $1)
         returning id, recorded_month
       ), sums as (
         select d.cell_id, taken.recorded_month, sum(d.documents) as documents, sum(d.lines) as lines,
                sum(d.unrated) as unrated, sum(d.cny) as cny, sum(d.usd) as usd
           from taken join figure_deltas d on d.batch_id = taken.id group by 1, 2
       ), added as (
         insert into figure_rollups as r (cell_id, recorded_month, documents, lines, unrated, cny, usd)
         select * from sums
         on conflict (cell_id, recorded_month) do update set documents = r.documents + excluded.documents,
           lines = r.lines + excluded.lines, unrated = r.unrated + excluded.unrated, cny = r.cny + excluded.cny,
           usd = r.usd + excluded.usd
       )
       select id from taken`,
      [limit],
    );
    return rowCount ?? 0;
  });
}
