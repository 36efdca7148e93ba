import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../support/client.js';
import { enrol } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  documentOf,
  entriesOf,
  handIn,
  LIST,
  marked,
  ORDER,
  ordersOfOneSeller,
  trayOf,
  type TrayItem,
} from '../support/journey.js';

const [stranger, garbled, silent] = ordersOfOneSeller(3, { seed: 31, batch: 'T' });
const orders = [
  marked(stranger!, '-SBUNKNOWNRCPT'),
  marked(garbled!, '-SBGARBAGE'),
  marked(silent!, '-SBSILENT'),
];
let it: TestGateway;
let seller: Client;
let ids: string[];
let tray: TrayItem[];

beforeAll(async () => {
  it = await startTestGateway({ orders, batch: 1 });
  seller = [...it.sellers.values()][0]!.client;
  ids = await handIn(seller, orders);
  tray = await eventually(
    () => trayOf(it.operator),
    (items) => items.length === 6,
  );
});
afterAll(() => it.close());

const unmatched = () => tray.filter((t) => t.reason === 'unmatched');
const post = (client: Client, path: string, body: unknown) =>
  client.raw('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json' });

test('a receipt of a document nobody sent lands in the tray with all it says, and disturbs nobody', async () => {
  expect(
    unmatched()
      .map((t) => t.messageType)
      .sort(),
  ).toEqual(['CEB304Message', 'CEB404Message', 'CEB604Message']);
  const order = unmatched().find((t) => t.messageType === 'CEB304Message')!;
  expect(order).toMatchObject({ status: { status: '120' }, decision: null, faults: [] });
  expect(order.key.orderNo).toMatch(/^[0-9A-F]{20}$/);
  expect(await (await it.operator.raw('GET', order.bytes)).text()).toContain(order.key.orderNo);
  const d = await declarationWhere(seller, ids[0]!, (x) => x.verdict === 'cleared');
  expect(entriesOf(d, 'receipt')).toHaveLength(3 + 3 + 3 + 5);
});

test('a file nobody can read lands in the tray with the reason, its bytes kept, and disturbs nobody', async () => {
  const garbage = tray.filter((t) => t.reason === 'unreadable');
  expect(garbage).toHaveLength(3);
  for (const item of garbage) {
    expect(item.faults.length).toBeGreaterThan(0);
    expect(item.faults[0]).toMatchObject({
      code: expect.stringMatching(/^D\d+$/),
      fix: { zh: expect.any(String) },
    });
    const response = await it.operator.raw('GET', item.bytes);
    expect(response.headers.get('content-type')).toContain('application/octet-stream');
    expect(await response.text()).toContain('<ceb:gu');
  }
  const d = await declarationWhere(seller, ids[1]!, (x) => x.verdict === 'cleared');
  expect(entriesOf(d, 'receipt')).toHaveLength(3 + 3 + 3 + 5);
});

test('a file that cannot be read cannot be given to a document', async () => {
  const d = await declarationOf(seller, ids[1]!);
  const item = tray.find((t) => t.reason === 'unreadable')!;
  const response = await post(it.operator, `/v1/tray/${item.id}/assign`, {
    documentId: documentOf(d, ORDER).id,
  });
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ faults: [{ code: 'A08' }] });
});

test('dismissing needs a reason, takes the item off the open tray, and can be taken back', async () => {
  const item = tray.find((t) => t.reason === 'unreadable')!;
  expect((await post(it.operator, `/v1/tray/${item.id}/dismiss`, { note: ' ' })).status).toBe(400);
  await it.operator.post(`/v1/tray/${item.id}/dismiss`, { note: '测试文件' });
  expect((await trayOf(it.operator)).map((t) => t.id)).not.toContain(item.id);
  const dismissed = (await trayOf(it.operator, false)).find((t) => t.id === item.id);
  expect(dismissed?.decision).toMatchObject({
    kind: 'dismissed',
    note: '测试文件',
    by: '运营员',
  });
  expect((await post(it.operator, `/v1/tray/${item.id}/dismiss`, { note: 'x' })).status).toBe(404);

  await it.operator.post(`/v1/tray/${item.id}/reopen`);
  expect((await trayOf(it.operator)).find((t) => t.id === item.id)?.decision).toBeNull();
  expect((await post(it.operator, `/v1/tray/${item.id}/reopen`, {})).status).toBe(404);
});

test('a receipt given to a document by hand counts like any other of that document', async () => {
  const before = await declarationWhere(seller, ids[2]!, (x) => documentOf(x, ORDER).delivery === 'sent');
  expect(documentOf(before, ORDER).verdict).toBe('none');
  const item = unmatched().find((t) => t.messageType === 'CEB304Message')!;
  await it.operator.post(`/v1/tray/${item.id}/assign`, {
    documentId: documentOf(before, ORDER).id,
    note: '电话确认',
  });
  const d = await declarationOf(seller, ids[2]!);
  expect(documentOf(d, ORDER)).toMatchObject({ verdict: 'accepted', status: { status: '120' } });
  expect(entriesOf(d, 'receipt', ORDER)).toHaveLength(1);
  expect((await trayOf(it.operator)).map((t) => t.id)).not.toContain(item.id);
  expect((await post(it.operator, `/v1/tray/${item.id}/reopen`, {})).status).toBe(404);
});

test('a receipt is not given to a document it cannot belong to', async () => {
  const d = await declarationOf(seller, ids[2]!);
  const list = unmatched().find((t) => t.messageType === 'CEB604Message')!;
  const response = await post(it.operator, `/v1/tray/${list.id}/assign`, {
    documentId: documentOf(d, ORDER).id,
  });
  expect(response.status).toBe(409);
  expect((await trayOf(it.operator)).map((t) => t.id)).toContain(list.id);
  expect(documentOf(await declarationOf(seller, ids[2]!), LIST).verdict).toBe('none');
});

test("the tray of what belongs to nobody is the operator's: a seller sees none of it and cannot decide", async () => {
  expect(await trayOf(seller, false)).toEqual([]);
  const item = tray.find((t) => t.reason === 'unreadable')!;
  expect((await post(seller, `/v1/tray/${item.id}/dismiss`, { note: 'x' })).status).toBe(403);
  expect((await seller.raw('GET', item.bytes)).status).toBe(404);
  const { client: broker } = await enrol(it.operator, { code: null, name: '重庆示例报关行', role: 'broker' });
  expect((await post(broker, `/v1/tray/${item.id}/dismiss`, { note: 'x' })).status).toBe(404);
});
