import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { dayOf } from '../../src/base/clock.js';
import { auditFigures } from '../../src/figures/audit.js';
import type { historyTakenSchema } from '../../src/views/figures/shapes.js';
import type { stockLineSchema } from '../../src/views/warehouses/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { declaredAs, draft, filingWhere, onOneTrip, submit } from '../support/filings.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, ordersOfOneSeller } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

type Taken = z.output<typeof historyTakenSchema>;

const trip = declaredAs(onOneTrip(ordersOfOneSeller(3, { batch: 'ON' }), '99920261123'), 'B');
const seller = trip[0]!.seller;
const of = (regime: '9810' | '1210') => {
  const [order] = [...freshOrders({ count: 1, seed: 411, batch: regime, regime })];
  return { ...order!, seller, declarant: trip[0]!.declarant };
};
const orders = [...trip, of('9810'), of('1210')];
let it: TestGateway;
let client: Client;
let officer: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders });
  client = it.sellers.get(seller.code!)!.client;
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
  for (const id of await handIn(client, orders))
    await declarationWhere(client, id, (d) => d.verdict === 'cleared');
});
afterAll(() => it.close());

/** The goods lines of the orders that were cleared, added up from the orders themselves. */
async function recounted(): Promise<{ lines: number; amount: string }> {
  const { rows } = await it.gateway.store.query<{ lines: number; amount: string }>(
    `select count(*)::int as lines, sum((l->>'totalPrice')::numeric)::numeric(24, 5)::text as amount
       from declarations c join orders o on o.id = c.id cross join lateral jsonb_array_elements(o.body->'lines') l
      where c.cleared_at is not null`,
  );
  return rows[0]!;
}

async function counted(): Promise<{ lines: number; amount: string }> {
  const { rows } = await it.gateway.store.query<{ lines: number; amount: string }>(
    `select count(*)::int as lines, sum(amount)::text as amount from counting_records where ended_batch is null and measure = 'counted'`,
  );
  expect((await auditFigures(it.gateway.store)).differences).toEqual([]);
  return rows[0]!;
}

test('lists count once, and their merged declaration counts nothing, not even from a file with its number', async () => {
  const before = await recounted();
  expect(await counted()).toEqual(before);
  const month = dayOf(new Date()).slice(0, 7);
  const [merged] = await draft(client, 'CEB701Message', { month });
  const id = await submit(client, 'CEB701Message', merged!.data);
  const filing = await filingWhere(client, id, (f) => f.summaryResults.some((r) => r.entryId !== null));
  expect(await counted()).toEqual(before);
  const entry = filing.summaryResults[0]!.entryId!;
  const file = (number: string) =>
    officer.upload<Taken>(
      '/v1/figures/history?fileName=h.csv&source=test',
      Buffer.from(
        `单证编号,日期,企业代码,监管方式,目的国,币制,金额\n${number},${month}-01,${seller.code},9610,502,USD,1234.56`,
      ),
    );
  expect(await file(entry)).toMatchObject({ added: 1, versions: 0, listed: 1, faults: [] });
  expect(await counted()).toEqual(before);
  // The number of one of its lists likewise.
  const { rows } = await it.gateway.store.query<{ no: string }>(
    'select invt_no as no from declarations where invt_no is not null order by id limit 1',
  );
  expect(await file(rows[0]!.no)).toMatchObject({ versions: 0, listed: 1 });
  expect(await counted()).toEqual(before);
});

test('a 9810 shipment counts on its exit; its sale from the warehouse and moves between warehouses count nothing', async () => {
  const before = await counted();
  const { items } = await client.get<{ items: z.output<typeof stockLineSchema>[] }>('/v1/warehouses/stock');
  expect(items.length).toBeGreaterThan(0);
  const [line] = items;
  const movement = {
    warehouse: line!.warehouse,
    itemNo: line!.itemNo,
    kind: 'sold',
    quantity: '1',
    occurredOn: dayOf(new Date()),
    reference: 'SALE-1',
  };
  await client.post('/v1/warehouses/movements', { movements: [movement] });
  const { rows } = await it.gateway.store.query<{ regime: string; lines: number }>(
    `select regime, count(*)::int as lines from counting_records where ended_batch is null and measure = 'counted' group by 1 order by 1`,
  );
  expect(rows.map((r) => r.regime)).toEqual(['1210', '9610', '9810']);
  expect(rows.find((r) => r.regime === '9810')!.lines).toBe(items.length);
  expect(await counted()).toEqual(before);
});

test('goods of a bonded zone count when they leave the country, once, whatever is counted again', async () => {
  const before = await counted();
  expect(await it.gateway.recount([seller.code!])).toBe(orders.length + 2);
  expect(await counted()).toEqual(before);
});
