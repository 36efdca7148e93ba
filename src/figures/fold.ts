import { LOCK } from '../store/advisory.js';
import type { Store } from '../store/store.js';

const BATCHES = 2_000;

/**
 * Adds the deltas of some committed batches to the rollups and the coarse sums; one process at a time, another returns at
 * once. No figure changes by it, totals only read fewer rows afterwards. Returns how many batches were folded.
 */
export async function foldBatches(store: Store, limit = BATCHES): Promise<number> {
  return store.transaction(async (tx) => {
    const { rows: lock } = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1) as got', [
      LOCK.folding,
    ]);
    if (!lock[0]?.got) return 0;
    const { rows: taken } = await tx.query<{ id: string }>(
      `update counting_batches set folded = true
        where id in (select id from counting_batches where not folded order by id limit $1) returning id`,
      [limit],
    );
    if (taken.length === 0) return 0;
    const batches = [taken.map((b) => b.id)];
    await tx.query(
      `insert into figure_rollups as r (cell_id, recorded_month, documents, lines, unrated, cny, usd)
       select d.cell_id, b.recorded_month, sum(d.documents), sum(d.lines), sum(d.unrated), sum(d.cny), sum(d.usd)
         from counting_batches b join figure_deltas d on d.batch_id = b.id where b.id = any($1::bigint[]) group by 1, 2
       on conflict (cell_id, recorded_month) do update set ${ADDED}`,
      batches,
    );
    await tx.query(
      `insert into figure_cubes as r select * from figure_cubes_of($1::bigint[])
       on conflict (cube, recorded, key) do update set ${ADDED}`,
      batches,
    );
    return taken.length;
  });
}

const ADDED = ['documents', 'lines', 'unrated', 'cny', 'usd']
  .map((sum) => `${sum} = r.${sum} + excluded.${sum}`)
  .join(', ');
