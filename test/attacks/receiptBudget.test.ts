import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { applyReceipts } from '../../src/receipts/apply.js';
import { Reading } from '../../src/reading/reading.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { LIST } from '../support/journey.js';

let it: TestGateway;
/** The endless file takes several times as long, that of thirty lists a tenth of it. */
const reading = new Reading({ memoryMb: 256, answerMs: 200 });

beforeAll(async () => {
  it = await startTestGateway({ orders: [], workers: false });
});
afterAll(async () => {
  reading.close();
  await it.close();
});

const AT = new Date('2026-11-20T02:00:00Z');
const NONSENSE = 240_000;
const receipts = (name: string, count: number) =>
  receiptFile(
    Array.from({ length: count }, (_, n) => receiptOf(LIST, `91500000|${name}${n}`, '2', AT, '申报中')),
    name,
  );
/** Takes seconds to read. */
const endless = (name: string) => {
  const file = receipts(name, 1);
  const filled = file.bytes.toString().replace('</ceb:InventoryReturn>', `${'<x>1</x>'.repeat(NONSENSE)}$&`);
  return { ...file, bytes: Buffer.from(filled) };
};

test('a receipt file that takes longer than it may is stopped and set aside; its neighbours, small and large, go on', async () => {
  const { store, journey } = it.gateway;
  const context = {
    ...journey.applyContext(),
    read: (bytes: Buffer, origin: string) => reading.receipts(bytes, origin),
  };
  const files = [receipts('first', 1), endless('endless'), receipts('large', 30), receipts('last', 1)];
  for (const file of files) await storeRaw(store, [file]);
  for (let rounds = 0; (await applyReceipts(store, context, 50)) > 0; rounds++)
    expect(rounds).toBeLessThan(files.length);
  const { rows } = await store.query<{ origin: string; state: string; codes: string[] | null }>(
    `select w.origin, w.state, (select jsonb_path_query_array(t.faults, '$[*].code') from tray t where t.raw_id = w.id and t.reason = 'unreadable') as codes
       from raw_receipts w order by w.id`,
  );
  expect(rows).toEqual([
    { origin: 'first.xml', state: 'applied', codes: null },
    { origin: 'endless.xml', state: 'unreadable', codes: ['D14'] },
    { origin: 'large.xml', state: 'applied', codes: null },
    { origin: 'last.xml', state: 'applied', codes: null },
  ]);
});

test('while the gateway reads such a file, it answers others all along', async () => {
  const { store, journey } = it.gateway;
  await storeRaw(store, [endless('held')]);
  let worstMs = 0;
  let over = false;
  const watching = (async () => {
    for (let last = performance.now(); !over; last = performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      worstMs = Math.max(worstMs, performance.now() - last - 10);
    }
  })();
  const from = performance.now();
  expect(await applyReceipts(store, journey.applyContext(), 50)).toBe(1);
  const tookMs = performance.now() - from;
  over = true;
  await watching;
  // What reading takes, and nobody waits for, is many times what anybody waits.
  expect({ worstMs: worstMs < tookMs / 4, tookMs: tookMs > 200 }).toEqual({ worstMs: true, tookMs: true });
});

test('files that come together are each kept with their own bytes: none at all, one, and more than go over at once', async () => {
  const { store } = it.gateway;
  const sizes = [0, 1, 300_000, 9_000_000, 0, 5, 8_388_608, 70_000];
  const files = sizes.map((size, i) => ({
    id: String(i),
    origin: `${i}.bin`,
    arrival: `kept ${i}`,
    bytes: randomBytes(size),
  }));
  expect(await storeRaw(store, [...files, files[2]!])).toBe(files.length);
  const { rows } = await store.query<{ origin: string; size: number; times: number; right: boolean }>(
    `select origin, octet_length(bytes) as size, times, sha256 = sha256(bytes) as right
       from raw_receipts where arrival like 'kept %' order by arrival`,
  );
  expect(rows).toEqual(
    sizes.map((size, i) => ({ origin: `${i}.bin`, size, times: i === 2 ? 2 : 1, right: true })),
  );
});
