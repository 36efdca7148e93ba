import { test } from '@jest/globals';
import { killedJourney } from '../support/killedJourney.js';

/** `SOAK_ORDERS=300 SOAK_KILLS=20 npm run soak -- killed` is a short form of the same. */
const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const orders = setting('SOAK_ORDERS', 20_000);
const kills = setting('SOAK_KILLS', 200);
const workers = setting('SOAK_WORKERS', 3);
const EIGHT_HOURS = 8 * 3_600_000;

test(
  `${orders} orders, ${workers} workers, ${kills} kills of any process, of the database and of Redis, hostile files: every list is cleared once`,
  async () => {
    await killedJourney({
      orders,
      workers,
      kills,
      hostile: Math.ceil(orders / 10),
      seed: setting('SOAK_SEED', 5),
      database: true,
      redis: true,
      timeoutMs: EIGHT_HOURS / 2,
    });
  },
  EIGHT_HOURS,
);
