import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../support/client.js';
import { filingWhere, oneDraft, problemOf, submit } from '../support/filings.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, handIn, marked, trayOf } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

const BILL = '99920261124';
const sample = [...freshOrders({ count: 40, regime: '9610-import', batch: 'I' })];
const [first] = sample;
const mine = sample
  .filter((o) => o.seller.code === first!.seller.code && o.waybill.code === first!.waybill.code)
  .slice(0, 3)
  .map((o) => ({
    ...o,
    platform: first!.platform,
    declarant: first!.declarant,
    list: { ...first!.list, ...o.list, ...tripOf(), billNo: BILL },
  }));
function tripOf() {
  const { customsCode, portCode, trafMode, trafName, voyageNo, loctNo } = first!.list;
  return { customsCode, portCode, trafMode, trafName, voyageNo, loctNo };
}
const orders = [mine[0]!, marked(mine[1]!, '-SBNOCLEAR'), marked(mine[2]!, '-SBTAXDIFF')];
let it: TestGateway;
let client: Client;
let ids: string[];

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = [...it.sellers.values()][0]!.client;
  ids = await handIn(client, orders);
  for (const [i, id] of ids.entries())
    await declarationWhere(client, id, (d) => d.verdict === (i === 1 ? 'released' : 'cleared'));
});
afterAll(() => it.close());

test('the tax bill of a released import list stands beside the estimate, and its status follows', async () => {
  const declaration = await declarationWhere(client, ids[0]!, (d) =>
    d.taxBills.some((b) => b.status.code === '2'),
  );
  expect(declaration.taxBills).toHaveLength(1);
  const [bill] = declaration.taxBills;
  expect(bill!.taxes).not.toBe(null);
  expect(bill!.status.text.zh).toBe('已汇总');
  expect(bill!.lines).toHaveLength(orders[0]!.lines.length);
  expect(declaration.timeline.map((e) => e.messageType)).toEqual(
    expect.arrayContaining(['CEB816Message', 'CEB818Message']),
  );
  expect(declaration.timeline.find((e) => e.messageType === 'CEB816Message')?.bytes).toMatch(
    /^\/v1\/receipts\//,
  );
  const bytes = await client.raw(
    'GET',
    declaration.timeline.find((e) => e.messageType === 'CEB816Message')!.bytes!,
  );
  expect(await bytes.text()).toContain(declaration.invtNo!);
  expect(await trayOf(it.operator)).toEqual([]);
});

test('a bill that differs from the estimate says by how much', async () => {
  const [same, differs] = await Promise.all(
    [ids[0]!, ids[2]!].map((id) =>
      declarationWhere(client, id, (d) => d.taxBills.some((b) => b.taxes !== null)),
    ),
  );
  for (const declaration of [same!, differs!]) {
    const { taxes, estimated, difference } = declaration.taxBills[0]!;
    const fen = (text: string) => Math.round(Number(text) * 100);
    for (const tax of ['customsTax', 'valueAddedTax', 'consumptionTax'] as const)
      expect(fen(difference![tax])).toBe(fen(taxes![tax]) - fen(estimated![tax]));
  }
});

test('a delivery is reported once customs released the parcel, once only and not in the future', async () => {
  const status = await oneDraft(client, 'CEB513Message', {
    declarationIds: [ids[0]],
    input: { logisticsTime: '20261120120000' },
  });
  expect(status.faults).toEqual([]);
  expect(status.data).toMatchObject({ logisticsStatus: 'S', logisticsNo: orders[0]!.waybill.logisticsNo });
  await filingWhere(client, await submit(client, 'CEB513Message', status.data), (f) => f.accepted);
  const twice = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB513Message',
    data: status.data,
  });
  expect(twice.codes).toContain('L04');
});

test('the parcels of a bill become a warehouse entry that gets its number', async () => {
  const operator = { operatorCode: first!.waybill.code, operatorName: first!.waybill.name };
  const entry = await oneDraft(client, 'CEB711Message', { billNo: BILL, input: operator });
  expect(entry.faults).toEqual([]);
  expect((entry.data.list as unknown[]).length).toBe(3);
  const filed = await filingWhere(
    client,
    await submit(client, 'CEB711Message', entry.data),
    (f) => f.accepted,
  );
  expect(String(filed.data.copNo).length).toBeLessThanOrEqual(20);
  expect(filed.givenNo).toMatch(/^.{18}$/);
});

test('a released import list is withdrawn; the buyer is in the message and in no fault', async () => {
  const withdrawal = await oneDraft(client, 'CEB623Message', {
    declarationIds: [ids[1]],
    input: { reason: '买家取消订单' },
  });
  expect(withdrawal.faults).toEqual([]);
  const buyer = orders[1]!.buyer;
  const wrong = await problemOf(client, 'POST', '/v1/filings', {
    messageType: 'CEB623Message',
    data: { ...withdrawal.data, buyerIdNumber: '110101199003074514', buyerTelephone: 'x'.repeat(40) },
  });
  expect(new Set(wrong.codes)).toEqual(new Set(['F04', 'L02']));
  const said = JSON.stringify(wrong);
  for (const personal of ['110101199003074514', buyer.idNumber!, 'xxxxxx'])
    expect(said).not.toContain(personal);
  const id = await submit(client, 'CEB623Message', withdrawal.data);
  await filingWhere(client, id, (f) => f.accepted);
  expect((await declarationWhere(client, ids[1]!, (d) => d.withdrawnAt !== null)).filings).toHaveLength(2);
  const unchangeable = await problemOf(client, 'POST', `/v1/filings/${id}/change`, { data: withdrawal.data });
  expect([unchangeable.status, unchangeable.codes[0]]).toEqual([409, 'L20']);

  const { client: officer } = await import('../support/client.js').then(({ enrol }) =>
    enrol(it.operator, { code: null, name: '重庆示例商务委员会', role: 'officer' }),
  );
  const seen = JSON.stringify(await officer.get(`/v1/filings/${id}`));
  expect(seen).not.toContain(buyer.idNumber!);
  expect(seen).not.toContain('/v1/receipts/');
});

test('imported goods come back in part, and the tax bill is void', async () => {
  const line = orders[2]!.lines[0]!;
  const back = await oneDraft(client, 'CEB625Message', {
    declarationIds: [ids[2]],
    lines: [{ gnum: line.gnum ?? '1', qty: '1' }],
    input: { reason: '七天无理由退货' },
  });
  expect(back.faults).toEqual([]);
  await filingWhere(client, await submit(client, 'CEB625Message', back.data), (f) => f.accepted);
  const declaration = await declarationWhere(client, ids[2]!, (d) =>
    d.taxBills.some((b) => b.status.code === '3'),
  );
  expect(declaration.returnedAt).not.toBe(null);
  expect((await declarationOf(client, ids[2]!)).taxBills[0]!.status.text.zh).toBe('作废');
});
