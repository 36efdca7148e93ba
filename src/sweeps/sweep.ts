import type { Log } from '../base/log.js';
import { isUnavailable, type Queryable, type Store } from '../store/store.js';
import type { Text } from '../terms/text.js';
import { sweeps, type Sweep, type SweepContext } from './stranded.js';

/** How many are in one of the states where something could go on and does not; at most `COUNT_UP_TO`. */
export interface Stranded {
  name: string;
  title: Text;
  count: number;
}

const COUNT_UP_TO = 10_000;
const AT_ONCE = 200;

/** Counts what is stranded, state by state; all zero while all goes well. */
export async function countStranded(db: Queryable, context: SweepContext): Promise<Stranded[]> {
  const counted: Stranded[] = [];
  for (const sweep of sweeps) {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from (${sweep.find} limit ${COUNT_UP_TO}) as s`,
      sweep.values(context),
    );
    counted.push({ name: sweep.name, title: sweep.title, count: rows[0]?.n ?? 0 });
  }
  return counted;
}

/**
 * Looks once for everything that could go on and does not, and lets it. What cannot be mended is logged and holds up
 * nothing else. Returns how many were found by state.
 */
export async function sweepOnce(
  store: Store,
  context: SweepContext,
  log: Log,
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const sweep of sweeps) {
    const { rows } = await store.query<{ id: string }>(
      `select id from (${sweep.find}) as s order by id limit ${AT_ONCE}`,
      sweep.values(context),
    );
    if (rows.length === 0) continue;
    found[sweep.name] = rows.length;
    log.warn({ sweep: sweep.name, found: rows.length }, 'stranded');
    await mend(
      store,
      sweep,
      rows.map((r) => r.id),
      context,
      log,
    );
  }
  return found;
}

/** All at once; when that fails one by one, so that only those at fault stay. */
async function mend(
  store: Store,
  sweep: Sweep,
  ids: string[],
  context: SweepContext,
  log: Log,
): Promise<void> {
  try {
    await store.transaction((tx) => sweep.mend(tx, ids, context));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    if (ids.length === 1) log.error({ sweep: sweep.name, id: ids[0], err: error }, 'cannot be mended');
    else for (const id of ids) await mend(store, sweep, [id], context, log);
  }
}
