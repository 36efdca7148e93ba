import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { addOperations } from '../../src/commands/operations.js';
import { record, type Schedule } from '../../src/dispatch/outbox.js';
import type { Order } from '../../src/orders/order.js';
import { Workers } from '../../src/worker.js';
import type { Client } from '../support/client.js';
import { runHere, settingsOf } from '../support/commands.js';
import { eventually, FAST, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  attemptsOf,
  declarationOf,
  declarationWhere,
  documentOf,
  entriesOf,
  handIn,
  LIST,
  marked,
  ORDER,
  ordersOfOneSeller,
  PAYMENT,
  sandboxSettings,
  sandboxState,
  verdictsOf,
  WAYBILL,
} from '../support/journey.js';

/** A schedule that never comes to a second attempt within a test. */
const { breaker } = FAST;
const NEVER_AGAIN: Schedule = { delaysMs: [3_600_000], jitter: 0, budgetMs: 24 * 3_600_000, breaker };
/** No patience at all: the first failure is the last. */
const NO_PATIENCE: Schedule = { delaysMs: [10], jitter: 0, budgetMs: 0, breaker };

const stock = ordersOfOneSeller(24, { seed: 11, batch: 'D' });
const take = (): Order => stock.shift()!;
let it: TestGateway;
let client: Client;
let workers: Workers | undefined;

const work = async (schedule: Schedule = FAST) => {
  workers = new Workers(it.gateway, schedule);
  await workers.start();
};
const rest = async () => {
  await workers?.stop();
  workers = undefined;
};

const doctor = () =>
  runHere(addOperations, ['doctor'], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    GATEWAY_LOG_LEVEL: 'fatal',
  });

beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());
beforeEach(async () => {
  const reset = await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
  expect(reset.ok).toBe(true);
});
afterEach(async () => {
  await rest();
  // What a test leaves unsent is not the next one's concern: refused, or the sweeps would take it up again.
  await it.gateway.store.query('delete from outbox');
  for (const table of ['messages', 'documents'])
    await it.gateway.store.query(
      `update ${table} set delivery = 'refused' where delivery in ('ready', 'queued', 'sending', 'unknown')`,
    );
});

/** The bytes and guids the port took, from its own books: how many documents of each kind it holds. */
const booked = async () => (await sandboxState(it.sandbox.url)).documents;

describe('the answer of the port is lost after it took the message', () => {
  test('the same guid and bytes go again, the port calls it known, and it holds one document', async () => {
    const [id] = await handIn(client, [marked(take(), '-SBDROPAFTER-SBSILENT')]);
    await work();
    const d = await declarationWhere(client, id!, (x) => attemptsOf(x, ORDER).at(-1) === 'accepted');
    expect(attemptsOf(d, ORDER)).toEqual(['unknown', 'accepted']);
    expect(entriesOf(d, 'attempt', ORDER).at(-1)?.detail).toContain('duplicate');
    expect(documentOf(d, ORDER)).toMatchObject({ delivery: 'sent', verdict: 'none' });
    expect(entriesOf(d, 'signed', ORDER)).toHaveLength(1);
    const state = await eventually(
      () => sandboxState(it.sandbox.url),
      (s) => s.duplicates === 2,
    );
    expect(state.messages).toMatchObject({ [ORDER]: 1, [PAYMENT]: 1 });
    expect(state.documents).toMatchObject({ [ORDER]: { taken: 1 }, [PAYMENT]: { taken: 1 } });
    expect(state.refused).toEqual({});
  });

  test('until it is known the declaration says so and asks for a person', async () => {
    const [id] = await handIn(client, [marked(take(), '-SBDROPAFTER-SBSILENT')]);
    await work(NEVER_AGAIN);
    const d = await declarationWhere(client, id!, (x) => documentOf(x, ORDER).delivery === 'unknown');
    expect(d).toMatchObject({ delivery: 'unknown', verdict: 'none', attention: true });
    expect(attemptsOf(d, ORDER)).toEqual(['unknown']);
  });

  test('a receipt that arrives first settles it: nothing goes again', async () => {
    const [id] = await handIn(client, [marked(take(), '-SBDROPAFTER')]);
    await work(NEVER_AGAIN);
    const d = await declarationWhere(client, id!, (x) => x.verdict === 'cleared');
    expect(d).toMatchObject({ delivery: 'sent', attention: false });
    expect(verdictsOf(d)).toEqual(['accepted', 'accepted', 'reviewed', 'cleared']);
    for (const type of [ORDER, PAYMENT, LIST]) expect(attemptsOf(d, type)).toEqual(['unknown']);
    const state = await sandboxState(it.sandbox.url);
    expect(state.duplicates).toBe(0);
    expect(state.messages).toEqual({ [ORDER]: 1, [PAYMENT]: 1, [WAYBILL]: 1, [LIST]: 1 });
    expect(await it.operator.get('/v1/port')).toMatchObject({ unknown: 0, queued: 0 });
  });

  test('with receipts and retries racing each other the port still holds one document of each kind', async () => {
    const ids = await handIn(
      client,
      [take(), take(), take()].map((o) => marked(o, '-SBDROPAFTER')),
    );
    await work();
    for (const id of ids)
      expect((await declarationWhere(client, id, (x) => x.verdict === 'cleared')).delivery).toBe('sent');
    for (const [type, outcomes] of Object.entries(await booked()))
      expect([type, outcomes]).toEqual([type, { taken: 3 }]);
  });
});

describe('a 900 receipt answers a whole message', () => {
  test('every document of the message is failed, those of the next message are not', async () => {
    const three = [take(), marked(take(), '-SB900'), take()];
    const ids = await handIn(client, three);
    const alone = await (async () => {
      await work();
      for (const id of ids) {
        const d = await declarationWhere(
          client,
          id,
          (x) => verdictsOf(x).join() === 'failed,failed,reviewed,none',
        );
        expect(d).toMatchObject({ delivery: 'waiting', verdict: 'failed', attention: true });
        expect(documentOf(d, ORDER).status?.status).toBe('-900009');
        expect(documentOf(d, LIST).waitingFor?.reason).toBe('refused-document');
      }
      return handIn(client, [take()]);
    })();
    expect((await declarationWhere(client, alone[0]!, (x) => x.verdict === 'cleared')).attention).toBe(false);
  });
});

describe('the port is down', () => {
  test('messages wait without blame; when it is back everything is sent and cleared', async () => {
    await sandboxSettings(it.sandbox.url, { down: true });
    const ids = await handIn(client, [take(), take()]);
    await work({ delaysMs: [50], jitter: 0, budgetMs: 60_000, breaker: { ...breaker, after: 3 } });
    const port = await eventually(
      () =>
        it.operator.get<{ state: string; queued: number; lastDetail: string | null; breaker: string }>(
          '/v1/port',
        ),
      (p) => p.state === 'down' && p.queued === 3 && p.breaker === 'open',
    );
    expect(port.lastDetail).toContain('503');
    const said = (await doctor()).out;
    expect(said).toContain(`${port.queued} messages wait to be sent`);
    expect(said).toContain('the port gave no answer: messages are held back until the next try');
    expect(said).not.toContain('sending is paused');
    const d = await declarationWhere(client, ids[0]!, (x) => documentOf(x, ORDER).delivery === 'queued');
    expect(d).toMatchObject({ verdict: 'none', attention: false });
    expect(new Set(attemptsOf(d, ORDER).filter((a) => a !== 'open'))).toEqual(new Set(['retry']));

    await sandboxSettings(it.sandbox.url, { down: false });
    // The port asked for 5 seconds; the test lets them pass in the database.
    await eventually(
      async () => {
        await it.gateway.store.query('update outbox set next_at = now() where next_at > now()');
        return declarationOf(client, ids[0]!);
      },
      (x) => x.verdict === 'cleared',
    );
    expect((await declarationWhere(client, ids[1]!, (x) => x.verdict === 'cleared')).delivery).toBe('sent');
    expect((await it.operator.get<{ state: string }>('/v1/port')).state).toBe('open');
  });

  test('when the budget is used up the message is dead and visible; sent again by hand it clears', async () => {
    await sandboxSettings(it.sandbox.url, { down: true });
    const [id] = await handIn(client, [take()]);
    await work(NO_PATIENCE);
    const dead = await declarationWhere(client, id!, (x) =>
      x.documents.slice(0, 3).every((o) => o.delivery === 'dead'),
    );
    expect(dead).toMatchObject({ delivery: 'dead', verdict: 'none', attention: true });
    expect(await it.operator.get('/v1/port')).toMatchObject({ dead: 3, queued: 0 });
    // A person may say that they need not go, with a reason; whoever sends them again takes that back.
    const types = [ORDER, PAYMENT, WAYBILL];
    const discard = (type: string, note: string) =>
      client.raw('POST', `/v1/documents/${documentOf(dead, type).id}/discard`, JSON.stringify({ note }), {
        'Content-Type': 'application/json',
      });
    expect((await discard(ORDER, ' ')).status).toBe(400);
    expect((await discard(LIST, '未停止发送')).status).toBe(409);
    expect((await discard(ORDER, '客户取消订单')).status).toBe(204);
    expect((await discard(ORDER, '再次作废')).status).toBe(409);
    // Those left of it, with others' declarations among the chosen: each gets its verdict, and the reason is asked for.
    const many = (note: string) =>
      client.raw(
        'POST',
        '/v1/declarations/bulk',
        JSON.stringify({ declarationIds: [id, randomUUID()], action: 'discard', note }),
        { 'Content-Type': 'application/json' },
      );
    expect((await many(' ')).status).toBe(400);
    const verdicts = async () =>
      ((await (await many('客户取消订单')).json()) as { declarations: object[] }).declarations;
    const nobodys = { outcome: 'faulty', documents: 0, faults: [{ code: 'A03' }] };
    expect(await verdicts()).toMatchObject([{ declarationId: id, outcome: 'done', documents: 2 }, nobodys]);
    expect(await verdicts()).toMatchObject([{ outcome: 'faulty', faults: [{ code: 'A08' }] }, nobodys]);
    const discarded = await declarationOf(client, id!);
    expect(discarded).toMatchObject({ delivery: 'waiting', attention: false });
    for (const type of types) {
      const { givenUp } = documentOf(discarded, type);
      expect(givenUp?.reason).toContain('HTTP 503');
      expect(givenUp?.discardedAt).not.toBeNull();
    }
    const noted = discarded.timeline.filter((e) => e.title.en === 'Discarded after it was given up');
    expect(noted).toHaveLength(3);
    for (const entry of noted)
      expect(entry).toMatchObject({ detail: expect.stringMatching(/^.+：客户取消订单$/) });
    expect(await it.operator.get('/v1/port')).toMatchObject({ dead: 0 });

    await rest();
    await sandboxSettings(it.sandbox.url, { down: false });
    for (const type of [ORDER, PAYMENT, WAYBILL])
      await client.post(`/v1/documents/${documentOf(dead, type).id}/resend`, { note: '端口恢复' });
    expect(await declarationOf(client, id!)).toMatchObject({ attention: false });
    await work();
    const d = await declarationWhere(client, id!, (x) => x.verdict === 'cleared');
    expect(d).toMatchObject({ delivery: 'sent', attention: false });
    expect(attemptsOf(d, ORDER)).toEqual(['retry', 'accepted']);
    expect(documentOf(d, ORDER).messageId).toBe(documentOf(dead, ORDER).messageId);
  });
});

describe('the operator pauses sending', () => {
  test('nothing leaves while paused, everything leaves after', async () => {
    expect(await it.operator.post('/v1/port/pause')).toMatchObject({ state: 'paused' });
    const [id] = await handIn(client, [take()]);
    await work();
    const port = await eventually(
      () => it.operator.get<{ state: string; queued: number }>('/v1/port'),
      (p) => p.queued === 3,
    );
    expect(port.state).toBe('paused');
    const { out } = await doctor();
    expect(out).toContain('! 发送已暂停 / sending is paused');
    expect(out).not.toContain('held back');
    // Receipts still come in and documents are still signed; a whole round of the dispatcher sends nothing.
    await it.gateway.store.query(`select pg_notify('gateway', 'dispatch')`);
    const waiting = await declarationOf(client, id!);
    expect(entriesOf(waiting, 'signed')).toHaveLength(3);
    expect(entriesOf(waiting, 'attempt')).toEqual([]);
    expect((await sandboxState(it.sandbox.url)).messages).toEqual({});

    await it.operator.post('/v1/port/resume');
    const d = await declarationWhere(client, id!, (x) => x.verdict === 'cleared');
    expect(d).toMatchObject({ delivery: 'sent', attention: false });
    for (const type of [ORDER, PAYMENT, WAYBILL, LIST]) expect(attemptsOf(d, type)).toEqual(['accepted']);
  });
});

test('an attempt that another one overtook is noted and changes nothing', async () => {
  const [id] = await handIn(client, [take()]);
  await work();
  const d = await declarationWhere(client, id!, (x) => x.verdict === 'cleared');
  await rest();
  const messageId = documentOf(d, ORDER).messageId!;
  const { store } = it.gateway;
  const lost = { delivery: 'unknown', detail: 'ETIMEDOUT', delayMs: 0 } as const;
  const effects = it.gateway.journey.effectsOfSending();
  const ended = { id: messageId, attempt: 1 };
  await record(store, [{ message: ended, outcome: 'unknown', settlement: lost }], effects);
  const refusal = { delivery: 'refused', detail: 'HTTP 422' } as const;
  await record(store, [{ message: ended, outcome: 'refused', settlement: refusal }], effects);
  const after = await declarationOf(client, id!);
  expect(documentOf(after, ORDER).delivery).toBe('sent');
  expect(after).toMatchObject({ delivery: 'sent', verdict: 'cleared', attention: false });
});
