import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { groupBy } from '../../src/base/collections.js';
import { attemptAll } from '../support/attempts.js';
import { answersTo, applyForeignReceipts } from '../support/foreignReceipts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, handIn } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

/** Mutants altogether, and those a pair of declarations gets: a declaration with more receipts than any has would measure that. */
const RUNS = Number(process.env.GATEWAY_SOAK_RUNS ?? 100_000);
const OF_A_PAIR = 500;
const PAIRS = Math.ceil(RUNS / OF_A_PAIR);
const SEED = Number(process.env.GATEWAY_SOAK_SEED ?? 2026);

const all = groupBy(freshOrders({ count: 4_000, seed: 13, batch: 'F' }), (order) => order.seller.code!);
const codes = [...all.keys()].slice(0, 2);
const orders = codes.map((code) => all.get(code)!.slice(0, PAIRS));
let it: TestGateway;

beforeAll(async () => {
  it = await startTestGateway({ orders: orders.flat(), workers: false });
});
afterAll(() => it.close());

test('mutated receipts of one enterprise with parts of the keys of another move nothing of the other', async () => {
  const answered: number[] = [];
  const started = performance.now();
  for (let n = 0; n < PAIRS; n++) {
    const clients = codes.map((code) => it.sellers.get(code)!.client);
    const ids = await Promise.all(clients.map((client, i) => handIn(client, [orders[i]![n]!])));
    await attemptAll(it.gateway.store);
    const [mine, theirs] = await Promise.all(ids.map((id, i) => declarationOf(clients[i]!, id[0]!)));
    const before = await answersTo(it, theirs!.id);
    await applyForeignReceipts(it, [mine!, theirs!], Math.min(OF_A_PAIR, RUNS), SEED + n);
    expect({ n, theirs: await answersTo(it, theirs!.id) }).toEqual({ n, theirs: before });
    answered.push((await answersTo(it, mine!.id)).length);
  }
  const perSecond = (PAIRS * OF_A_PAIR * 1000) / (performance.now() - started);
  process.stdout.write(
    `${JSON.stringify({ pairs: PAIRS, of: OF_A_PAIR, perSecond, answered: answered.reduce((a, b) => a + b, 0) })}\n`,
  );
  expect(Math.min(...answered)).toBeGreaterThan(10);
});
