import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { acceptOrders, type CheckedOrder } from '../../src/declarations/accept.js';
import { businessKey, fingerprintOf } from '../../src/orders/businessKey.js';
import type { Order } from '../../src/orders/order.js';
import type { Client } from '../support/client.js';
import { enrol } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ordersOfOneSeller, type IntakeResult } from '../support/journey.js';
import { makeUscc } from '../support/uscc.js';

const stock = ordersOfOneSeller(90, { seed: 61, batch: 'CLAIM' });
const take = (): Order => stock.shift()!;
const stranger = { code: makeUscc(611), name: '重庆陌生示例贸易有限公司' };
let it: TestGateway;
let client: Client;
let other: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  ({ client } = [...it.sellers.values()][0]!);
  ({ client: other } = await enrol(it.operator, { ...stranger, role: 'seller' }));
});
afterAll(() => it.close());

const submit = (orders: Order | Order[], by = client) => by.post<IntakeResult>('/v1/orders', orders);
const codes = (result: IntakeResult) => result.orders.map((o) => o.faults.map((f) => f.code).join(' '));
/** The order as if another seller had made it, with the numbers of the first. */
const asStranger = (order: Order): Order => ({
  ...order,
  orderNo: `S${order.orderNo ?? ''}`,
  seller: { ...order.seller, ...stranger },
  producer: { code: 'NO', name: stranger.name },
});
const withNumbersOf = (order: Order, of: Order): Order => ({
  ...order,
  waybill: { ...order.waybill, logisticsNo: of.waybill.logisticsNo },
  payment: { ...order.payment, payNo: of.payment.payNo },
});
const claimsOf = async (id: string) =>
  (
    await it.gateway.store.query<{ kind: string; why: string | null }>(
      'select kind, released_why as why from number_claims where declaration_id = $1 order by kind, since',
      [id],
    )
  ).rows;
/** What customs says of the list, as receipts would leave it. */
const pronounce = (id: string, verdict: string) =>
  it.gateway.store.transaction(async (tx) => {
    await tx.query(
      `update documents set verdict = $2, delivery = 'sent', waiting_for = null, accepted = $2 in ('accepted', 'reviewed', 'cleared')
        where declaration_id = $1 and current`,
      [id, verdict],
    );
    await it.gateway.journey.refresh(tx, [id]);
  });

describe('one number, one order', () => {
  test('of twenty simultaneous pairs with one waybill and one payment number exactly one order of each pair is taken', async () => {
    const pairs = Array.from({ length: 20 }, () => {
      const [a, b] = [take(), take()];
      return [a, withNumbersOf(b, a)] as const;
    });
    const answers = await Promise.all(pairs.map((pair) => Promise.all(pair.map((order) => submit(order)))));
    for (const [i, answer] of answers.entries()) {
      expect(answer.reduce((n, a) => n + a.accepted, 0)).toBe(1);
      const lost = answer.find((a) => a.accepted === 0)!;
      const won = pairs[i]![answer[0]!.accepted === 1 ? 0 : 1]!;
      expect(codes(lost)).toEqual(['R902 R903']);
      expect(lost.orders[0]!.faults[0]!.message.zh).toContain(won.orderNo);
    }
  });

  test('an order refused for its waybill does not keep its payment number from its neighbour in the batch', async () => {
    const [a, b, c] = [take(), take(), take()];
    const faulty = { ...b, waybill: { ...b.waybill, logisticsNo: a.waybill.logisticsNo } };
    const neighbour = { ...c, payment: { ...c.payment, payNo: b.payment.payNo } };
    expect(codes(await submit([a, faulty, neighbour]))).toEqual(['', 'R902', '']);
  });

  test('a list number the enterprise gave is taken once', async () => {
    const [a, b] = [take(), take()];
    const copNo = 'CLAIM-LIST-0001';
    await handIn(client, [{ ...a, list: { ...a.list, copNo } }]);
    const result = await submit({ ...b, list: { ...b.list, copNo } });
    expect(codes(result)).toEqual(['R905']);
    expect(result.orders[0]!.faults[0]!.path).toBe('list.copNo');
  });

  test('a waybill number is free again after six months, a payment number is not', async () => {
    const [a, b, c] = [take(), take(), take()];
    const [id] = await handIn(client, [a]);
    await it.gateway.store.query(
      `update number_claims set since = since - interval '7 months' where declaration_id = $1`,
      [id],
    );
    expect(codes(await submit({ ...b, payment: { ...b.payment, payNo: a.payment.payNo } }))).toEqual([
      'R903',
    ]);
    expect(
      codes(await submit({ ...c, waybill: { ...c.waybill, logisticsNo: a.waybill.logisticsNo } })),
    ).toEqual(['']);
    expect(await claimsOf(id!)).toEqual([
      { kind: 'payment', why: null },
      { kind: 'waybill', why: 'expired' },
    ]);
  });
});

describe('numbers come back', () => {
  test('a finally refused declaration gives its numbers to the order submitted anew', async () => {
    const [a, b] = [take(), take()];
    const [id] = await handIn(client, [a]);
    await pronounce(id!, 'refused');
    await handIn(client, [withNumbersOf(b, a)]);
    expect(await claimsOf(id!)).toEqual([
      { kind: 'payment', why: 'refused' },
      { kind: 'waybill', why: 'refused' },
    ]);
    const again = await client.raw(
      'POST',
      `/v1/declarations/${id}/resubmit`,
      JSON.stringify({ changes: {}, reason: '重报' }),
      { 'Content-Type': 'application/json' },
    );
    expect(again.status).toBe(422);
    expect(((await again.json()) as { faults: { code: string }[] }).faults.map((f) => f.code)).toEqual([
      'R902',
      'R903',
    ]);
  });

  test('a refused declaration that nobody took the numbers from is declared again with them', async () => {
    const [a, b] = [take(), take()];
    const [id] = await handIn(client, [a]);
    await pronounce(id!, 'refused');
    await client.post(`/v1/declarations/${id}/resubmit`, { changes: {}, reason: '重报' });
    expect((await claimsOf(id!)).filter((c) => c.why === null).map((c) => c.kind)).toEqual([
      'payment',
      'waybill',
    ]);
    expect(codes(await submit(withNumbersOf(b, a)))).toEqual(['R902 R903']);
  });

  test('a withdrawn declaration gives its numbers back', async () => {
    const [a, b] = [take(), take()];
    const [id] = await handIn(client, [a]);
    await it.gateway.store.query('update declarations set withdrawn_at = now() where id = $1', [id]);
    await pronounce(id!, 'released');
    await handIn(client, [withNumbersOf(b, a)]);
  });

  test('a refusal that turns out to be no longer the last word takes the numbers again', async () => {
    const [a, b] = [take(), take()];
    const [id] = await handIn(client, [a]);
    await pronounce(id!, 'refused');
    await pronounce(id!, 'released');
    expect(codes(await submit(withNumbersOf(b, a)))).toEqual(['R902 R903']);
  });

  test('a corrected waybill number is given back and the new one is taken', async () => {
    const [a, b, c] = [take(), take(), take()];
    const [id] = await handIn(client, [a]);
    await client.post(`/v1/declarations/${id}/corrections`, {
      changes: { 'waybill.logisticsNo': 'CLAIM-NEW-1' },
      reason: '面单号',
    });
    const [old, fresh] = [a.waybill.logisticsNo, 'CLAIM-NEW-1'];
    expect(codes(await submit({ ...b, waybill: { ...b.waybill, logisticsNo: old } }))).toEqual(['']);
    expect(codes(await submit({ ...c, waybill: { ...c.waybill, logisticsNo: fresh } }))).toEqual(['R902']);
  });
});

describe('one payment for several orders', () => {
  /** An order of 60 that names a payment of `total`. */
  const shared = (payNo: string, total: string, accountingDate: string): Order => {
    const order = take();
    const line = order.lines[0]!;
    const kg = line.unit1 === line.unit ? '1' : '0.1';
    return {
      ...order,
      goodsValue: '60',
      freight: '0',
      currency: '502',
      lines: [
        {
          ...line,
          gnum: '1',
          currency: '502',
          qty: '1',
          qty1: kg,
          qty2: line.unit2 === undefined ? undefined : line.unit2 === line.unit ? '1' : '0.1',
          price: '60',
          totalPrice: '60',
        },
      ],
      payment: { ...order.payment, payNo, charge: '60', total, currency: '502', accountingDate },
    };
  };
  const at = stock[0]!.payment.accountingDate!;

  test('covers orders of one buyer at one platform up to its amount, however many come at once', async () => {
    const orders = Array.from({ length: 6 }, () => shared('CLAIM-PAY-1', '180', at));
    const answers = await Promise.all(orders.map((order) => submit(order)));
    expect(answers.reduce((n, a) => n + a.accepted, 0)).toBe(3);
    const lost = answers.filter((a) => a.accepted === 0);
    expect(lost.flatMap(codes)).toEqual(['R907', 'R907', 'R907']);
    expect(lost[0]!.orders[0]!.faults[0]!.message.zh).toContain('180.00');
  });

  test('in one batch too, and what a refused order used is there again', async () => {
    const batch = Array.from({ length: 3 }, () => shared('CLAIM-PAY-2', '120.0', at));
    const result = await submit(batch);
    expect(codes(result)).toEqual(['', '', 'R907']);
    await pronounce(result.orders[0]!.declarationId!, 'refused');
    await handIn(client, [shared('CLAIM-PAY-2', '120', at)]);
  });

  test('is one order’s alone where it names no amount or where the orders disagree about it', async () => {
    const alone = shared('CLAIM-PAY-3', '180', at);
    delete alone.payment.total;
    await handIn(client, [alone]);
    expect(codes(await submit(shared('CLAIM-PAY-3', '180', at)))).toEqual(['R903']);
    await handIn(client, [shared('CLAIM-PAY-4', '180', at)]);
    expect(codes(await submit(shared('CLAIM-PAY-4', '190', at)))).toEqual(['R903']);
  });
});

describe('between enterprises', () => {
  test('a stranger who gave the number first does not block the seller, who is told without a name', async () => {
    const [a, b] = [take(), take()];
    const theirs = withNumbersOf(asStranger(b), a);
    await handIn(other, [theirs]);
    const result = await submit(a);
    expect(result.accepted).toBe(1);
    expect(result.orders[0]!.notices.map((n) => `${n.code} ${n.path}`)).toContain('R908 waybill.logisticsNo');
    expect(JSON.stringify(result)).not.toContain(theirs.orderNo);
    expect(JSON.stringify(result)).not.toContain(stranger.code);
  });

  test('a number that customs holds for a stranger is refused without saying whose it is, at intake and in a correction’s preview', async () => {
    const [a, b, c] = [take(), take(), take()];
    const theirs = withNumbersOf(asStranger(b), a);
    const [held] = await handIn(other, [theirs]);
    await pronounce(held!, 'reviewed');
    const result = await submit(a);
    expect(codes(result)).toEqual(['R906']);
    expect(result.orders[0]!.faults[0]!.path).toBe('waybill.logisticsNo');
    const [mine] = await handIn(client, [c]);
    const preview = await client.post(`/v1/declarations/${mine}/corrections/preview`, {
      changes: { 'waybill.logisticsNo': a.waybill.logisticsNo! },
    });
    expect(preview).toMatchObject({ ok: false, faults: [{ code: 'R906' }] });
    for (const answer of [result, preview]) {
      expect(JSON.stringify(answer)).not.toContain(theirs.orderNo);
      expect(JSON.stringify(answer)).not.toContain(stranger.code);
    }
  });
});

test('an order that the database cannot hold is refused alone; its neighbours are accepted', async () => {
  const { store, journey } = it.gateway;
  const tenantId = [...it.sellers.values()][0]!.tenantId;
  const orders = Array.from({ length: 8 }, take);
  orders[3] = { ...orders[3]!, note: 'a\0b' };
  orders[6] = { ...orders[6]!, orderNo: randomBytes(9000).toString('hex') };
  const checked = orders.map((order, index): CheckedOrder => ({
    index,
    order,
    tenantId,
    businessKey: businessKey(order),
    fingerprint: fingerprintOf(order),
    notices: [],
  }));
  const verdicts = await store.transaction((tx) => acceptOrders(tx, checked, journey.acceptContext('test')));
  expect(verdicts.map((v) => v.outcome)).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'faulty',
    'accepted',
    'accepted',
    'faulty',
    'accepted',
  ]);
  expect(verdicts[3]).toMatchObject({ faults: [{ code: 'I70' }] });
  const { rows } = await store.query<{ n: number }>(
    'select count(*)::int as n from declarations where order_no = any($1)',
    [orders.map((o) => o.orderNo)],
  );
  expect(rows[0]!.n).toBe(6);
});
