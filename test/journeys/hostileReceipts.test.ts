import { test } from '@jest/globals';
import { hostileReceipts } from '../support/hostileReceipts.js';

test('hostile files among the receipts hold up none of the good ones, and none of them is lost', async () => {
  await hostileReceipts({ orders: 12, hostile: 1200, seed: 7 });
});
