import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type { declarationSchema } from '../../src/views/declarations/shapes.js';
import type { intakeResultSchema } from '../../src/http/orders/contract.js';
import type { totalsSchema } from '../../src/views/figures/shapes.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { freshOrders } from '../support/sampleOrders.js';

type Declaration = z.output<typeof declarationSchema>;
type IntakeResult = z.output<typeof intakeResultSchema>;
type Totals = z.output<typeof totalsSchema>;

const orders = [...freshOrders({ count: 12, seed: 5 })];
const seller = orders[0]!.seller.code!;
const mine = orders.filter((o) => o.seller.code === seller);
let it: TestGateway;

beforeAll(async () => {
  it = await startTestGateway({ orders });
});
afterAll(() => it.close());

test('an order handed in once becomes a released list whose timeline holds every message, attempt and receipt', async () => {
  const client = it.sellers.get(seller)!.client;
  const result = await client.post<IntakeResult>('/v1/orders', mine);
  expect(result).toMatchObject({ accepted: mine.length, faulty: 0, exists: 0 });
  const id = result.orders[0]!.declarationId!;
  const declaration = await eventually(
    () => client.get<Declaration>(`/v1/declarations/${id}`),
    (d) => d.verdict === 'cleared',
  );
  expect(declaration.delivery).toBe('sent');
  expect(declaration.invtNo).toMatch(/^\d{8}E\d{9}$/);
  expect(declaration.documents.map((d) => [d.messageType, d.verdict])).toEqual([
    ['CEB303Message', 'accepted'],
    ['CEB403Message', 'accepted'],
    ['CEB505Message', 'reviewed'],
    ['CEB603Message', 'cleared'],
  ]);
  const kinds = declaration.timeline.map((e) => e.kind);
  expect(kinds.filter((k) => k === 'signed')).toHaveLength(4);
  expect(kinds.filter((k) => k === 'attempt')).toHaveLength(4);
  expect(kinds.filter((k) => k === 'receipt').length).toBeGreaterThanOrEqual(3 + 3 + 3 + 5);
  expect(declaration.timeline.filter((e) => e.signature).every((e) => e.signature?.ok)).toBe(true);
});

test("the month's totals are the sum of the released lists and name their declarations", async () => {
  const client = it.sellers.get(seller)!.client;
  await eventually(
    () => client.get<{ byVerdict: Record<string, number> }>('/v1/declarations/counts'),
    (c) => c.byVerdict.cleared === mine.length,
  );
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
  const totals = await client.get<Totals>(`/v1/totals?from=${month}&to=${month}`);
  expect(totals.sum.orders).toBe(mine.length);
  const behind = await client.get<{ items: unknown[] }>(totals.lines[0]!.declarations);
  expect(behind.items).toHaveLength(totals.lines[0]!.orders);
});
