import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Order } from '../../src/orders/order.js';
import type { Access } from '../../src/enterprises/access.js';
import { Sellers } from '../../src/intake/sellers.js';
import type { SubmittedOrder } from '../../src/intake/submit.js';
import type { Queryable } from '../../src/store/store.js';
import type { Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, ordersOfOneSeller, type IntakeResult, type Problem } from '../support/journey.js';

const stock = ordersOfOneSeller(40, { seed: 51, batch: 'I' });
const take = (): Order => stock.shift()!;
let it: TestGateway;
let client: Client;
let tenantId: string;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  ({ client, tenantId } = [...it.sellers.values()][0]!);
});
afterAll(() => it.close());

const access = (): Access => ({ userId: null, actor: 'test', tenantId, role: 'seller', tenants: [tenantId] });
const submit = (orders: Order | Order[], key?: string, from = client) =>
  from.raw('POST', '/v1/orders', JSON.stringify(orders), {
    'Content-Type': 'application/json',
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  });
const resultOf = async (response: Response): Promise<IntakeResult> => {
  expect(response.status).toBe(200);
  return (await response.json()) as IntakeResult;
};
const countOf = async (orders: Order[]): Promise<number> => {
  const { rows } = await it.gateway.store.query<{ n: number }>(
    `select count(*)::int as n from declarations where tenant_id = $1 and order_no = any($2)`,
    [tenantId, orders.map((o) => o.orderNo)],
  );
  return rows[0]!.n;
};

describe('an idempotency key', () => {
  test('the same key and body get the same answer, word for word, and have one effect', async () => {
    const orders = [take(), take()];
    const first = await (await submit(orders, 'key-1')).text();
    expect(JSON.parse(first)).toMatchObject({ accepted: 2 });
    expect(JSON.parse(await (await submit(orders, 'key-1')).text())).toEqual(JSON.parse(first));
    expect(await countOf(orders)).toBe(2);
  });

  test('the same key with another body is a conflict that names the first reference, and takes nothing', async () => {
    const [one, other] = [take(), take()];
    const first = await resultOf(await submit(one, 'key-2'));
    const second = await submit(other, 'key-2');
    expect(second.status).toBe(409);
    const problem = (await second.json()) as Problem;
    expect(problem.faults).toMatchObject([{ code: 'A05', path: 'Idempotency-Key' }]);
    expect(problem.faults[0]!.message.zh).toContain(first.reference);
    expect(problem.faults[0]!.message.en).toContain(first.reference);
    expect(await countOf([other])).toBe(0);
  });

  test('ten identical requests at once have one effect and one answer', async () => {
    const orders = [take(), take()];
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => submit(orders, 'key-3').then(resultOf)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ accepted: 2, exists: 0 });
    expect(await countOf(orders)).toBe(2);
  });

  test('keys of two enterprises never meet', async () => {
    const order = take();
    await resultOf(await submit(order, 'key-4'));
    const theirs = await submit(take(), 'key-4', it.operator);
    expect(theirs.status).toBe(200);
  });

  test('an answer with faults is kept as well: the same request is not judged anew', async () => {
    const order = { ...take(), goodsValue: '1.00' };
    const first = await resultOf(await submit(order, 'key-5'));
    expect(first).toMatchObject({ accepted: 0, faulty: 1 });
    expect(await resultOf(await submit(order, 'key-5'))).toEqual(first);
  });

  test('a key of 256 characters is refused', async () => {
    const response = await submit(take(), 'k'.repeat(256));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ faults: [{ code: 'A04', path: 'Idempotency-Key' }] });
  });
});

describe('the same order without a key', () => {
  test('answers with the first declaration and no fault', async () => {
    const order = take();
    const first = await resultOf(await submit(order));
    const again = await resultOf(await submit(order));
    expect(again).toMatchObject({ accepted: 0, exists: 1, faulty: 0 });
    expect(again.orders[0]).toMatchObject({
      outcome: 'exists',
      declarationId: first.orders[0]!.declarationId,
      faults: [],
    });
  });

  test('written otherwise (59.80 for 59.8) it is still the same order', async () => {
    const order = take();
    const first = await resultOf(await submit(order));
    const again = await resultOf(
      await submit({
        ...order,
        goodsValue: `${order.goodsValue}${order.goodsValue!.includes('.') ? '0' : '.0'}`,
      }),
    );
    expect(again.orders[0]).toMatchObject({
      outcome: 'exists',
      declarationId: first.orders[0]!.declarationId,
      faults: [],
    });
  });

  test('changed under the same number it is not taken: R901 names the first declaration, which stays as it was', async () => {
    const order = take();
    const first = (await resultOf(await submit(order))).orders[0]!.declarationId!;
    const changed = await resultOf(await submit({ ...order, list: { ...order.list, voyageNo: '20261128' } }));
    expect(changed.orders[0]).toMatchObject({
      outcome: 'exists',
      declarationId: first,
      faults: [{ code: 'R901', path: 'orderNo' }],
    });
    expect(changed.orders[0]!.faults[0]!.message.zh).toContain(first);
    expect((await declarationOf(client, first)).order.list.voyageNo).toBe(order.list.voyageNo);
  });

  test('ten requests at once still make one declaration', async () => {
    const order = take();
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit(order).then(resultOf)));
    expect(answers.reduce((n, a) => n + a.accepted, 0)).toBe(1);
    expect(new Set(answers.map((a) => a.orders[0]!.declarationId)).size).toBe(1);
    expect(await countOf([order])).toBe(1);
  });

  test('stored by another request after it was looked for, it is not refused for its own numbers', async () => {
    const order = take();
    const submitted: SubmittedOrder[] = [];
    for await (const slice of it.gateway.readChecked(Buffer.from(JSON.stringify(order)), { format: 'json' }))
      submitted.push(...slice);
    let first: IntakeResult | undefined;
    const [verdict] = await it.gateway.store.transaction(async (tx) => {
      const query = async (text: string, values?: unknown[]) => {
        const found = await tx.query(text, values);
        if (text.includes('join orders o')) first ??= await resultOf(await submit(order));
        return found;
      };
      const sellers = await Sellers.of(it.gateway.store, access());
      return it.gateway.journey.submit({ query } as Queryable, submitted, { sellers, submittedBy: 'test' });
    });
    expect(first).toMatchObject({ accepted: 1 });
    expect(verdict).toMatchObject({
      outcome: 'exists',
      declarationId: first!.orders[0]!.declarationId,
      faults: [],
    });
  });

  test('twice in one batch it is taken once', async () => {
    const order = take();
    const result = await resultOf(await submit([order, order]));
    expect(result).toMatchObject({ accepted: 1, exists: 1, faulty: 0 });
    expect(result.orders[1]!.declarationId).toBe(result.orders[0]!.declarationId);
  });
});

describe('numbers that belong to another order', () => {
  test('a waybill number used again is refused with R902 naming the order that has it', async () => {
    const [first, second] = [take(), take()];
    await resultOf(await submit(first));
    const result = await resultOf(
      await submit({ ...second, waybill: { ...second.waybill, logisticsNo: first.waybill.logisticsNo } }),
    );
    expect(result.orders[0]).toMatchObject({
      outcome: 'faulty',
      declarationId: null,
      faults: [{ code: 'R902', path: 'waybill.logisticsNo' }],
    });
    expect(result.orders[0]!.faults[0]!.message.zh).toContain(first.orderNo);
  });

  test('a payment number used again is refused with R903, and both faults come at once', async () => {
    const [first, second] = [take(), take()];
    await resultOf(await submit(first));
    const result = await resultOf(
      await submit({
        ...second,
        payment: { ...second.payment, payNo: first.payment.payNo },
        waybill: { ...second.waybill, logisticsNo: first.waybill.logisticsNo },
      }),
    );
    expect(result.orders[0]!.faults.map((f) => f.code)).toEqual(['R902', 'R903']);
  });

  test('a number used twice within one batch is refused at its second use', async () => {
    const [first, second] = [take(), take()];
    const result = await resultOf(
      await submit([first, { ...second, payment: { ...second.payment, payNo: first.payment.payNo } }]),
    );
    expect(result.orders.map((o) => [o.outcome, ...o.faults.map((f) => f.code)])).toEqual([
      ['accepted'],
      ['faulty', 'R903'],
    ]);
  });
});

test('a batch with good and bad orders keeps the good ones and names every fault of the bad', async () => {
  const [good, bad, alsoGood] = [take(), take(), take()];
  const result = await resultOf(
    await submit([good, { ...bad, goodsValue: '0.01', list: { ...bad.list, wrapType: '00' } }, alsoGood]),
  );
  expect(result).toMatchObject({ accepted: 2, faulty: 1 });
  expect(result.orders.map((o) => o.outcome)).toEqual(['accepted', 'faulty', 'accepted']);
  const paths = result.orders[1]!.faults.map((f) => f.path);
  expect(paths).toEqual(expect.arrayContaining(['goodsValue', 'list.wrapType']));
  expect(result.orders[1]!.notices.map((f) => f.path)).toContain('payment.charge');
  expect(await countOf([good, alsoGood])).toBe(2);
  expect(await countOf([bad])).toBe(0);
});

test('an order of an enterprise the asker may not declare for is refused with A07 and stored nowhere', async () => {
  const order = take();
  const foreign = {
    ...order,
    seller: {
      ...order.seller,
      code: order.declarant.code === order.seller.code ? order.payment.code : order.declarant.code,
    },
  };
  const result = await resultOf(await submit(foreign));
  expect(result.orders[0]!.outcome).toBe('faulty');
  expect(result.orders[0]!.faults.map((f) => f.code)).toContain('A07');
  expect(await countOf([order])).toBe(0);
});
