import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { addOperations } from '../../src/commands/operations.js';
import type { Client } from '../support/client.js';
import { runHere, settingsOf, startCommand, type Command } from '../support/commands.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, documentOf, handIn, ordersOfOneSeller, WAYBILL } from '../support/journey.js';
import { TestRedis } from '../support/redis.js';

const EACH = 16;
/** Receipts that one order gets. */
const RECEIPTS = 14;
const stock = ordersOfOneSeller(2 * EACH + 1, { seed: 91, batch: 'V' });
let it: TestGateway;
let redis: TestRedis;
let client: Client;

beforeAll(async () => {
  redis = await TestRedis.begin();
  it = await startTestGateway({ orders: stock, workers: false, batch: 7, env: { REDIS_URL: redis.url } });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(async () => {
  await it.close();
  await redis.end();
});

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

/** Lets so many workers carry a share of the orders to its end; `during` is told what share of the receipts has come. */
async function carried(
  count: number,
  redisUrl: string | undefined,
  during: (share: number) => Promise<void> = () => Promise.resolve(),
): Promise<unknown> {
  await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
  const ids = await handIn(client, stock.splice(0, EACH));
  const settings = settingsOf(it.gateway.config, it.sandbox.url);
  const workers: Command[] = Array.from({ length: count }, () =>
    startCommand(['worker'], { ...settings, ...(redisUrl ? { REDIS_URL: redisUrl } : {}) }),
  );
  try {
    await eventually(
      async () => {
        const { rows } = await it.gateway.store.query<{ cleared: number; receipts: number }>(
          `select (select count(*)::int from declarations where id = any($1) and verdict = 'cleared') as cleared,
                  (select count(*)::int from receipts r join documents d on d.id = r.document_id where d.declaration_id = any($1)) as receipts`,
          [ids],
        );
        await during(rows[0]!.receipts / (EACH * RECEIPTS));
        return rows[0]!.cleared;
      },
      (n) => n === EACH,
      80_000,
    );
    // Whoever is slow to start may find nothing left to do, but is not asked to stop before it can.
    await eventually(
      async () => workers.filter((w) => !w.stderr().includes('workers are running')).length,
      (starting) => starting === 0,
    );
  } finally {
    await Promise.all(workers.map((w) => w.stop()));
  }
  expect(await Promise.all(workers.map((w) => w.ended))).toEqual(workers.map(() => 0));
  for (const worker of workers) expect(worker.stderr()).not.toContain('Warning');
  return endOf(ids);
}

const health = async () =>
  (await (await fetch(`${it.server.url}/health`)).json()) as {
    stranded: Record<string, number>;
    signals: { carrier: string; reachable: boolean };
  };

test('one worker over PostgreSQL, and four over a Redis that is flushed, killed and started again, leave the same end', async () => {
  const alone = await carried(1, undefined);
  expect((await health()).signals).toEqual({ carrier: 'redis', reachable: true });
  const trouble = [
    { from: 0.01, make: () => redis.flush() },
    { from: 0.2, make: () => redis.kill9() },
    { from: 0.5, make: () => redis.start() },
    { from: 0.6, make: () => redis.flush() },
  ];
  const together = await carried(4, redis.url, async (share) => {
    while (trouble[0] && share >= trouble[0].from) await trouble.shift()!.make();
  });
  expect(trouble).toEqual([]);
  expect(together).toEqual(alone);
  const { stranded } = await health();
  expect(Object.values(stranded).filter((n) => n > 0)).toEqual([]);
  expect((await it.gateway.store.query('select 1 from outbox')).rows).toEqual([]);
}, 170_000);

test('a server hears over Redis what other processes change, and they hear that keys are to be read again', async () => {
  const stream = await client.raw('GET', '/v1/changes');
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  // The worker begins without the key of one party, which the server holds.
  const [keys, aside] = [join(it.dir, 'keys', stock[0]!.waybill.code!), join(it.dir, 'aside')];
  renameSync(keys, aside);
  const other = startCommand(['worker'], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    REDIS_URL: redis.url,
  });
  try {
    await eventually(
      async () => other.stderr(),
      (said) => said.includes('workers are running'),
    );
    const [id] = await handIn(client, stock.splice(0, 1));
    await declarationWhere(client, id!, (d) => documentOf(d, WAYBILL).waitingFor?.reason === 'party');
    renameSync(aside, keys);
    await it.operator.post('/v1/signing-keys/reload');
    await declarationWhere(client, id!, (d) => d.verdict === 'cleared');
    let heard = '';
    while (!heard.includes('"kind":"tray"')) heard += (await reader.read()).value ?? '';
    expect(heard).toContain('"kind":"declarations"');
  } finally {
    await reader.cancel();
    await other.stop();
  }
});

test('doctor names Redis and its version, that it throws keys away, and when it does not answer', async () => {
  const doctor = () =>
    runHere(addOperations, ['doctor'], {
      ...settingsOf(it.gateway.config, it.sandbox.url),
      REDIS_URL: redis.url,
      GATEWAY_LOG_LEVEL: 'fatal',
    });
  const well = await doctor();
  expect(well.out).toMatch(/^Redis \d+\.\d+\.\d+：唤醒、节奏、实时状态 \/ wake-ups, pace, live status$/m);
  expect(well).toMatchObject({ code: 0, out: expect.not.stringContaining('noeviction') });
  await redis.set('maxmemory-policy', 'allkeys-lru');
  expect((await doctor()).out).toContain('maxmemory-policy allkeys-lru');
  await redis.kill9();
  const gone = await doctor();
  expect(gone.code).not.toBe(0);
  expect(gone.err).toContain('C10');
  expect(gone.out).not.toContain('Redis');
});
