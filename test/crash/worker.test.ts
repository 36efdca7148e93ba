import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAIL_POINTS, type FailPoint } from '../../src/base/failPoint.js';
import { sweepOnce } from '../../src/sweeps/sweep.js';
import type { Client } from '../support/client.js';
import { settingsOf, startCommand, type Command } from '../support/commands.js';
import { certificateFor, goodsForJapan, inspectedOrder, orderToJapan } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  attemptsOf,
  declarationOf,
  declarationWhere,
  entriesOf,
  handIn,
  type IntakeResult,
  LIST,
  ORDER,
  ordersOfOneSeller,
  PAYMENT,
  sandboxSettings,
  sandboxState,
  trayOf,
  verdictsOf,
  WAYBILL,
} from '../support/journey.js';

const TYPES = [ORDER, PAYMENT, WAYBILL, LIST];
const stock = ordersOfOneSeller(40, { seed: 81, batch: 'K' });
let it: TestGateway;
let client: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders: [...stock, inspectedOrder('0')], workers: false });
  client = [...it.sellers.values()][0]!.client;
});
afterAll(() => it.close());

const startWorker = (failPoint?: FailPoint): Command =>
  startCommand(['worker'], {
    ...settingsOf(it.gateway.config, it.sandbox.url),
    ...(failPoint ? { GATEWAY_FAIL_POINT: failPoint } : {}),
  });

/** Leases of the dead run out; the test does not wait the two minutes. */
const leasesRunOut = () =>
  it.gateway.store.query('update outbox set lease_until = now() where lease_until is not null');

interface Evidence {
  messages: { guid: string; sha256: string; type: string; delivery: string }[];
  sending: number;
  open: number;
  raw: Record<string, number>;
}
const evidence = async (ids: readonly string[]): Promise<Evidence> => {
  const { store } = it.gateway;
  const { rows: messages } = await store.query<Evidence['messages'][number]>(
    `select distinct m.guid, encode(m.sha256, 'hex') as sha256, m.message_type as type, m.delivery
       from messages m join documents d on d.message_id = m.id where d.declaration_id = any($1) order by m.message_type`,
    [ids],
  );
  const { rows } = await store.query<{ sending: number; open: number }>(
    `select (select count(*)::int from messages where delivery = 'sending') as sending,
            (select count(*)::int from attempts where outcome is null) as open`,
  );
  const { rows: raw } = await store.query<{ state: string; n: number }>(
    'select state, count(*)::int as n from raw_receipts group by 1',
  );
  return {
    messages,
    sending: rows[0]!.sending,
    open: rows[0]!.open,
    raw: Object.fromEntries(raw.map((r) => [r.state, r.n])),
  };
};

/** Where these tests end a process: workers, as they are passed, and a server that takes an order in. */
const WORKER_PLACES = new Set<FailPoint>();
const SERVER_PLACES = ['check:done', 'submit:stored', 'submit:committed'] as const;

/** Runs a worker to each fail point, one after the other, says what they left, then lets the journey end with a healthy one. */
async function crashAt(...failPoints: FailPoint[]) {
  await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
  const ids = await handIn(client, [stock.shift()!, stock.shift()!]);
  for (const failPoint of failPoints) {
    WORKER_PLACES.add(failPoint);
    expect(await startWorker(failPoint).ended).toBe('SIGKILL');
    if (failPoint !== failPoints.at(-1)) await leasesRunOut();
  }
  const left = await evidence(ids);
  const atPort = await sandboxState(it.sandbox.url);
  await leasesRunOut();
  await it.startWorkers();
  const ended = await Promise.all(
    ids.map((id) => declarationWhere(client, id, (d) => d.verdict === 'cleared')),
  );
  await it.stopWorkers();
  return { ids, left, atPort, ended };
}

/** What must hold however a journey was interrupted. */
async function nothingLostNothingTwice(ids: readonly string[]): Promise<void> {
  const state = await sandboxState(it.sandbox.url);
  // The port took every document once: under another guid it would have called it a duplicate key.
  expect(state.documents).toEqual(Object.fromEntries(TYPES.map((type) => [type, { taken: ids.length }])));
  expect(state.refused).toEqual({});
  for (const id of ids) {
    const d = await declarationOf(client, id);
    expect(d).toMatchObject({ delivery: 'sent', verdict: 'cleared', attention: false });
    expect(verdictsOf(d)).toEqual(['accepted', 'accepted', 'reviewed', 'cleared']);
    for (const type of TYPES) expect(entriesOf(d, 'signed', type)).toHaveLength(1);
    expect(TYPES.map((type) => entriesOf(d, 'receipt', type).length)).toEqual([3, 3, 3, 5]);
    expect(d.counted).toHaveLength(1);
  }
  const { sending, open, raw } = await evidence(ids);
  expect({ sending, open, stored: raw.stored ?? 0 }).toEqual({ sending: 0, open: 0, stored: 0 });
  expect((await it.gateway.store.query('select 1 from outbox')).rows).toEqual([]);
  expect(await trayOf(it.operator, false)).toEqual([]);
}

describe('a worker that dies', () => {
  test('while it makes a message: nothing of the message exists, its documents are made anew', async () => {
    const { ids, left, atPort } = await crashAt('prepare:claimed');
    expect(left.messages).toEqual([]);
    expect(atPort.messages).toEqual({});
    await nothingLostNothingTwice(ids);
  });

  test('after it took a message and before it sent it: the attempt is seen as unknown and the same message goes', async () => {
    const { ids, left, atPort, ended } = await crashAt('dispatch:leased');
    expect(left.open).toBeGreaterThan(0);
    expect(left.sending).toBe(left.open);
    expect(atPort.messages).toEqual({});
    const known = new Map(left.messages.map((m) => [m.type, m]));
    for (const now of (await evidence(ids)).messages)
      if (known.has(now.type))
        expect({ ...now, delivery: '' }).toEqual({ ...known.get(now.type), delivery: '' });
    expect(
      TYPES.map((type) => attemptsOf(ended[0]!, type)).filter((a) => a.join() === 'unknown,accepted'),
    ).toHaveLength(left.open);
    await nothingLostNothingTwice(ids);
  });

  test('after it sent a message and before it wrote that down: the same guid and bytes go again, the port knows them', async () => {
    const { ids, left, atPort } = await crashAt('dispatch:sent');
    expect(Object.keys(atPort.messages).length).toBeGreaterThan(0);
    expect(left.sending).toBeGreaterThan(0);
    const { messages } = await evidence(ids);
    for (const before of left.messages)
      expect(messages).toContainEqual(
        expect.objectContaining({ guid: before.guid, sha256: before.sha256, type: before.type }),
      );
    // Sent again or proved by a receipt first: either way the port took each message once. Lists that became ready at
    // different moments go in messages of their own.
    expect((await sandboxState(it.sandbox.url)).messages).toEqual(
      Object.fromEntries(TYPES.map((type) => [type, messages.filter((m) => m.type === type).length])),
    );
    await nothingLostNothingTwice(ids);
  });

  test('after it stored a receipt file and before it said so: the file comes again and counts once', async () => {
    const { ids, left } = await crashAt('receipts:stored');
    expect((left.raw.stored ?? 0) + (left.raw.applied ?? 0)).toBeGreaterThan(0);
    const { rows } = await it.gateway.store.query('select 1 from raw_receipts where times > 1');
    expect(rows.length).toBeGreaterThan(0);
    await nothingLostNothingTwice(ids);
  });

  test('while it applies receipts: none is half applied, all are applied by the next', async () => {
    const { ids, left } = await crashAt('receipts:applied');
    expect(left.raw.stored ?? 0).toBeGreaterThan(0);
    await nothingLostNothingTwice(ids);
  });
});

test('workers that die one after the other, each a place further on, lose nothing and do nothing twice', async () => {
  const { ids } = await crashAt('dispatch:recorded', 'receipts:acknowledged', 'refresh:done', 'count:done');
  await nothingLostNothingTwice(ids);
}, 150_000);

describe('a server that dies while it takes an order in', () => {
  const serve = async (failPoint?: FailPoint) => {
    const command = startCommand(['serve', '--no-workers'], {
      ...settingsOf(it.gateway.config, it.sandbox.url),
      GATEWAY_PORT: '0',
      ...(failPoint ? { GATEWAY_FAIL_POINT: failPoint } : {}),
    });
    const url = await eventually(
      async () => /http:\/\/127\.0\.0\.1:\d+/.exec(command.stderr())?.[0] ?? '',
      (found) => found !== '',
      60_000,
    ).catch(async (error: unknown) => {
      await command.kill9();
      throw error;
    });
    return { command, url };
  };

  test('before or after it stored it: asked again with the same key, there is one declaration', async () => {
    await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
    const orders = SERVER_PLACES.map(() => stock.shift()!);
    for (const [i, place] of SERVER_PLACES.entries()) {
      const { command, url } = await serve(place);
      try {
        const asked = client.at(url).raw('POST', '/v1/orders', JSON.stringify(orders[i]), {
          'Content-Type': 'application/json',
          'Idempotency-Key': place,
        });
        const answer = await asked.then(
          ({ status }) => status,
          () => 'none',
        );
        expect(answer).toBe('none');
        expect(await command.ended).toBe('SIGKILL');
      } finally {
        await command.kill9();
      }
    }
    const ids: string[] = [];
    for (const [i, place] of SERVER_PLACES.entries()) {
      const answer = await client.call<IntakeResult>('POST', '/v1/orders', orders[i], {
        'Idempotency-Key': place,
      });
      expect(answer.orders.map((o) => o.outcome)).toEqual(['accepted']);
      ids.push(...answer.orders.map((o) => o.declarationId ?? ''));
    }
    const { rows } = await it.gateway.store.query<{ n: number }>(
      'select count(*)::int as n from declarations where order_no = any($1)',
      [orders.map((o) => o.orderNo)],
    );
    expect(rows[0]!.n).toBe(orders.length);
    await it.startWorkers();
    for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
    await it.stopWorkers();
    await nothingLostNothingTwice(ids);
  }, 150_000);
});

test('every place where a crash may be tried is tried', () => {
  const elsewhere = ['imports:claimed', 'imports:stored'];
  expect([...WORKER_PLACES, ...SERVER_PLACES, ...elsewhere].sort()).toEqual([...FAIL_POINTS].sort());
});

test('killed again and again wherever it happens to be, twelve orders still end cleared, each once', async () => {
  await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
  await sandboxSettings(it.sandbox.url, { paceMs: 20 });
  const ids = await handIn(client, stock.splice(0, 12));
  const progress = async () => {
    const { rows } = await it.gateway.store.query<{ n: number }>(
      `select (select count(*) from messages m where exists (select 1 from documents d where d.message_id = m.id and d.declaration_id = any($1)))::int
            + (select count(*) from receipts r join documents d on d.id = r.document_id where d.declaration_id = any($1))::int as n`,
      [ids],
    );
    return rows[0]!.n;
  };
  for (const share of [1, 30, 110]) {
    const worker = startWorker();
    await eventually(progress, (n) => n >= share);
    await worker.kill9();
    await leasesRunOut();
  }
  await it.startWorkers();
  for (const id of ids) await declarationWhere(client, id, (d) => d.verdict === 'cleared');
  await it.stopWorkers();
  await nothingLostNothingTwice(ids);
});

test('two workers at once, killed in the middle of both tracks and of certificates: one state, nothing twice at the counters', async () => {
  await fetch(`${it.sandbox.url}/sandbox/reset`, { method: 'POST' });
  const exporter = it.sellers.get(inspectedOrder('0').seller.code ?? '')!.client;
  const inspected = [inspectedOrder('K1'), inspectedOrder('K2', '-SBINSPECT')];
  const certified = [orderToJapan('K3'), orderToJapan('K4')];
  await exporter.post('/v1/goods', goodsForJapan());
  const ids = await handIn(exporter, [...inspected, ...certified]);
  const certificates: string[] = [];
  for (const [i, id] of ids.slice(inspected.length).entries())
    certificates.push(
      (await exporter.post<{ id: string }>('/v1/certificates', certificateFor(id, `INV-K${i}`))).id,
    );
  for (const places of [
    ['prepare:claimed', 'dispatch:sent'],
    ['receipts:stored', 'receipts:applied'],
  ] as const) {
    const dying = places.map((place) => startWorker(place));
    let dead = 0;
    for (const worker of dying) void worker.ended.then(() => dead++);
    await eventually(
      async () => {
        await leasesRunOut();
        return dead;
      },
      (n) => n === dying.length,
    );
    expect(await Promise.all(dying.map((worker) => worker.ended))).toEqual(['SIGKILL', 'SIGKILL']);
  }
  await leasesRunOut();
  await it.startWorkers();
  const ended = await Promise.all(
    ids.map((id) => declarationWhere(exporter, id, (d) => d.verdict === 'cleared')),
  );
  const issued = await Promise.all(
    certificates.map((id) =>
      eventually(
        () => exporter.get<{ state: string; certNo: string }>(`/v1/certificates/${id}`),
        (c) => c.state === 'issued',
      ),
    ),
  );
  await eventually(
    async () => (await it.gateway.store.query('select 1 from outbox')).rows.length,
    (n) => n === 0,
  );
  await it.stopWorkers();
  const state = await sandboxState(it.sandbox.url);
  expect(state.messages).toMatchObject({
    EEntDeclIo: inspected.length,
    DecMessage: ids.length,
    Certificate: certificates.length,
  });
  expect(state.documents).toEqual({ [ORDER]: { taken: ids.length } });
  expect(state.refused).toEqual({});
  expect(new Set(issued.map((c) => c.certNo)).size).toBe(certificates.length);
  for (const d of ended) {
    expect(d).toMatchObject({ delivery: 'sent', attention: false });
    expect(d.counted).toHaveLength(1);
  }
  const { rows } = await it.gateway.store.query(
    `select coalesce(o.order_no, c.cert_no) as of, d.message_type as type, count(distinct d.id)::int as documents,
            count(r.id)::int as receipts, (select count(*)::int from inspection_tasks t where t.document_id = d.id) as tasks
       from documents d left join declarations o on o.id = d.declaration_id left join certificates c on c.id = d.filing_id
       left join receipts r on r.document_id = d.id
      where d.message_type = any($2) and (d.declaration_id = any($1) or d.filing_id = any($3)) group by 1, 2, d.id order by 2, 1`,
    [ids, ['EEntDeclIo', 'DecMessage', 'Certificate'], certificates],
  );
  const expected = (type: string, receipts: number, tasks = 0) =>
    expect.objectContaining({ type, documents: 1, receipts, tasks });
  expect(rows).toEqual([
    ...certificates.map(() => expected('Certificate', 3)),
    expected('DecMessage', 6),
    expected('DecMessage', 7, 1),
    expected('DecMessage', 6),
    expected('DecMessage', 6),
    ...inspected.map(() => expected('EEntDeclIo', 4)),
  ]);
  // With leases that run out early an attempt may be overtaken by one of another worker and end with its own; the sweep closes it.
  await it.gateway.store.query(
    `update attempts set started_at = started_at - interval '1 hour' where outcome is null`,
  );
  await sweepOnce(it.gateway.store, it.gateway.journey.sweepContext(), it.gateway.log);
  const { sending, open, raw } = await evidence(ids);
  expect({ sending, open, stored: raw.stored ?? 0 }).toEqual({ sending: 0, open: 0, stored: 0 });
  // Numbers that were not known yet are: what waited for them waits no longer.
  expect(await trayOf(it.operator)).toEqual([]);
});
