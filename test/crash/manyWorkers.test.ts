import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand, type Command } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ordersOfOneSeller } from '../support/journey.js';

const EACH = 60;
const stock = ordersOfOneSeller(3 * EACH, { seed: 91, batch: 'V' });
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false, batch: 7 });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());

/** What stands at the end, in the order of the orders, without ids and times. */
async function endOf(ids: readonly string[]): Promise<unknown> {
  const { store } = it.gateway;
  const { rows } = await store.query(
    `select c.verdict, c.delivery, c.attention, count(*)::int as documents,
            string_agg(d.message_type || ' ' || d.delivery || ' ' || d.verdict, ', ' order by d.seq) as each,
            (select count(*)::int from receipts r join documents x on x.id = r.document_id where x.declaration_id = c.id) as receipts,
            (select count(distinct r.source_id)::int from counting_records r where r.source_id = c.id and r.ended_batch is null) as counted
       from declarations c join documents d on d.declaration_id = c.id where c.id = any($1)
      group by c.id order by array_position($1::uuid[], c.id)`,
    [ids],
  );
  return rows;
}

test('one, three and eight workers at once leave the same end: every list cleared once, nothing waits', async () => {
  const ends: unknown[] = [];
  for (const count of [1, 3, 8]) {
    await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
    const ids = await handIn(client, stock.splice(0, EACH));
    const workers: Command[] = Array.from({ length: count }, () =>
      startCommand(['worker'], settingsOf(it.gateway.config, it.sandbox.url)),
    );
    try {
      await eventually(
        async () => {
          const { rows } = await it.gateway.store.query<{ n: number }>(
            `select count(*)::int as n from declarations where id = any($1) and verdict = 'cleared'`,
            [ids],
          );
          return rows[0]!.n;
        },
        (n) => n === EACH,
        50_000,
      );
    } finally {
      await Promise.all(workers.map((w) => w.stop()));
    }
    ends.push(await endOf(ids));
    const health = (await (await fetch(`${it.server.url}/health`)).json()) as {
      stranded: Record<string, number>;
    };
    expect(Object.values(health.stranded).filter((n) => n > 0)).toEqual([]);
  }
  expect(ends[1]).toEqual(ends[0]);
  expect(ends[2]).toEqual(ends[0]);
  expect((await it.gateway.store.query('select 1 from outbox')).rows).toEqual([]);
}, 170_000);
