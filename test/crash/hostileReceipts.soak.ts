import { test } from '@jest/globals';
import { hostileReceipts } from '../support/hostileReceipts.js';

test('ten thousand hostile files among the receipts hold up none of the good ones, and none of them is lost', async () => {
  await hostileReceipts({ orders: 100, hostile: 10_000, seed: 11 });
});
