import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { prepareOne } from '../../src/documents/prepare.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { countStranded, sweepOnce } from '../../src/sweeps/sweep.js';
import { attemptAll } from '../support/attempts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, LIST, ORDER, ordersOfOneSeller } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';

const orders = ordersOfOneSeller(4, { seed: 31, batch: 'W' });
let it: TestGateway;
let ids: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  ids = await handIn([...it.sellers.values()][0]!.client, orders);
});
afterAll(() => it.close());

const stranded = async () =>
  Object.fromEntries(
    (await countStranded(it.gateway.store, it.gateway.journey.sweepContext()))
      .filter((s) => s.count > 0)
      .map((s) => [s.name, s.count]),
  );
const sweep = () => sweepOnce(it.gateway.store, it.gateway.journey.sweepContext(), it.gateway.log);
const deliveries = async (id: string, type: string) =>
  (
    await it.gateway.store.query<{ delivery: string }>(
      'select delivery from documents where declaration_id = $1 and message_type = $2',
      [id, type],
    )
  ).rows.map((r) => r.delivery);

test('while all goes well nothing is stranded, and health says so', async () => {
  expect(await stranded()).toEqual({});
  const health = await fetch(`${it.server.url}/health`);
  expect(await health.json()).toMatchObject({ status: 'well', stranded: { waiting: 0, receipts: 0 } });
});

test('a list whose documents are all accepted goes on, although nobody told it', async () => {
  const { store } = it.gateway;
  await store.query(`update documents set accepted = true where declaration_id = $1 and message_type <> $2`, [
    ids[0],
    LIST,
  ]);
  expect(await stranded()).toEqual({ waiting: 1 });
  expect(await sweep()).toEqual({ waiting: 1 });
  expect(await deliveries(ids[0]!, LIST)).toEqual(['ready']);
  expect(await stranded()).toEqual({});
});

test('a document that waits for a party whose key is held goes on', async () => {
  await it.gateway.store.query(
    `update documents set delivery = 'waiting', waiting_for = 'party' where declaration_id = $1 and message_type = $2`,
    [ids[1], ORDER],
  );
  expect(await stranded()).toEqual({ 'key-held': 1 });
  expect(await sweep()).toEqual({ 'key-held': 1 });
  expect(await deliveries(ids[1]!, ORDER)).toEqual(['ready']);
  expect(await stranded()).toEqual({});
});

test('messages and outbox that say different things agree again, and what was queued goes', async () => {
  const { store, journey, log } = it.gateway;
  while ((await prepareOne(store, journey.prepareContext(log))) > 0);
  const { rows } = await store.query<{ id: string }>('select message_id as id from outbox order by 1');
  expect(rows.length).toBeGreaterThan(2);
  await store.query('delete from outbox where message_id = $1', [rows[0]!.id]);
  await store.query(`update messages set delivery = 'sent' where id = $1`, [rows[1]!.id]);
  await store.query(
    `insert into documents select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'revision', 9, 'delivery', 'queued', 'current', false, 'message_id', null))).*
       from documents d where d.declaration_id = $1 and d.message_type = $2`,
    [ids[3], ORDER],
  );
  expect(await stranded()).toMatchObject({ 'without-outbox': 1, settled: 1, 'without-message': 1 });
  await sweep();
  expect(await stranded()).toEqual({});
  await store.query('delete from documents where revision = 9');
  const { rows: boxes } = await store.query('select 1 from outbox where message_id = $1', [rows[0]!.id]);
  expect(boxes).toHaveLength(1);
});

test('a receipt that came before its document left finds it afterwards and leaves the tray', async () => {
  const { store, journey } = it.gateway;
  await attemptAll(store, { only: ids.slice(0, 1) });
  const { rows } = await store.query<{ document_key: string }>(
    'select document_key from documents where declaration_id = $1 and message_type = $2',
    [ids[1], LIST],
  );
  const early = receiptOf(LIST, rows[0]!.document_key, '120', new Date(), '[Code:1800;Desc:逻辑校验通过]');
  await storeRaw(store, [receiptFile([early], 'early')]);
  await applyReceipts(store, journey.applyContext(), 10);
  const tray = () => store.query('select 1 from tray where decision is null');
  expect((await tray()).rows).toHaveLength(1);
  expect(await stranded()).toEqual({});
  await attemptAll(store, { only: [ids[1]!], at: new Date(Date.now() + 1000) });
  expect(await stranded()).toEqual({ tray: 1 });
  await sweep();
  expect((await tray()).rows).toEqual([]);
  const { rows: list } = await store.query('select verdict from declarations where id = $1', [ids[1]]);
  expect(list).toEqual([{ verdict: 'accepted' }]);
  expect(await stranded()).toEqual({});
});
