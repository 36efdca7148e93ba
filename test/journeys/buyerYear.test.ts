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
  for (let i = 0; i < 7; i++) {
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
  const second = await client.post<IntakeResult>('/v1/orders', orders.slice(3));
  expect(second).toMatchObject({ accepted: 3, faulty: 1 });
  const fault = second.orders.find((o) => o.outcome === 'faulty')!.faults[0]!;
  expect(fault.code).toBe('R904');
  expect(fault.message.zh).toContain('24000');
  expect(JSON.stringify(second)).not.toContain(orders[0]!.buyer.idNumber!);
});
