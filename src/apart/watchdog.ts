import { workerData } from 'node:worker_threads';
import type { HelperStart } from './messages.js';

/** How often it looks whether the gateway still is. */
const LOOK_MS = 1_000;

/**
 * A thread of each helper that ends it when its gateway is gone. The helper itself hears of that only between two
 * questions; one that a file keeps busy for ever would outlive a gateway that was killed.
 */
const { gateway } = workerData as HelperStart;
setInterval(() => {
  if (process.ppid !== gateway) process.kill(process.pid, 'SIGKILL');
}, LOOK_MS);
