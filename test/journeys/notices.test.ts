import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { Fault } from '../../src/base/fault.js';
import type { noticeCountSchema, noticeSchema } from '../../src/http/notices/contract.js';
import type { Order } from '../../src/orders/order.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, ordersOfOneSeller, type IntakeResult } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

type Notice = z.output<typeof noticeSchema>;
type NoticeCount = z.output<typeof noticeCountSchema>;

const stock = ordersOfOneSeller(9, { seed: 61, batch: 'N' });
/** Cash on delivery and a coupon: the amount received is not goods value plus freight. */
const doubtful = (): Order => {
  const order = stock.shift()!;
  return { ...order, payment: { ...order.payment, charge: '1.00' } };
};
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  ({ client } = [...it.sellers.values()][0]!);
});
afterAll(() => it.close());

const submit = (orders: unknown[]) => client.post<IntakeResult>('/v1/orders', orders);
const openOf = (declarationId: string) =>
  client.get<{ items: Notice[] }>(`/v1/notices?declarationId=${declarationId}&code=R601`);
const countOf = async (code: string): Promise<Pick<NoticeCount, 'open' | 'acknowledged'>> => {
  const { items } = await client.get<{ items: NoticeCount[] }>('/v1/notices/counts');
  return items.find((count) => count.code === code) ?? { open: 0, acknowledged: 0 };
};

test('a doubt does not refuse an order: it is accepted, and its notice stands on verdict and declaration', async () => {
  const { orders } = await submit([doubtful()]);
  expect(orders[0]).toMatchObject({ outcome: 'accepted', faults: [] });
  expect(orders[0]!.notices).toContainEqual(
    expect.objectContaining({ code: 'R601', severity: 'notice', path: 'payment.charge' }),
  );
  const { notices } = await declarationOf(client, orders[0]!.declarationId!);
  expect(notices.filter(({ notice }) => notice.code === 'R601')).toMatchObject([
    { notice: { path: 'payment.charge' }, acknowledgedAt: null },
  ]);
});

test('a faulty order is refused by its fault alone, and its notices are shown beside it', async () => {
  const { orders } = await submit([{ ...doubtful(), goodsValue: '-1' }]);
  expect(orders[0]!.outcome).toBe('faulty');
  expect(orders[0]!.faults.map((fault) => fault.code)).not.toContain('R601');
  expect(orders[0]!.notices.map((notice) => notice.code)).toContain('R601');
});

test('notices are counted by rule and acknowledged in bulk, once, with who did it', async () => {
  const { orders } = await submit([doubtful(), doubtful()]);
  const before = await countOf('R601');
  expect(before.open).toBeGreaterThanOrEqual(2);
  expect(await client.post('/v1/notices/acknowledge', { code: 'R601', note: '平台券' })).toEqual({
    acknowledged: before.open,
  });
  expect(await client.post('/v1/notices/acknowledge', { code: 'R601' })).toEqual({ acknowledged: 0 });
  expect(await countOf('R601')).toMatchObject({ open: 0, acknowledged: before.open + before.acknowledged });
  const { notices } = await declarationOf(client, orders[0]!.declarationId!);
  const own = notices.find(({ notice }) => notice.code === 'R601')!;
  expect(own.note).toBe('平台券');
  expect(own.acknowledgedBy).not.toBe('');
  expect(own.acknowledgedAt).not.toBeNull();
});

test('a correction brings its own notices: the doubt goes with its cause', async () => {
  const order = doubtful();
  const { orders } = await submit([order]);
  const id = orders[0]!.declarationId!;
  expect((await openOf(id)).items).toHaveLength(1);
  await client.post(`/v1/declarations/${id}/corrections`, {
    changes: { 'payment.charge': String(Number(order.goodsValue) + Number(order.freight ?? 0)) },
    reason: '到账金额改正',
  });
  expect((await openOf(id)).items).toEqual([]);
});

test('payment data that come with a correction are kept, and it is said that no document is made of them', async () => {
  const { payment, ...unpaid } = stock.shift()!;
  const { orders } = await submit([unpaid]);
  const id = orders[0]!.declarationId!;
  const changes = Object.fromEntries(
    Object.entries(payment).map(([leaf, value]) => [`payment.${leaf}`, value]),
  );
  await client.post(`/v1/declarations/${id}/corrections`, { changes, reason: '补收款信息' });
  const { notices, documents } = await declarationOf(client, id);
  expect(documents.map((d) => d.messageType)).not.toContain('CEB403Message');
  const [told] = notices.filter(({ notice }) => notice.code === 'T10');
  expect(told?.notice.message.zh).toContain('不再补报');
  expect(told?.notice.message.zh).not.toMatch(/CEB|\{/);
});

test('a correction after which a list would have to be a goods declaration says so once', async () => {
  const [toBusiness] = freshOrders({ count: 1, regime: '9710', batch: 'NB' });
  const { orders } = await submit([{ ...toBusiness, seller: stock[0]!.seller }]);
  expect(orders[0]!.faults).toEqual([]);
  const { faults, notices } = await client.post<{ faults: Fault[]; notices: Fault[] }>(
    `/v1/declarations/${orders[0]!.declarationId!}/corrections/preview`,
    { changes: { 'lines[0].exportDuty': '1' } },
  );
  expect(faults.map((fault) => fault.code)).toEqual(['R107']);
  expect(notices.map((notice) => notice.code)).not.toContain('T10');
});

test('somebody else sees none of them and acknowledges none of them', async () => {
  const { orders } = await submit([doubtful()]);
  const stranger = await enrol(it.operator, { code: null, name: '重庆旁观报关行', role: 'broker' });
  expect(await stranger.client.get('/v1/notices')).toEqual({ items: [], next: null });
  expect(await stranger.client.post('/v1/notices/acknowledge', {})).toEqual({ acknowledged: 0 });
  expect((await openOf(orders[0]!.declarationId!)).items).toHaveLength(1);
});

test('a correction is judged by the registry too, and keeps what intake said of the parties', async () => {
  const order = stock.shift()!;
  const fact = { source: '测试名录', validFrom: '2020-01-01' };
  const record = (one: object) => it.operator.post('/v1/registry/facts', { facts: [{ ...fact, ...one }] });
  await record({ code: order.waybill.code, kind: 'serious' });
  const { orders } = await submit([order]);
  const id = orders[0]!.declarationId!;
  const registry = async () =>
    (await declarationOf(client, id)).notices.map(({ notice }) => notice.code).filter((c) => c === 'R704');
  expect(await registry()).toEqual(['R704']);
  const correct = (changes: object) =>
    client.post(`/v1/declarations/${id}/corrections`, { changes, reason: '改正' });
  await correct({ 'lines[0].gname': '另一品名' });
  expect(await registry()).toEqual(['R704']);
  await record({ code: order.declarant.code, kind: 'customs-filing', validTo: '2020-12-31' });
  await expect(correct({ 'lines[0].gname': '又一品名' })).rejects.toThrow(/R701/);
  await it.gateway.store.query('update enterprise_facts set withdrawn_at = now() where withdrawn_at is null');
});

test('what the registry knows is judged at intake: a filing that ended refuses, bad credit is a notice', async () => {
  const ended = stock.shift()!;
  const fact = { code: ended.seller.code!, source: '测试名录', validFrom: '2020-01-01' };
  const facts = [
    { ...fact, kind: 'customs-filing', validTo: '2020-12-31' },
    { ...fact, kind: 'serious' },
  ];
  expect(await it.operator.post('/v1/registry/facts', { facts })).toMatchObject({ added: 2, faults: [] });
  const { orders } = await submit([ended]);
  expect(orders[0]!.faults.map((fault) => fault.code)).toEqual(['R701']);
  expect(orders[0]!.notices.map((notice) => notice.code)).toContain('R704');
});
