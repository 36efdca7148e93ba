import { test } from '@jest/globals';
import { killedJourney } from '../support/killedJourney.js';

test('five thousand orders, three workers, sixty kills of any process and of the database, hostile files: every list is cleared once', async () => {
  await killedJourney({
    orders: 5000,
    workers: 3,
    kills: 60,
    hostile: 2000,
    seed: 5,
    database: true,
    timeoutMs: 1_800_000,
  });
});
