import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { intakeResultSchema } from '../../src/http/orders/contract.js';
import type { Order } from '../../src/orders/order.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { freshOrders } from '../support/sampleOrders.js';

type IntakeResult = z.output<typeof intakeResultSchema>;

/** Orders of one buyer at one seller, each a single line of 4,000 CNY: six are within 26,000, the seventh is not. */
const orders: Order[] = [];
let it: TestGateway;

beforeAll(async () => {
  const [first] = freshOrders({ regime: '9610-import', count: 1, seed: 3 });
  for (let i = 0; i < 12; i++) {
    const order = structuredClone(first!);
    order.orderNo = `YEAR-${i}`;
    order.payment.payNo = `YEAR-PAY-${i}`;
    order.waybill.logisticsNo = `YEAR-WB-${i}`;
    const line = order.lines[0]!;
    Object.assign(line, { gnum: '1', qty: '4', price: '1000', totalPrice: '4000' });
    if (line.unit1 !== '035') line.qty1 = '4';
    order.lines = [line];
    Object.assign(order, {
      goodsValue: '4000',
      freight: '0',
      taxTotal: '0',
      discount: '0',
      acturalPaid: '4000',
    });
    order.payment.charge = '4000';
    Object.assign(order.waybill, { freight: '0', insuredFee: '0' });
    orders.push(order);
  }
  it = await startTestGateway({ orders, workers: false });
});
afterAll(() => it.close());

test('a buyer who passes the yearly limit is refused with the sum, in one batch and across requests, and the identity number is never shown', async () => {
  const client = [...it.sellers.values()][0]!.client;
  const first = await client.post<IntakeResult>('/v1/orders', orders.slice(0, 3));
  expect(first.orders.flatMap((o) => o.faults)).toEqual([]);
  const second = await client.post<IntakeResult>('/v1/orders', orders.slice(3, 7));
  expect(second).toMatchObject({ accepted: 3, faulty: 1 });
  const fault = second.orders.find((o) => o.outcome === 'faulty')!.faults[0]!;
  expect(fault.code).toBe('R904');
  expect(fault.message.zh).toContain('24000');
  expect(JSON.stringify(second)).not.toContain(orders[0]!.buyer.idNumber!);
});

test('a correction counts once with what it says now, a refusal and a return give back, and what is refused otherwise never counts', async () => {
  const client = [...it.sellers.values()][0]!.client;
  const { store, journey } = it.gateway;
  const { rows } = await store.query<{ id: string; order_no: string }>(
    `select id, order_no from declarations order by order_no`,
  );
  const [first, second, third] = rows.map((r) => r.id);
  const outcomes = async (batch: readonly Order[]) =>
    (await client.post<IntakeResult>('/v1/orders', batch)).orders.map((o) =>
      o.faults.map((f) => f.code).join(' '),
    );
  // 24,000 are spent. Four pieces become five: 25,000, and 2,000 more are too many.
  const five = {
    'lines[0].qty': '5',
    'lines[0].totalPrice': '5000',
    goodsValue: '5000',
    acturalPaid: '5000',
    'payment.charge': '5000',
  };
  const correct = (id: string | undefined, changes: object) =>
    client.raw('POST', `/v1/declarations/${id}/corrections`, JSON.stringify({ changes, reason: '数量' }), {
      'Content-Type': 'application/json',
    });
  expect((await correct(first, five)).status).toBe(200);
  expect((await correct(second, five)).status).toBe(200);
  const tooMuch = await correct(third, five);
  expect(tooMuch.status).toBe(422);
  expect(((await tooMuch.json()) as { faults: { code: string }[] }).faults.map((f) => f.code)).toEqual([
    'R904',
  ]);
  expect(await outcomes([orders[7]!])).toEqual(['R904']);
  // Customs refuses the third: 22,000 stand, so 4,000 more are within the limit, and only once.
  await store.transaction(async (tx) => {
    await tx.query(`update documents set verdict = 'refused', delivery = 'sent' where declaration_id = $1`, [
      third,
    ]);
    await journey.refresh(tx, [third!]);
  });
  const [a, b, c] = [orders[8]!, orders[9]!, orders[10]!];
  const taken = { ...a, waybill: { ...a.waybill, logisticsNo: orders[0]!.waybill.logisticsNo } };
  expect(await outcomes([taken, b, c])).toEqual(['R902', '', 'R904']);
  // Declared again the refused one would pass the limit.
  const again = await client.raw(
    'POST',
    `/v1/declarations/${third}/resubmit`,
    JSON.stringify({ changes: {}, reason: '重报' }),
    { 'Content-Type': 'application/json' },
  );
  expect(((await again.json()) as { faults: { code: string }[] }).faults.map((f) => f.code)).toEqual([
    'R904',
  ]);
  // Four of five pieces of the second come back: 4,000 of 5,000.
  await store.query('update declarations set returned_at = now() where id = $1', [second]);
  await store.query(
    `with d as (
       insert into documents (id, tenant_id, seq, message_type, responsible_role, responsible_code, responsible_name, guid, cop_no,
         document_key, delivery, accepted, filing)
       select gen_random_uuid(), tenant_id, 1, 'CEB625Message', 'agent', 'A', 'A', 'G', 'C', 'A|C', 'sent', true,
              '{"list": [{"gnum": "1", "qty": "4"}]}' from declarations where id = $1 returning id, tenant_id)
     insert into filing_declarations (tenant_id, document_id, declaration_id) select tenant_id, id, $1 from d`,
    [second],
  );
  expect(await outcomes([c, orders[11]!])).toEqual(['', 'R904']);
});
