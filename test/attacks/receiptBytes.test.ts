import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { attemptAll } from '../support/attempts.js';
import type { Client } from '../support/client.js';
import { applyForeignReceipts, answersTo } from '../support/foreignReceipts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, documentOf, handIn, ORDER } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';
import { freshOrders } from '../support/sampleOrders.js';

const all = [...freshOrders({ count: 30, seed: 12, batch: 'R' })];
const mine = all[0]!;
const theirs = all.find((o) => o.seller.code !== mine.seller.code)!;
let it: TestGateway;
let me: Client;
let other: Client;
let myId: string;
let theirId: string;

beforeAll(async () => {
  it = await startTestGateway({ orders: [mine, theirs], workers: false });
  me = it.sellers.get(mine.seller.code!)!.client;
  other = it.sellers.get(theirs.seller.code!)!.client;
  [myId = '', theirId = ''] = [...(await handIn(me, [mine])), ...(await handIn(other, [theirs]))];
  await attemptAll(it.gateway.store);
});
afterAll(() => it.close());

test('a file that repeats a known receipt of another seller beside a new one of mine is not shown to me', async () => {
  const keyOf = (d: Awaited<ReturnType<typeof declarationOf>>) =>
    Object.values(documentOf(d, ORDER).key).join('|');
  const at = new Date('2026-11-20T02:00:00Z');
  const known = receiptOf(ORDER, keyOf(await declarationOf(other, theirId)), '2', at, '申报中');
  const fresh = receiptOf(ORDER, keyOf(await declarationOf(me, myId)), '2', at, '申报中');
  const apply = async (file: ReturnType<typeof receiptFile>) => {
    await storeRaw(it.gateway.store, [file]);
    await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(), 10);
  };
  await apply(receiptFile([known], 'first'));
  await apply(receiptFile([known, fresh], 'both'));

  const entry = (await declarationOf(me, myId)).timeline.find((e) => e.kind === 'receipt')!;
  expect((await me.raw('GET', entry.bytes!)).status).toBe(404);
  expect((await it.operator.raw('GET', entry.bytes!)).status).toBe(200);
  const own = (await declarationOf(other, theirId)).timeline.find((e) => e.kind === 'receipt')!;
  expect((await other.raw('GET', own.bytes!)).status).toBe(200);
});

test('receipts of mine, mutated and with parts of the key of another, move nothing of the other', async () => {
  const before = await answersTo(it, theirId);
  const own = await answersTo(it, myId);
  // The long form is foreignReceipts.soak.ts.
  const both = [await declarationOf(me, myId), await declarationOf(other, theirId)] as const;
  await applyForeignReceipts(it, both, 150, 9);
  expect(await answersTo(it, theirId)).toEqual(before);
  // They were read: some moved what they were of.
  expect((await answersTo(it, myId)).length).toBeGreaterThan(own.length + 10);
});
