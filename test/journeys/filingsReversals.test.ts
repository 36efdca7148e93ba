import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../support/client.js';
import {
  declaredAs,
  filingWhere,
  onOneTrip,
  oneDraft,
  problemOf,
  submit,
  type FilingSummary,
} from '../support/filings.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationOf,
  declarationWhere,
  handIn,
  marked,
  ordersOfOneSeller,
  type Totals,
} from '../support/journey.js';

const trip = declaredAs(onOneTrip(ordersOfOneSeller(6, { batch: 'W', seed: 11 }), '99920261123'), 'A').map(
  (o) => ({
    ...o,
    // Ten of each, so that parts of them can come back.
    lines: o.lines.slice(0, 1).map((line) => ({
      ...line,
      qty: '10',
      qty1: '10',
      unit1: line.unit,
      qty2: undefined,
      unit2: undefined,
      price: '3.33',
      totalPrice: '33.3',
    })),
    goodsValue: '33.3',
    freight: '0',
    payment: { ...o.payment, charge: '33.3' },
  }),
);
const [released, refused, detained, cleared, returned, kept] = [
  marked(trip[0]!, '-SBNOCLEAR'),
  marked(trip[1]!, '-SBNOCLEAR-SBCANCELREFUSE'),
  marked(trip[2]!, '-SBDETAIN'),
  trip[3]!,
  trip[4]!,
  trip[5]!,
];
const orders = [released, refused, detained, cleared, returned, kept];
let it: TestGateway;
let client: Client;
let ids: string[];
let month: string;

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = [...it.sellers.values()][0]!.client;
  ids = await handIn(client, orders);
  const wanted = ['released', 'released', 'detained', 'cleared', 'cleared', 'cleared'];
  for (const [i, id] of ids.entries()) await declarationWhere(client, id, (d) => d.verdict === wanted[i]);
  const declaration = await declarationOf(client, ids[5]!);
  month = new Date(Date.parse(declaration.releasedAt!) + 8 * 3_600_000).toISOString().slice(0, 7);
});
afterAll(() => it.close());

const totals = () => client.get<Totals>(`/v1/totals?from=${month}&to=${month}`);
const cents = (text: string) => Math.round(Number(text) * 100);

test('a list withdrawn before it was cleared leaves the figure of released lists and never enters the totals', async () => {
  const before = await totals();
  expect(before.sum).toMatchObject({ orders: 3, withdrawn: { orders: 0, cny: '0.00' } });
  expect(before.sum.net.cny).toBe(before.sum.cny);
  expect(before.pending).toMatchObject({ orders: 2 });
  const draft = await oneDraft(client, 'CEB605Message', {
    declarationIds: [ids[0]],
    input: { reason: '买家取消订单' },
  });
  expect(draft.faults).toEqual([]);
  const id = await submit(client, 'CEB605Message', draft.data);
  const pending = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB605Message',
    data: { ...draft.data, copNo: 'ANOTHER-1' },
  });
  expect(pending.codes).toContain('L04');
  await filingWhere(client, id, (f) => f.accepted);
  await declarationWhere(client, ids[0]!, (d) => d.withdrawnAt !== null);
  const after = await totals();
  expect(after.sum).toEqual(before.sum);
  expect(after.pending.orders).toBe(1);
  expect(cents(after.pending.cny)).toBeLessThan(cents(before.pending.cny));
  const again = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB605Message',
    data: { ...draft.data, copNo: 'ANOTHER-2' },
  });
  expect(again.codes).toEqual(expect.arrayContaining(['L04', 'L14']));
});

test('a withdrawal customs refuses changes nothing and may be filed again', async () => {
  const before = await totals();
  const draft = await oneDraft(client, 'CEB605Message', {
    declarationIds: [ids[1]],
    input: { reason: '重复申报' },
  });
  const id = await submit(client, 'CEB605Message', draft.data);
  await filingWhere(client, id, (f) => f.verdict === 'refused');
  expect((await declarationOf(client, ids[1]!)).withdrawnAt).toBe(null);
  expect((await totals()).sum).toEqual(before.sum);
  const next = await oneDraft(client, 'CEB605Message', {
    declarationIds: [ids[1]],
    input: { reason: '重复申报' },
  });
  expect(next.faults).toEqual([]);
});

test('a cleared or detained list cannot be withdrawn, and the fault says what state it would need', async () => {
  for (const [index, state] of [
    [2, '扣留'],
    [3, '结关'],
  ] as const) {
    const draft = await oneDraft(client, 'CEB605Message', {
      declarationIds: [ids[index]],
      input: { reason: '错误' },
    });
    expect(draft.faults.map((f) => f.code)).toEqual(['L06']);
    expect(draft.faults[0]!.message.zh).toContain(state);
    expect(draft.faults[0]!.fix.zh).toContain('放行');
  }
  expect((await declarationOf(client, ids[2]!)).verdict).toBe('detained');
});

const RETURN_TRIP = { reason: '质量问题', trafName: 'CA438', voyageNo: '20261125', logisticsNo: 'RET0001' };

test('goods come back in parts; what exceeds the rest is refused with what is left', async () => {
  const before = await totals();
  const first = await oneDraft(client, 'CEB213Message', {
    declarationIds: [ids[4]],
    lines: [{ gnum: '1', qty: '3' }],
    input: RETURN_TRIP,
  });
  expect(first.faults).toEqual([]);
  expect(first.data).toMatchObject({ tradeMode: '9661', billNo: 'RET0001', ebcCode: returned.seller.code });
  expect(first.data.list).toEqual([expect.objectContaining({ gnum: '1', qty: '3', qty1: '3' })]);
  const id = await submit(client, 'CEB213Message', first.data);
  await filingWhere(client, id, (f) => f.verdict === 'released');

  const second = await oneDraft(client, 'CEB213Message', {
    declarationIds: [ids[4]],
    lines: [{ gnum: '1', qty: '8' }],
    input: { ...RETURN_TRIP, logisticsNo: 'RET0002' },
  });
  const fault = second.faults.find((f) => f.code === 'L10' && f.path === 'list[0].qty');
  expect(fault?.message.zh).toContain('可退数量 7');
  expect(fault?.fix.zh).toContain('7');
  const problem = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB213Message',
    data: second.data,
  });
  expect(new Set(problem.codes)).toEqual(new Set(['L10']));

  const rest = await oneDraft(client, 'CEB213Message', {
    declarationIds: [ids[4]],
    lines: [{ gnum: '1', qty: '7' }],
    input: { ...RETURN_TRIP, logisticsNo: 'RET0002' },
  });
  expect(rest.faults).toEqual([]);
  await filingWhere(
    client,
    await submit(client, 'CEB213Message', rest.data),
    (f) => f.verdict === 'released',
  );
  const declaration = await declarationWhere(
    client,
    ids[4]!,
    (d) => d.filings.filter((f) => f.accepted).length === 2,
  );
  expect(declaration.returnedAt).not.toBe(null);

  const after = await totals();
  const own = declaration.counted.map((c) => cents(c.cny)).reduce((a, b) => a + b, 0);
  expect(after.sum.returned.orders).toBe(1);
  // 3/10 and 7/10 of an odd amount leave nothing behind.
  expect(cents(after.sum.returned.cny) - cents(before.sum.returned.cny)).toBe(own);
  expect(after.sum.cny).toBe(before.sum.cny);
  expect(cents(after.sum.net.cny)).toBe(
    cents(after.sum.cny) - cents(after.sum.withdrawn.cny) - cents(after.sum.returned.cny),
  );

  const tally = await oneDraft(client, 'CEB215Message', {
    filingId: id,
    input: { operatorCode: returned.waybill.code, operatorName: returned.waybill.name, location: 'A-01' },
  });
  expect(tally.faults).toEqual([]);
  expect(tally.data).toMatchObject({ invtNo: declaration.invtNo, logisticsNo: 'RET0001', trafName: 'CA438' });
  await filingWhere(
    client,
    await submit(client, 'CEB215Message', tally.data),
    (f) => f.verdict === 'reviewed',
  );
});

test('a return with a wrong regime, country, line or code is told everything at once', async () => {
  const draft = await oneDraft(client, 'CEB213Message', {
    declarationIds: [ids[3]],
    lines: [{ gnum: '1', qty: '1' }],
    input: { ...RETURN_TRIP, tradeMode: '1261', country: '142' },
  });
  const [line] = draft.data.list as Record<string, string>[];
  const problem = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB213Message',
    data: {
      ...draft.data,
      list: [
        { ...line, gcode: '0902109000' },
        { ...line, gnum: '9' },
      ],
    },
  });
  expect(new Set(problem.codes)).toEqual(new Set(['L13', 'L19', 'L11', 'L12']));
  const held = await problemOf(client, 'POST', '/v1/filings/draft', {
    messageType: 'CEB213Message',
    from: { declarationIds: ['00000000-0000-7000-8000-00000000dead'] },
  });
  expect(held.codes).toEqual(['L01']);
});

test('a list with a return under way or granted cannot be withdrawn', async () => {
  const draft = await oneDraft(client, 'CEB605Message', {
    declarationIds: [ids[4]],
    input: { reason: '错误' },
  });
  expect(draft.faults.map((f) => f.code)).toEqual(expect.arrayContaining(['L04']));
  const filings = await client.get<{ items: FilingSummary[] }>(`/v1/filings?declarationId=${ids[4]}`);
  expect(filings.items.map((f) => f.messageType).sort()).toEqual([
    'CEB213Message',
    'CEB213Message',
    'CEB215Message',
  ]);
});
