import { expect } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Store } from '../../src/store/store.js';
import { countStranded } from '../../src/sweeps/sweep.js';
import { settingsOf, startCommand, type Command } from './commands.js';
import { randomFrom } from './companies.js';
import { eventually, startTestGateway } from './gateway.js';
import { hostileFile } from './hostileReceipts.js';
import { ordersOfOneSeller, sandboxState, type IntakeResult } from './journey.js';
import { freePort } from './ports.js';
import { postmasterOf } from './postmaster.js';
import { TestRedis } from './redis.js';

/** A long run says how far it is. */
const TOLD_EVERY = 10;

export interface Trouble {
  orders: number;
  workers: number;
  kills: number;
  hostile: number;
  /** The gateway's own PostgreSQL is among what is killed. */
  database?: boolean;
  /** Signals go over a Redis, which is among what is killed and then starts empty. */
  redis?: boolean;
  seed: number;
  timeoutMs: number;
}

/** Asks again while the database does not answer, whatever the error: those of Node are none of a test's own `Error`. */
function patient(store: Store, timeoutMs: number) {
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    const until = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const query: Store['query'] = (text, values) => again(() => store.query(text, values));
  return { query, again };
}

/**
 * Lets a journey of many orders run in processes of its own (sandbox, gateway, workers) that are killed -9 at random and
 * started again, with hostile files among the receipts, and insists that at the end every list is cleared once, the
 * sandbox's books say the same, and nothing waits.
 */
export async function killedJourney(trouble: Trouble): Promise<void> {
  const orders = ordersOfOneSeller(trouble.orders, { seed: trouble.seed, batch: 'X' });
  const random = randomFrom(trouble.seed);
  const began = Date.now();
  const since = () => Math.round((Date.now() - began) / 1000);
  const it = await startTestGateway({ orders, workers: false, embedded: trouble.database ?? false });
  const dir = mkdtempSync(join(tmpdir(), 'gateway-soak-'));
  const port = await freePort();
  const sandboxUrl = `http://127.0.0.1:${port}`;
  const redis = trouble.redis ? await TestRedis.begin() : undefined;
  const settings = {
    ...settingsOf(it.gateway.config, sandboxUrl),
    REDIS_URL: redis?.url ?? '',
    GATEWAY_LOG_LEVEL: 'error',
    GATEWAY_PORT: '0',
  };
  const state = join(dir, 'sandbox.journal');
  const starts: (() => Command)[] = [
    () =>
      startCommand(['sandbox', '--port', String(port), '--state', state, '--pace', '5'], {
        GATEWAY_LOG_LEVEL: 'error',
      }),
    () => startCommand(['serve', '--no-workers'], settings),
    ...Array.from({ length: trouble.workers }, () => () => startCommand(['worker'], settings)),
  ];
  const running = starts.map((start) => start());
  const { journey } = it.gateway;
  // What the test itself asks waits for a database that was killed, like everybody else.
  const store = patient(it.gateway.store, trouble.timeoutMs);
  const killed = new Map<string, number>();
  const names = ['sandbox', 'serve', ...Array.from({ length: trouble.workers }, () => 'worker')];
  let endedAlone = 0;
  /** What ends by itself (no database while it starts) is started again, as a supervisor does. */
  const supervise = () =>
    running.forEach((one, i) => {
      if (one.child.exitCode === null) return;
      endedAlone++;
      running[i] = starts[i]!();
    });
  const cleared = async () => {
    const { rows } = await store.query<{ n: number }>(
      `select count(*)::int as n from declarations where verdict = 'cleared'`,
    );
    return rows[0]!.n;
  };
  const received = async () => {
    supervise();
    const { rows } = await store.query<{ n: number }>(
      'select count(*)::int as n from receipts where document_id is not null',
    );
    return rows[0]!.n;
  };
  // Leases of the dead run out; the test does not wait the two minutes each time.
  const leasesRunOut = () =>
    store.query('update outbox set lease_until = now() where lease_until is not null');
  try {
    const client = [...it.sellers.values()][0]!.client;
    // Whoever hands in asks again while there is no answer, so that nobody knows which orders were taken the first time.
    const handingIn = (async () => {
      for (let i = 0; i < orders.length; i += 250) {
        const { orders: verdicts } = await store.again(() =>
          client.post<IntakeResult>('/v1/orders', orders.slice(i, i + 250)),
        );
        const faulty = verdicts.find((v) => v.outcome === 'faulty');
        if (faulty) throw new Error(`not accepted: ${JSON.stringify(faulty)}`);
      }
    })();
    handingIn.catch(() => undefined);
    const hostile = Array.from({ length: trouble.hostile }, (_, n) => hostileFile(n, random, 'A|B'));
    const all = trouble.orders * 14;
    for (let kill = 0; kill < trouble.kills; kill++) {
      // Spread over the journey: the next one when its share of the receipts has come.
      await eventually(received, (n) => n >= (all * kill * 0.9) / trouble.kills, trouble.timeoutMs);
      const share = Math.ceil(trouble.hostile / trouble.kills);
      const files = hostile.splice(0, share);
      await store.again(() => storeRaw(it.gateway.store, files));
      const others = [...(redis ? ['redis'] : []), ...(trouble.database ? ['database'] : [])];
      const victim = Math.floor(random() * (running.length + others.length));
      const name = [...names, ...others][victim]!;
      killed.set(name, (killed.get(name) ?? 0) + 1);
      if ((kill + 1) % TOLD_EVERY === 0)
        process.stderr.write(
          `kill ${kill + 1} of ${trouble.kills}: ${await cleared()} of ${trouble.orders} cleared after ${since()} s\n`,
        );
      if (redis && name === 'redis') {
        await redis.kill9();
        await redis.start();
      } else if (victim < running.length) {
        await running[victim]!.kill9();
        running[victim] = starts[victim]!();
      } else {
        const postmaster = postmasterOf(it.dir);
        if (postmaster > 0) process.kill(postmaster, 'SIGKILL');
        // Somebody notices and starts it again; only then is there something to kill.
        await store.query('select 1');
      }
      await leasesRunOut();
    }
    await handingIn;
    await eventually(
      async () => {
        supervise();
        await leasesRunOut();
        await store.query('update outbox set next_at = now() where next_at > now()');
        return cleared();
      },
      (n) => n === trouble.orders,
      trouble.timeoutMs,
    );
    await eventually(
      async () =>
        (await store.query(`select 1 from raw_receipts where state = 'stored' limit 1`)).rows.length,
      (n) => n === 0,
      trouble.timeoutMs,
    );
    await eventually(
      async () => {
        await leasesRunOut();
        return (await store.query('select 1 from outbox')).rows.length;
      },
      (n) => n === 0,
      trouble.timeoutMs,
    );
    // The sandbox may have been started again a moment ago.
    const books = await eventually(
      () => sandboxState(sandboxUrl).catch(() => undefined),
      (state) => state !== undefined,
    );
    expect(Object.values(books?.documents ?? {})).toEqual(
      [1, 2, 3, 4].map(() => ({ taken: trouble.orders })),
    );
    const { rows: standing } = await store.query(
      `select message_type, delivery, count(*)::int as n, bool_and(verdict in ('accepted', 'reviewed', 'cleared')) as well from documents group by 1, 2 order by 1`,
    );
    expect(standing).toEqual(
      ['CEB303Message', 'CEB403Message', 'CEB505Message', 'CEB603Message'].map((message_type) => ({
        message_type,
        delivery: 'sent',
        n: trouble.orders,
        well: true,
      })),
    );
    const { rows: counted } = await store.query<{ n: number }>(
      'select count(distinct source_id)::int as n from counting_records where ended_batch is null',
    );
    expect(counted).toEqual([{ n: trouble.orders }]);
    // So many kills spare nobody.
    if (trouble.kills >= 10 * running.length)
      for (const name of [...names, ...(redis ? ['redis'] : []), ...(trouble.database ? ['database'] : [])])
        expect([...killed.keys()]).toContain(name);
    const stranded = await countStranded(it.gateway.store, journey.sweepContext());
    expect(stranded.filter((s) => s.count > 0 && s.name !== 'open-attempts')).toEqual([]);
    const { rows: attention } = await store.query('select 1 from declarations where attention');
    expect(attention).toEqual([]);
    process.stderr.write(
      `${trouble.orders} orders, ${trouble.workers} workers, ${trouble.kills} kills (${[...killed].map(([name, n]) => `${n} ${name}`).join(', ')}), ${trouble.hostile} hostile files, ${endedAlone} ended while they started: all cleared in ${since()} s\n`,
    );
  } finally {
    await Promise.all(running.map((p) => p.kill9()));
    await redis?.end();
    await it.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
