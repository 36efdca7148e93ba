import { test } from '@jest/globals';
import { killedJourney } from '../support/killedJourney.js';

test('with every process killed now and then and hostile files among the receipts, every list is cleared once', async () => {
  await killedJourney({ orders: 24, workers: 2, kills: 4, hostile: 40, seed: 3, timeoutMs: 90_000 });
}, 170_000);
