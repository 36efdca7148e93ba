import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import { countMissing, type Count } from '../../figures/catchUp.js';
import { foldBatches } from '../../figures/fold.js';
import type { Store } from '../../store/store.js';
import { lastMonth, monthlyReport, type SnapshotContext } from './snapshots.js';

const REPORT_EVERY_MS = 3_600_000;

/**
 * What keeps figures in shape, as the step of a loop: once, lists that should be counted and are not; then batches are
 * folded, and every hour the report of the month that is over is made when it is not there. True while there is more to
 * fold. No figure depends on it running.
 */
export function figuresUpkeep(parts: {
  store: Store;
  figures: SnapshotContext;
  count: Count;
  clock: Clock;
  log: Log;
  stopping(): boolean;
}): () => Promise<boolean> {
  const { store, figures, count, clock, log, stopping } = parts;
  let caughtUp = false;
  let reportAt = 0;
  return async () => {
    if (!caughtUp) {
      const counted = await countMissing(store, figures.countingRule, count, stopping);
      if (counted > 0) log.info({ counted }, 'lists were counted that had no record of the rule in force');
      caughtUp = !stopping();
    }
    if ((await foldBatches(store)) > 0) return true;
    const now = clock.now();
    if (now.getTime() >= reportAt) {
      reportAt = now.getTime() + REPORT_EVERY_MS;
      const month = lastMonth(now);
      const snapshot = await monthlyReport(store, figures, month);
      if (snapshot) log.info({ month, snapshot }, 'monthly report is frozen');
    }
    return false;
  };
}
