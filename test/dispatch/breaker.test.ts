import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  allowance,
  counterpartState,
  meetCounterpart,
  noteOutcome,
  tryNow,
} from '../../src/dispatch/counterpart.js';
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
const allowed = (wanted = 8) => allowance(store, port, wanted, async () => wanted, breaker);
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
