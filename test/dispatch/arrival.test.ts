import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { counterpartState } from '../../src/dispatch/counterpart.js';
import { Dispatcher } from '../../src/dispatch/dispatcher.js';
import { lease, record, settle } from '../../src/dispatch/outbox.js';
import type { SendOutcome, Transport } from '../../src/dispatch/transport.js';
import { prepareOne } from '../../src/documents/prepare.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { eventually, FAST, startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, ORDER, ordersOfOneSeller } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';

const stock = ordersOfOneSeller(20, { seed: 41, batch: 'D' });
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway({ orders: stock, workers: false, batch: 1 });
});
afterAll(() => it.close());

/** Hands in some orders; their messages stand in the outbox. */
async function outbox(count: number): Promise<string[]> {
  const { store, journey, log } = it.gateway;
  await store.query('delete from outbox');
  const ids = await handIn([...it.sellers.values()][0]!.client, stock.splice(0, count));
  while ((await prepareOne(store, journey.prepareContext(log))) > 0);
  return ids;
}
const sender = {
  worker: 'test',
  dxpId: 'DXP',
  get types() {
    return it.gateway.rulebook.families.types();
  },
  routeOf: () => it.gateway.rulebook.families.routeOf(ORDER),
};

function dispatcher(
  send: Transport['send'],
  { parallel = 4, refill = true, patienceMs = 20_000, slowMs = 20_000 } = {},
) {
  const transport = { name: 'test', send } as unknown as Transport;
  const made: Dispatcher = new Dispatcher({
    store: it.gateway.store,
    signals: it.gateway.signals,
    transport,
    log: it.gateway.log,
    worker: 'test',
    dxpId: 'DXPENT0000000001',
    types: it.gateway.rulebook.families.types(),
    routeOf: () => it.gateway.rulebook.families.routeOf(ORDER),
    schedule: FAST,
    parallel,
    paused: () => Promise.resolve(false),
    ...it.gateway.journey.effectsOfSending(),
    freed: () => void (refill && made.step().catch(() => undefined)),
    patienceMs,
    slowMs,
  });
  return made;
}
const deliveries = async () =>
  Object.fromEntries(
    (
      await it.gateway.store.query<{ delivery: string; n: number }>(
        'select delivery, count(*)::int as n from messages group by 1',
      )
    ).rows.map((r) => [r.delivery, r.n]),
  );

test('two sends that get no answer stall nothing: every other message goes meanwhile', async () => {
  await outbox(6);
  const stuck: ((o: SendOutcome) => void)[] = [];
  let sent = 0;
  const d = dispatcher(() =>
    stuck.length < 2
      ? new Promise<SendOutcome>((resolve) => stuck.push(resolve))
      : (sent++, Promise.resolve<SendOutcome>({ kind: 'accepted' })),
  );
  await d.step();
  await eventually(deliveries, (x) => x.sent === 16 && x.sending === 2);
  expect(sent).toBe(16);
  for (const answer of stuck) answer({ kind: 'accepted' });
  await d.settled();
  expect(await deliveries()).toEqual({ sent: 18 });
});

test('sends without an answer in every slot, and more of them to come, hold up the others no longer than a port needs', async () => {
  await outbox(3);
  const stuck: ((o: SendOutcome) => void)[] = [];
  const d = dispatcher(
    () =>
      stuck.length < 6
        ? new Promise<SendOutcome>((resolve) => stuck.push(resolve))
        : Promise.resolve<SendOutcome>({ kind: 'accepted' }),
    { parallel: 2, refill: false, slowMs: 20 },
  );
  const all = Object.values(await deliveries()).reduce((sum, n) => sum + n, 0);
  await eventually(
    async () => (await d.step(), deliveries()),
    (x) => x.sending === 6 && x.sent === all - 6,
  );
  for (const answer of stuck) answer({ kind: 'accepted' });
  await d.settled();
  expect(await deliveries()).toEqual({ sent: all });
});

test('a port that is silent altogether gets no more than the slots and twenty-four beside them', async () => {
  const { store } = it.gateway;
  const { rowCount } = await store.query(
    'insert into outbox (message_id, tenant_id, attempts) select id, tenant_id, 1 from messages',
  );
  expect(rowCount).toBeGreaterThan(26);
  const stuck: ((o: SendOutcome) => void)[] = [];
  const d = dispatcher(() => new Promise<SendOutcome>((resolve) => stuck.push(resolve)), {
    parallel: 2,
    refill: false,
    slowMs: 0,
  });
  for (let step = 0; step < 40; step++) await d.step();
  expect(stuck).toHaveLength(26);
  for (const answer of stuck) answer({ kind: 'accepted' });
  await d.settled();
});

/** Probes that fit into ten minutes of silence: after 1, 2, 5, 10 and every further 30 seconds. */
const TEN_MINUTES = 4 + Math.ceil((600 - 18) / 30);

test('a port that is silent for ten minutes is asked by one message at a time, and when it is back each is taken once', async () => {
  await outbox(4);
  const { store } = it.gateway;
  const { rows: waiting } = await store.query<{ guid: string }>(
    'select m.guid from outbox o join messages m on m.id = o.message_id order by 1',
  );
  let silent = true;
  let underWay = 0;
  const together: number[] = [];
  const taken: string[] = [];
  const d = dispatcher(
    ({ guid }, signal) => {
      if (!silent) {
        taken.push(guid);
        return Promise.resolve({ kind: 'accepted' });
      }
      together.push(++underWay);
      signal.addEventListener('abort', () => underWay--, { once: true });
      return new Promise(() => undefined);
    },
    { refill: false, patienceMs: 20 },
  );
  /** Every pause is over: nobody waits ten minutes here. */
  const pass = async () => {
    await store.query('update outbox set next_at = now()');
    await store.query('update counterparts set next_try_at = now() where opened_at is not null');
    await d.step();
    await d.settled();
  };
  const isOpen = async () => (await counterpartState(store, 'test')).breaker === 'open';
  while (!(await isOpen())) await pass();
  together.splice(0);
  for (let probe = 0; probe < TEN_MINUTES; probe++) await pass();
  expect(together).toEqual(Array.from({ length: TEN_MINUTES }, () => 1));
  expect((await store.query('select 1 from outbox')).rowCount).toBe(waiting.length);

  silent = false;
  while ((await store.query('select 1 from outbox')).rows.length > 0) await pass();
  expect(taken.sort()).toEqual(waiting.map((w) => w.guid));
  expect(await isOpen()).toBe(false);
});

test('nothing an answer holds leaves a message between two states: NUL, and a pause of 10¹⁸ seconds is an hour', async () => {
  await outbox(2);
  const answers: SendOutcome[] = [
    { kind: 'retry', detail: 'a\0b', retryAfterMs: 1e21 },
    { kind: 'retry', detail: 'x'.repeat(100_000), retryAfterMs: Number.NaN },
    { kind: 'refused', detail: '\ud800\0' },
  ];
  let n = 0;
  const d = dispatcher(() => Promise.resolve(answers[n++ % answers.length]!), { parallel: 3, refill: false });
  await d.step();
  await d.settled();
  expect((await deliveries()).sending).toBeUndefined();
  // What can be kept of such words is kept.
  const { rows: words } = await it.gateway.store.query<{ detail: string }>(
    "select detail from attempts where detail in ('ab', '\ufffd')",
  );
  expect(words.map((w) => w.detail)).toEqual(expect.arrayContaining(['ab', '\ufffd']));
  const { rows } = await it.gateway.store.query<{ s: number }>(
    'select max(extract(epoch from next_at - now()))::float8 as s from outbox',
  );
  expect(rows[0]!.s).toBeGreaterThan(3_000);
  expect(rows[0]!.s).toBeLessThanOrEqual(3_600);
});

test.each<SendOutcome['kind']>(['retry', 'refused', 'unknown'])(
  'a receipt wins over the outcome %s, whether it comes before it or after it, and over giving up',
  async (kind) => {
    const { store, journey } = it.gateway;
    for (const receiptFirst of [true, false])
      for (const budgetMs of [60_000, 0]) {
        if (stock.length === 0) return;
        const [id] = await outbox(1);
        const messages = await lease(store, { count: 10, probe: false }, sender);
        const message = messages.find((m) => m.messageType === ORDER)!;
        const { rows } = await store.query<{ document_key: string }>(
          'select document_key from documents where declaration_id = $1 and message_type = $2',
          [id, ORDER],
        );
        const receipt = receiptOf(ORDER, rows[0]!.document_key, '2', new Date(), 'ok');
        const arrive = async () => {
          await storeRaw(store, [receiptFile([receipt], `${id} ${kind}`)]);
          await applyReceipts(store, journey.applyContext(), 10);
        };
        const end = () => {
          const outcome = { kind, detail: 'x' } as SendOutcome;
          const settled = settle(outcome, message.attempt, 1, { ...FAST, budgetMs }, Math.random);
          return record(store, [{ message, outcome: kind, settlement: settled }], journey.effectsOfSending());
        };
        await (receiptFirst ? arrive() : end());
        await (receiptFirst ? end() : arrive());
        const { rows: after } = await store.query(
          `select m.delivery, d.delivery as document, c.attention, (select count(*)::int from outbox o where o.message_id = m.id) as boxes
             from messages m join documents d on d.message_id = m.id join declarations c on c.id = d.declaration_id where m.id = $1`,
          [message.id],
        );
        expect(after).toEqual([{ delivery: 'sent', document: 'sent', attention: false, boxes: 0 }]);
      }
  },
);

test('a clock that was put back by days stops nothing that is under way', async () => {
  const { store } = it.gateway;
  await store.query(`delete from outbox`);
  await store.query(
    `insert into outbox (message_id, tenant_id, next_at, attempts, first_tried_at, lease_until, lease_by)
     select id, tenant_id, now() + interval '3 days', 40, now() + interval '3 days', now() + interval '3 days', 'before' from messages limit 2`,
  );
  const again = await lease(store, { count: 10, probe: false }, sender);
  expect(again).toHaveLength(2);
  expect(again.every((m) => m.triedForMs >= 0 && m.triedForMs < 1000)).toBe(true);
  expect(await lease(store, { count: 10, probe: false }, sender)).toEqual([]);
});

test('after the clock was put back by days a receipt without a time still finds what was sent before', async () => {
  const { store, journey } = it.gateway;
  const { rows } = await store.query<{ id: string; message_id: string; document_key: string }>(
    `select id, message_id, document_key from documents d
      where message_type = $1 and not exists (select 1 from receipts r where r.document_id = d.id)
        and exists (select 1 from attempts a where a.message_id = d.message_id) order by id limit 1`,
    [ORDER],
  );
  const document = rows[0]!;
  const arrive = async (name: string) => {
    const said = receiptOf(ORDER, document.document_key, '2', new Date(), 'ok');
    const xml = said.xml.replace(/<ceb:returnTime>.*<\/ceb:returnTime>/, '<ceb:returnTime></ceb:returnTime>');
    await storeRaw(store, [receiptFile([{ ...said, xml }], name)]);
    await applyReceipts(store, journey.applyContext(), 10);
    const { rows: found } = await store.query<{ document_id: string | null }>(
      'select r.document_id from receipts r join raw_receipts w on w.id = r.raw_id where w.origin = $1',
      [`${name}.xml`],
    );
    return found.map((r) => r.document_id);
  };
  await store.query(
    `update attempts set started_at = started_at + interval '5 days', finished_at = finished_at + interval '5 days'
      where message_id = $1`,
    [document.message_id],
  );
  expect(await arrive('put-back')).toEqual([document.id]);
  // Said again in the same words it is the same receipt.
  expect(await arrive('put-back-again')).toEqual([]);
});
