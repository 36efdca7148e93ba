import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { randomUUID } from 'node:crypto';
import { RedisSignals } from '../../adapters/redis/signals.js';
import { meetCounterpart } from '../../src/dispatch/counterpart.js';
import { PostgresSignals } from '../../src/store/postgresSignals.js';
import { claimPeriod } from '../../src/store/repeats.js';
import type { Signals } from '../../src/store/signals.js';
import { OPERATOR_TENANT, Store, wake } from '../../src/store/store.js';
import { newDatabase } from '../support/database.js';
import { eventually } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';

const log = pino({ level: 'silent' });
let database: Awaited<ReturnType<typeof newDatabase>>;
let store: Store;
let redis: TestRedis;
beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
  redis = await TestRedis.begin();
});
afterAll(async () => {
  await redis.end();
  await store.close();
  await database.drop();
});

const opened: Signals[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((s) => s.close()));
});
const keep = <T extends Signals>(signals: T): T => {
  opened.push(signals);
  return signals;
};
/** What one process would open; every call plays another process. */
const adapters = {
  postgresql: async () => keep(new PostgresSignals(store, database.url)),
  redis: async () =>
    keep(
      await RedisSignals.open({
        url: redis.url,
        prefix: 'test',
        own: new PostgresSignals(store, database.url),
        claimPeriod: (name, everyMs) => claimPeriod(store, name, everyMs),
        log,
      }),
    ),
};
const noted = () => {
  const notes: string[] = [];
  return { notes, look: (what: string) => async () => void notes.push(what) };
};
const ms = (n: number) => new Promise((resolve) => setTimeout(resolve, n));

describe.each(Object.entries(adapters))('signals over %s', (_name, open) => {
  let port: string;
  beforeEach(async () => {
    port = randomUUID();
    await meetCounterpart(store, port);
  });

  test('somebody looks once a transaction that made work commits, nobody before, and nobody when it rolled back', async () => {
    const { notes, look } = noted();
    for (const who of ['one', 'two']) await (await open()).onWork('dispatch', look(who));
    await store
      .transaction(async (tx) => {
        await wake(tx, 'dispatch');
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await store.transaction(async (tx) => {
      await wake(tx, 'dispatch');
      await ms(100);
      expect(notes).toEqual([]);
    });
    await eventually(
      async () => notes.length,
      (n) => n > 0,
    );
    await ms(100);
    expect(new Set(notes).size).toBe(notes.length);
  });

  test('work of another kind wakes nobody', async () => {
    const { notes, look } = noted();
    const signals = await open();
    await signals.onWork('prepare', look('prepare'));
    await signals.onWork('filings', look('filings'));
    await wake(store, 'filings');
    await eventually(
      async () => notes,
      (n) => n.length > 0,
    );
    expect(notes).toEqual(['filings']);
  });

  test('while one process is busy looking, another one looks', async () => {
    const { notes, look } = noted();
    let free = () => undefined as void;
    const busy = new Promise<void>((resolve) => (free = resolve));
    await (
      await open()
    ).onWork('imports', async () => {
      notes.push('busy');
      await busy;
    });
    await wake(store, 'imports');
    await eventually(
      async () => notes,
      (n) => n.includes('busy'),
    );
    await (await open()).onWork('imports', look('idle'));
    await wake(store, 'imports');
    await eventually(
      async () => notes,
      (n) => n.includes('idle'),
    );
    free();
  });

  test('every process hears what changed, with the tenant whose it is', async () => {
    const heard: string[][] = [[], []];
    for (const list of heard)
      await (
        await open()
      ).onNews((kind, tenant) => void list.push(tenant === undefined ? kind : `${kind} ${tenant}`));
    await wake(store, 'declarations');
    await store.query(`select pg_notify('gateway_tenants', 'tray ' || $1)`, [OPERATOR_TENANT]);
    for (const list of heard)
      await eventually(
        async () => list,
        (l) => l.includes('declarations') && l.includes(`tray ${OPERATOR_TENANT}`),
      );
  });

  test('whoever stopped hears nothing more', async () => {
    const { notes, look } = noted();
    const signals = await open();
    const stops = [
      await signals.onWork('receipts', look('work')),
      await signals.onNews(() => void notes.push('news')),
    ];
    for (const stop of stops) await stop();
    await (await open()).onWork('receipts', look('other'));
    for (let i = 0; i < 5; i++) await wake(store, 'receipts');
    await eventually(
      async () => notes,
      (n) => n.includes('other'),
    );
    expect(notes).not.toContain('work');
    expect(notes).not.toContain('news');
  });

  test('a delayed look comes at its time, not before', async () => {
    const { notes, look } = noted();
    const signals = await open();
    await signals.onWork('dispatch', look('late'));
    const began = performance.now();
    await signals.later('dispatch', 400);
    await eventually(
      async () => notes,
      (n) => n.length > 0,
    );
    expect(performance.now() - began).toBeGreaterThanOrEqual(390);
    expect(notes).toEqual(['late']);
  });

  test('many processes together take no more places than the pace has, and places given back are free again', async () => {
    const all = [await open(), await open(), await open()];
    // The first asking begins the count: nothing stands unused yet.
    for (const signals of all) await signals.take(port, 100, 20);
    const began = performance.now();
    let taken = 0;
    while (performance.now() - began < 500) {
      for (const signals of all) taken += await signals.take(port, 4, 20);
      await ms(20);
    }
    const seconds = (performance.now() - began) / 1000;
    expect(taken).toBeGreaterThanOrEqual(5);
    // What came free while the calls ran, and the one place that was half free when they began.
    expect(taken).toBeLessThanOrEqual(20 * seconds + 1);
    await all[0]!.take(port, 100, 20);
    await all[1]!.giveBack(port, 5, 20);
    expect(await all[2]!.take(port, 5, 20)).toBe(5);
  });

  test('of many processes one does repeated work each period, and another goes on when it ended', async () => {
    const { notes, look } = noted();
    const [first, second] = [await open(), await open()];
    const name = randomUUID();
    const stop = await first.repeat(name, 100, look('first'));
    await second.repeat(name, 100, look('second'));
    await eventually(
      async () => notes.length,
      (n) => n >= 3,
    );
    const { rows } = await store.query('select 1 from repeats where name = $1', [name]);
    expect(rows).toHaveLength(1);
    await stop();
    const before = notes.length;
    await eventually(
      async () => notes.slice(before).filter((n) => n === 'second').length,
      (n) => n >= 2,
    );
    // Both doing all of it would make twice as many as periods passed.
    const began = performance.now();
    const had = notes.length;
    await ms(500);
    expect(notes.length - had).toBeLessThan((performance.now() - began) / 50);
  });

  test('it says that it is reachable', async () => {
    expect(await (await open()).reachable()).toBe(true);
  });
});

describe('Redis that is gone', () => {
  test('is noticed; PostgreSQL wakes, delays and paces meanwhile, and when it is back everything goes over it again', async () => {
    const { notes, look } = noted();
    const port = randomUUID();
    await meetCounterpart(store, port);
    const [one, two] = [await adapters.redis(), await adapters.redis()];
    for (const [signals, who] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      await signals.onWork('dispatch', look(who));
      await signals.onNews((kind) => void (kind === 'tray' && notes.push(`${who} heard`)));
    }
    const repeated = randomUUID();
    await one.repeat(repeated, 300, look('again'));
    await redis.kill9();
    await eventually(
      () => one.reachable(),
      (there) => !there,
    );
    // Within a second each of them listens to PostgreSQL.
    const woken = async () => {
      await wake(store, 'dispatch', 'tray');
      return notes;
    };
    await eventually(woken, (n) => ['one', 'two', 'one heard', 'two heard'].every((w) => n.includes(w)));
    notes.splice(0);
    await one.later('dispatch', 50);
    await eventually(
      async () => notes,
      (n) => n.includes('one') && n.includes('again'),
    );
    expect(await one.take(port, 1_000, 10)).toBeLessThanOrEqual(10);

    await redis.start();
    await eventually(
      () => one.reachable(),
      (there) => there,
    );
    notes.splice(0);
    await eventually(woken, (n) => n.includes('one heard') && n.includes('two heard'));
    await eventually(
      woken,
      (n) => n.includes('one') && n.includes('two') && n.filter((w) => w === 'again').length > 1,
    );
  });

  test('or that forgot everything: repeated work comes back, the pace gets no faster', async () => {
    const { notes, look } = noted();
    const port = randomUUID();
    const signals = await adapters.redis();
    await signals.repeat(randomUUID(), 200, look('again'));
    await signals.take(port, 1, 5);
    await redis.flush();
    expect(await signals.take(port, 100, 5)).toBeLessThanOrEqual(1);
    notes.splice(0);
    await eventually(
      async () => notes.length,
      (n) => n >= 3,
    );
  });

  test('at the start is no reason not to start', async () => {
    await redis.kill9();
    const { notes, look } = noted();
    const signals = await adapters.redis();
    await signals.onWork('prepare', look('woken'));
    expect(await signals.reachable()).toBe(false);
    await eventually(
      async () => {
        await wake(store, 'prepare');
        return notes;
      },
      (n) => n.length > 0,
    );
    await redis.start();
    await eventually(
      () => signals.reachable(),
      (there) => there,
    );
  });

  test('counters of tries hold over processes, and each process counts for itself meanwhile', async () => {
    const [one, two] = [await adapters.redis(), await adapters.redis()];
    const counters = [one, two].map((s) => s.counters('tries', 3, 60)!);
    await counters[0]!.consume('a');
    await counters[1]!.consume('a');
    await counters[0]!.consume('a');
    await expect(counters[1]!.consume('a')).rejects.toMatchObject({ remainingPoints: 0 });
    await redis.kill9();
    for (let i = 0; i < 3; i++) await counters[1]!.consume('b');
    await expect(counters[1]!.consume('b')).rejects.toMatchObject({ remainingPoints: 0 });
    await redis.start();
  });
});
