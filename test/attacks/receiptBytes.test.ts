import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { attemptAll } from '../support/attempts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, documentOf, handIn, ORDER } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';
import { freshOrders } from '../support/sampleOrders.js';

const all = [...freshOrders({ count: 30, seed: 12, batch: 'R' })];
const mine = all[0]!;
const theirs = all.find((o) => o.seller.code !== mine.seller.code)!;
let it: TestGateway;

beforeAll(async () => {
  it = await startTestGateway({ orders: [mine, theirs], workers: false });
});
afterAll(() => it.close());

test('a file that repeats a known receipt of another seller beside a new one of mine is not shown to me', async () => {
  const me = it.sellers.get(mine.seller.code!)!.client;
  const other = it.sellers.get(theirs.seller.code!)!.client;
  const [myId] = await handIn(me, [mine]);
  const [theirId] = await handIn(other, [theirs]);
  await attemptAll(it.gateway.store);
  const keyOf = (d: Awaited<ReturnType<typeof declarationOf>>) =>
    Object.values(documentOf(d, ORDER).key).join('|');
  const at = new Date('2026-11-20T02:00:00Z');
  const known = receiptOf(ORDER, keyOf(await declarationOf(other, theirId!)), '2', at, '申报中');
  const fresh = receiptOf(ORDER, keyOf(await declarationOf(me, myId!)), '2', at, '申报中');
  const apply = async (file: ReturnType<typeof receiptFile>) => {
    await storeRaw(it.gateway.store, [file]);
    await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(), 10);
  };
  await apply(receiptFile([known], 'first'));
  await apply(receiptFile([known, fresh], 'both'));

  const entry = (await declarationOf(me, myId!)).timeline.find((e) => e.kind === 'receipt')!;
  expect((await me.raw('GET', entry.bytes!)).status).toBe(404);
  expect((await it.operator.raw('GET', entry.bytes!)).status).toBe(200);
  const own = (await declarationOf(other, theirId!)).timeline.find((e) => e.kind === 'receipt')!;
  expect((await other.raw('GET', own.bytes!)).status).toBe(200);
});
