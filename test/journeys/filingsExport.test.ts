import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../support/client.js';
import {
  draft,
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
  ordersOfOneSeller,
  statusesOf,
} from '../support/journey.js';

const BILL = '99920261120';
const OTHER = '99920261121';
const all = ordersOfOneSeller(9, { batch: 'F' });
const orders = onOneTrip(all.slice(0, 6), BILL);
// Three lists of another bill, of which one is booked on another flight.
const mixed = onOneTrip(all.slice(6), OTHER).map((o, i) =>
  i === 2 ? { ...o, list: { ...o.list, trafName: 'MU5406' } } : o,
);
let it: TestGateway;
let client: Client;
let ids: string[];
let mixedIds: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders: [...orders, ...mixed] });
  client = [...it.sellers.values()][0]!.client;
  ids = await handIn(client, orders);
  mixedIds = await handIn(client, mixed);
  for (const id of [...ids, ...mixedIds]) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
});
afterAll(() => it.close());

/** Recount in whole grams, without the gateway's decimals. */
const grams = orders.reduce(
  (sum, o) => sum + BigInt(Math.round(Number(o.list.grossWeight ?? o.waybill.grossWeight) * 1000)),
  0n,
);

test('the lists of a bill become a waybill summary, an arrival and a departure that customs accepts', async () => {
  const summary = await oneDraft(client, 'CEB607Message', {
    billNo: BILL,
    input: { domesticTrafNo: '渝A12345' },
  });
  expect(summary.faults).toEqual([]);
  expect(summary.declarationIds.sort()).toEqual([...ids].sort());
  expect(summary.data).toMatchObject({
    billNo: BILL,
    trafName: orders[0]!.list.trafName,
    voyageNo: orders[0]!.list.voyageNo,
    agentCode: orders[0]!.declarant.code,
    msgCount: '1',
    msgSeqNo: '1',
  });
  expect(BigInt(Math.round(Number(summary.data.grossWeight) * 1000))).toBe(grams);
  const lines = summary.data.list as Record<string, string>[];
  expect(lines.map((l) => l.gnum)).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(new Set(lines.map((l) => l.logisticsNo))).toEqual(new Set(orders.map((o) => o.waybill.logisticsNo)));

  const id = await submit(client, 'CEB607Message', summary.data);
  const filed = await filingWhere(client, id, (f) => f.accepted);
  expect(filed).toMatchObject({ verdict: 'accepted', parts: 1, lines: 6, declarations: 6, billNo: BILL });
  expect(filed.timeline.map((e) => e.kind)).toEqual(expect.arrayContaining(['signed', 'attempt', 'receipt']));
  expect(filed.timeline.find((e) => e.kind === 'signed')?.signature?.ok).toBe(true);

  // A postal carrier runs its own supervised place: it answers for the arrival and holds a key here.
  const operator = { operatorCode: orders[0]!.waybill.code, operatorName: orders[0]!.waybill.name };
  const arrival = await oneDraft(client, 'CEB507Message', {
    billNo: BILL,
    input: { ...operator, domesticTrafNo: '渝A12345' },
  });
  expect(arrival.faults).toEqual([]);
  const arrived = await submit(client, 'CEB507Message', arrival.data);
  const departure = await oneDraft(client, 'CEB509Message', {
    billNo: BILL,
    input: { leaveTime: '20261120153000' },
  });
  expect(departure.faults).toEqual([]);
  const departed = await submit(client, 'CEB509Message', departure.data);
  for (const filing of [arrived, departed])
    await filingWhere(client, filing, (f) => f.verdict === 'reviewed');

  const declaration = await declarationOf(client, ids[0]!);
  expect(declaration.filings.map((f) => [f.messageType, f.accepted])).toEqual([
    ['CEB607Message', true],
    ['CEB507Message', true],
    ['CEB509Message', true],
  ]);
  expect(statusesOf(declaration, 'CEB607Message')).toContain('120');
  expect(statusesOf(declaration, 'CEB507Message')).toContain('399');
  expect(statusesOf(declaration, 'CEB509Message')).toContain('399');
});

test('a draft names what only a person can say, and the time of departure must have come', async () => {
  const arrival = await oneDraft(client, 'CEB507Message', { billNo: OTHER });
  expect(arrival.faults.map((f) => [f.code, f.path])).toEqual(
    expect.arrayContaining([
      ['F01', 'operatorCode'],
      ['F01', 'domesticTrafNo'],
    ]),
  );
  const departure = await oneDraft(client, 'CEB509Message', {
    billNo: OTHER,
    input: { leaveTime: '20991231000000' },
  });
  expect(departure.faults.map((f) => f.code)).toContain('L16');
  const wrong = await oneDraft(client, 'CEB509Message', {
    billNo: OTHER,
    input: { leaveTime: '20261320000000' },
  });
  expect(wrong.faults.map((f) => f.code)).toContain('F16');
});

test('lists of one bill on different flights: the draft names those that disagree and is refused as it is', async () => {
  const summary = await oneDraft(client, 'CEB607Message', { billNo: OTHER });
  const fault = summary.faults.find((f) => f.code === 'L02');
  const odd = await declarationOf(client, mixedIds[2]!);
  expect(fault?.path).toBe('trafName');
  expect(fault?.message.zh).toContain(odd.invtNo!);
  expect(fault?.message.zh).toContain('MU5406');
  const problem = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB607Message',
    data: summary.data,
  });
  expect(problem.status).toBe(422);
  expect(problem.codes).toEqual(['L02']);
});

test('a waybill that is in a summary already, one twice, and one of nobody are all named at once', async () => {
  const [taken] = orders;
  const summary = await oneDraft(client, 'CEB607Message', { declarationIds: mixedIds.slice(0, 2) });
  const lines = summary.data.list as Record<string, string>[];
  const problem = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB607Message',
    data: {
      ...summary.data,
      list: [
        ...lines,
        lines[0],
        { gnum: '4', logisticsNo: taken!.waybill.logisticsNo },
        { gnum: '5', logisticsNo: 'NOBODY-1' },
      ],
    },
  });
  // The taken one also belongs to another bill.
  expect(new Set(problem.codes)).toEqual(new Set(['L03', 'L05', 'L02', 'L04']));
  expect(problem.faults.find((f) => f.code === 'L05')?.path).toBe('list[4].logisticsNo');
  expect(problem.faults.find((f) => f.code === 'L04')?.message.zh).toContain('总分单');
});

test('an unknown field, a bill without lists and a message that is no filing are refused with what is possible', async () => {
  const summary = await oneDraft(client, 'CEB607Message', { declarationIds: mixedIds.slice(0, 2) });
  const misspelt = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB607Message',
    data: { ...summary.data, trafNme: 'X' },
  });
  expect(misspelt.codes).toEqual(['L23']);
  expect(misspelt.faults[0]?.fix.zh).toContain('trafName');
  const none = await problemOf(client, 'POST', '/v1/filings/draft', {
    messageType: 'CEB607Message',
    from: { billNo: 'NONE' },
  });
  expect([none.status, ...none.codes]).toEqual([422, 'L01']);
  const list = await problemOf(client, 'POST', '/v1/filings', { messageType: 'CEB603Message', data: {} });
  expect(list.codes).toEqual(['L21']);
});

test('a filing whose party has no key here waits for it, can be changed and put aside before it leaves', async () => {
  const operator = { operatorCode: '91500108MA7B2C3D4R', operatorName: '重庆山城监管场所有限公司' };
  const arrival = await oneDraft(client, 'CEB507Message', {
    declarationIds: mixedIds.slice(0, 2),
    input: { ...operator, domesticTrafNo: '渝B54321' },
  });
  expect(arrival.faults).toEqual([]);
  const id = await submit(client, 'CEB507Message', arrival.data, { 'Idempotency-Key': 'arrival-1' });
  expect(await submit(client, 'CEB507Message', arrival.data, { 'Idempotency-Key': 'arrival-1' })).toBe(id);
  const waiting = await filingWhere(client, id, (f) => f.delivery === 'waiting');
  expect(waiting.documents[0]?.waitingFor).toMatchObject({ reason: 'party', party: operator.operatorCode });

  const changed = await client.post<{ revision: number; appType: string; data: Record<string, unknown> }>(
    `/v1/filings/${id}/change`,
    { data: { ...arrival.data, domesticTrafNo: '渝B00001' } },
  );
  expect(changed).toMatchObject({ revision: 2, appType: '1', data: { domesticTrafNo: '渝B00001' } });
  const deleted = await client.post<FilingSummary>(`/v1/filings/${id}/delete`, { reason: '车辆改期' });
  expect(deleted.deleted).toBe(true);
  const again = await problemOf(client, 'POST', `/v1/filings/${id}/delete`, { reason: '再删' });
  expect([again.status, ...again.codes]).toEqual([409, 'L20']);
  // The lists are free again.
  expect(
    (
      await oneDraft(client, 'CEB507Message', {
        declarationIds: mixedIds.slice(0, 2),
        input: { ...operator, domesticTrafNo: '渝B1' },
      })
    ).faults,
  ).toEqual([]);
});

test('a change that customs refuses leaves the revision before it in force', async () => {
  const page = await client.get<{ items: FilingSummary[] }>(
    `/v1/filings?billNo=${BILL}&messageType=CEB607Message`,
  );
  expect(page.items).toHaveLength(1);
  const id = page.items[0]!.id;
  const before = await filingWhere(client, id, () => true);
  const changed = await client.post<FilingSummary>(`/v1/filings/${id}/change`, {
    data: { ...before.data, domesticTrafNo: '渝A99999' },
  });
  expect(changed).toMatchObject({ revision: 2, appType: '2', number: before.number });
  // The port takes no change of what customs holds already.
  const after = await filingWhere(client, id, (f) => f.refusedChange !== null);
  expect(after).toMatchObject({
    revision: 2,
    revisionInForce: 1,
    verdict: 'accepted',
    data: { domesticTrafNo: before.data.domesticTrafNo },
    refusedChange: { revision: 2, appType: '2', verdict: 'failed' },
  });
  expect(
    (await client.get<{ items: FilingSummary[] }>(`/v1/filings?billNo=${BILL}&verdict=accepted`)).items,
  ).toHaveLength(1);
  // The refused change stands in the way of nothing.
  expect(await client.get(`/v1/filings/${id}/actions`)).toEqual({
    actions: [
      { action: 'change', allowed: true },
      { action: 'delete', allowed: true },
    ],
  });
  expect(after.timeline.filter((e) => e.kind === 'decision').map((e) => e.title.zh)).toEqual(['申报变更']);
  expect(after.documents.map((d) => d.verdict)).toEqual(['accepted', 'failed']);
  const again = await draft(client, 'CEB607Message', { billNo: BILL });
  expect(again[0]!.faults.map((f) => f.code)).toContain('L04');
});

test('drafting for lists of nobody one may act for finds none', async () => {
  const stranger = await import('../support/client.js').then(({ enrol }) =>
    enrol(it.operator, { code: '91500112MA7E5F6G7L', name: '重庆两江电商平台有限公司', role: 'seller' }),
  );
  const problem = await problemOf(stranger.client, 'POST', '/v1/filings/draft', {
    messageType: 'CEB607Message',
    from: { billNo: BILL },
  });
  expect(problem.codes).toEqual(['L01']);
  expect((await stranger.client.get<{ items: unknown[] }>('/v1/filings')).items).toEqual([]);
  expect(await draft(client, 'CEB607Message', { billNo: OTHER })).toHaveLength(1);
});
