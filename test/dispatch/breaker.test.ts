import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  allowance,
  counterpartState,
  giveBack,
  meetCounterpart,
  noteOutcome,
  tryNow,
} from '../../src/dispatch/counterpart.js';
import { migrate } from '../../src/store/migrate.js';
import { Store } from '../../src/store/store.js';
import { newDatabase } from '../support/database.js';

const AFTER = 5;
/** Pauses that no test waits out; `over` lets them pass in the database. */
const breaker = { after: AFTER, pausesMs: [60_000, 120_000] };
let database: Awaited<ReturnType<typeof newDatabase>>;
let store: Store;
let port: string;

beforeAll(async () => {
  database = await newDatabase();
  store = new Store(database.url);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(async () => {
  port = randomUUID();
  await meetCounterpart(store, port);
});

const ends = (outcome: 'accepted' | 'refused' | 'retry' | 'unknown', id: string = randomUUID()) =>
  noteOutcome(store, port, id, outcome, breaker);
const allowed = (wanted = 8, pace = 0) => allowance(store, port, wanted, pace, breaker);
const goDown = async () => {
  for (let i = 0; i < AFTER; i++) await ends(i % 2 ? 'retry' : 'unknown');
};
const over = () => store.query('update counterparts set next_try_at = now() where name = $1', [port]);

describe('the circuit breaker of a counterpart', () => {
  test('opens after five messages in a row without an answer, and holds everything back', async () => {
    for (let i = 1; i < AFTER; i++) expect(await ends('retry')).toBeUndefined();
    expect(await allowed()).toEqual({ count: 8, probe: false });
    expect(await ends('unknown')).toBe('opened');
    expect(await allowed()).toEqual({ count: 0, probe: true });
    expect(await counterpartState(store, port)).toMatchObject({ breaker: 'open', failures: AFTER });
  });

  test('a refusal never trips it: whoever refuses is there', async () => {
    for (let i = 0; i < 3 * AFTER; i++) {
      await ends(i % AFTER === AFTER - 1 ? 'refused' : 'retry');
      expect((await allowed()).count).toBe(8);
    }
  });

  test('one message that never gets an answer does not trip it, however often it tries', async () => {
    const id = randomUUID();
    for (let i = 0; i < 3 * AFTER; i++) expect(await ends('unknown', id)).toBeUndefined();
    expect((await allowed()).count).toBe(8);
  });

  test('once the pause is over, exactly one of ten processes may try one message', async () => {
    await goDown();
    await over();
    const answers = await Promise.all(Array.from({ length: 10 }, () => allowed()));
    expect(answers.map((a) => a.count).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test('a probe without an answer makes the pause longer, one with an answer closes it', async () => {
    await goDown();
    const pauseOf = async () =>
      ((await counterpartState(store, port)).nextTryAt!.getTime() - Date.now()) / 1000;
    expect(Math.round((await pauseOf()) / 10)).toBe(6);
    expect(await ends('retry')).toBeUndefined();
    expect(Math.round((await pauseOf()) / 10)).toBe(12);
    expect(await ends('accepted')).toBe('closed');
    expect(await allowed()).toEqual({ count: 8, probe: false });
    expect(await counterpartState(store, port)).toEqual({
      breaker: 'closed',
      failures: 0,
      openedAt: null,
      nextTryAt: null,
    });
  });

  test('a person who says try now is heard, and a clock put back by days stops nothing', async () => {
    await goDown();
    await tryNow(store, port);
    expect(await allowed()).toEqual({ count: 1, probe: true });
    await store.query(`update counterparts set next_try_at = now() + interval '3 days' where name = $1`, [
      port,
    ]);
    expect(await allowed()).toEqual({ count: 1, probe: true });
  });

  test('two counterparts have breakers of their own', async () => {
    await goDown();
    port = randomUUID();
    await meetCounterpart(store, port);
    expect(await allowed()).toEqual({ count: 8, probe: false });
  });
});

describe('the pace of a counterpart', () => {
  /** As if nothing had been sent for a while, or the pace was used up until now. */
  const usedUp = (interval: string) =>
    store.query(`update counterparts set paced_until = now() + $2::interval where name = $1`, [
      port,
      interval,
    ]);

  test('many processes together take no more than a second holds', async () => {
    await usedUp('-1 hour');
    const taken = await Promise.all(Array.from({ length: 20 }, () => allowed(8, 10)));
    const sum = taken.reduce((n, a) => n + a.count, 0);
    expect(sum).toBeGreaterThanOrEqual(10);
    // What a second holds, and what came free while the calls ran.
    const { rows } = await store.query<{ ahead: number }>(
      'select extract(epoch from paced_until - now())::float8 as ahead from counterparts where name = $1',
      [port],
    );
    expect(rows[0]!.ahead).toBeLessThanOrEqual(0.1);
  });

  test('used up, it lets nothing go; what no message needed is given back', async () => {
    await usedUp('10 seconds');
    expect((await allowed(8, 10)).count).toBe(0);
    await usedUp('-1 hour');
    expect((await allowed(8, 10)).count).toBe(8);
    expect((await allowed(8, 10)).count).toBeLessThan(8);
    await usedUp('-1 hour');
    await allowed(8, 10);
    await giveBack(store, port, 8, 10);
    expect((await allowed(8, 10)).count).toBe(8);
  });

  test('without a pace everything goes as fast as it can', async () => {
    await usedUp('10 seconds');
    expect((await allowed(8)).count).toBe(8);
  });
});
