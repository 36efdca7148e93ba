import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openKeyFile } from '../../adapters/signers/key-file.js';
import { dayOf } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { FaultError } from '../../src/base/fault.js';
import { mappingPath } from '../../src/base/root.js';
import { correct } from '../../src/corrections/correct.js';
import type { Access } from '../../src/enterprises/access.js';
import { submitFiling } from '../../src/filings/actions.js';
import { draftFiling } from '../../src/filings/draft.js';
import { Gateway } from '../../src/gateway.js';
import { Sellers } from '../../src/intake/sellers.js';
import { readOrders } from '../../src/orders/read/readOrders.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { makeTestKeys } from '../../src/signing/makeKeys.js';
import { sweepOnce } from '../../src/sweeps/sweep.js';
import { streamOf } from '../orders/reading.js';
import { newDatabase, type TestDatabase } from '../support/database.js';
import { LIST, ORDER, ordersOfOneSeller, PAYMENT, WAYBILL } from '../support/journey.js';
import { addSeller } from '../support/lists.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';

/*
 * Two changes that are data alone, made up for this test: from the second day there is an edition of the messages whose
 * list has one more element, and the third day is the last of the customs regime 9610.
 */

const DAY = 86_400_000;
const NEXT = '209901';
const WITHDRAWAL = 'CEB605Message';
const start = Date.now();
let day = 1;
const clock = { now: () => new Date(Date.now() + (day - 1) * DAY) };
const dayNumber = (n: number) => dayOf(new Date(start + (n - 1) * DAY));

const dir = mkdtempSync(join(tmpdir(), 'editions-test-'));
const log = pino({ level: 'silent' });
const orders = ordersOfOneSeller(6, { seed: 53, batch: 'E' });
let database: TestDatabase;
let gateway: Gateway;
let access: Access;
let openGateway: () => Promise<Gateway>;

function makeMappings(): string {
  const mappings = join(dir, 'mappings');
  cpSync(mappingPath(), mappings, { recursive: true });
  const edit = (file: string, change: (data: Record<string, unknown>) => void) => {
    const data = JSON.parse(readFileSync(join(mappings, file), 'utf8')) as Record<string, unknown>;
    change(data);
    writeFileSync(join(mappings, file), JSON.stringify(data));
  };
  cpSync(join(mappings, 'ceb-202205'), join(mappings, `ceb-${NEXT}`), { recursive: true });
  edit(`ceb-${NEXT}/statuses.json`, (table) => (table.validFrom = dayNumber(2)));
  for (const name of readdirSync(join(mappings, `ceb-${NEXT}/messages`)))
    edit(`ceb-${NEXT}/messages/${name}`, (mapping) => {
      mapping.edition = NEXT;
      mapping.validFrom = dayNumber(2);
      if (mapping.message !== LIST) return;
      const [{ children }] = mapping.root as [{ children: { node: string; fields: object[] }[] }];
      children[0]?.fields.push({
        name: 'editionMark',
        zh: '版本标记',
        type: 'C..10',
        required: true,
        fixed: NEXT,
      });
    });
  edit('regimes/9610-export.json', (regime) => (regime.validTo = dayNumber(3)));
  return mappings;
}

beforeAll(async () => {
  database = await newDatabase();
  makeTestKeys({ suite: 'sm2-sm3', subject: 'KEY', out: join(dir, 'key'), now: new Date(start - 60_000) });
  const signer = openKeyFile({ key: join(dir, 'key', 'key.pem'), cert: join(dir, 'key', 'cert.pem') });
  const mappings = makeMappings();
  openGateway = () =>
    Gateway.open({
      config: readConfig({ GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dir, DATABASE_URL: database.url }),
      clock,
      log,
      signers: { find: () => signer, held: () => [], reload: () => undefined },
      transport: undefined,
      mappings,
    });
  gateway = await openGateway();
  const tenantId = await addSeller(gateway.store, orders[0]!.seller.code!);
  access = { userId: null, actor: 'test', tenantId, role: 'seller', tenants: [tenantId] };
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** Hands one order in, as any way in does; its verdict. */
async function handIn(order: (typeof orders)[number], beforeStored = (): void => undefined) {
  const { journey, store, readOptions } = gateway;
  const read = [];
  const options = { ...readOptions, format: 'json' } as const;
  for await (const one of readOrders(streamOf(JSON.stringify([order])), options)) read.push(one);
  const submitted = read.map((r) => ({
    ...r,
    faults: [...r.faults, ...(r.order ? journey.check(r.order) : [])],
  }));
  beforeStored();
  const sellers = await Sellers.of(store, access);
  const [verdict] = await store.transaction((tx) =>
    journey.submit(tx, submitted, { sellers, submittedBy: 'test' }),
  );
  if (!verdict) throw new Error('the order has no verdict');
  return verdict;
}

async function accepted(order: (typeof orders)[number]): Promise<string> {
  const verdict = await handIn(order);
  expect(verdict).toMatchObject({ outcome: 'accepted', faults: [] });
  return verdict.declarationId ?? '';
}

interface Row {
  document_key: string;
  delivery: string;
  verdict: string;
  edition: string;
  app_type: string;
  xml: string | null;
}

/** The document of a type in force, with the message it went in. */
async function documentOf(id: string, type: string): Promise<Row> {
  const { rows } = await gateway.store.query<Row>(
    `select d.document_key, d.delivery, d.verdict, d.edition, d.app_type, convert_from(m.bytes, 'UTF8') as xml
       from documents d left join messages m on m.id = d.message_id
      where d.declaration_id = $1 and d.message_type = $2 and d.current`,
    [id, type],
  );
  if (!rows[0]) throw new Error(`no ${type}`);
  return rows[0];
}

const verdictOf = async (id: string) =>
  (
    await gateway.store.query<{ verdict: string; released_at: Date | null }>(
      'select verdict, released_at from declarations where id = $1',
      [id],
    )
  ).rows[0];

async function prepareAll(): Promise<void> {
  while ((await gateway.journey.prepare(gateway.store, log)) > 0);
}

/** What stands in the outbox has left and was taken, a minute ago. */
async function leave(): Promise<void> {
  await gateway.store.query(
    `with gone as (delete from outbox returning message_id, tenant_id),
          noted as (insert into attempts (message_id, n, tenant_id, started_at, finished_at, outcome)
                    select message_id, 1, tenant_id, $1, $1, 'accepted' from gone),
          sent as (update messages set delivery = 'sent', sent_at = $1 where id in (select message_id from gone))
     update documents set delivery = 'sent' where message_id in (select message_id from gone)`,
    [new Date(clock.now().getTime() - 60_000)],
  );
}

/** Customs says it of documents of one declaration, which have left before. */
async function hear(id: string, type: string, status: string, info = '[Code:0000;Desc:x]'): Promise<void> {
  await leave();
  const { document_key: key } = await documentOf(id, type);
  await storeRaw(gateway.store, [
    receiptFile([receiptOf(type, key, status, clock.now(), info)], `${id}${type}${status}${day}`),
  ]);
  while ((await applyReceipts(gateway.store, gateway.journey.applyContext(log), 50)) > 0);
}

/** Everything before the list is taken in, so that the list goes. */
async function takeInTheRest(id: string): Promise<void> {
  await prepareAll();
  await gateway.store.query(
    `update documents set accepted = true, verdict = 'accepted' where declaration_id = $1 and message_type = $2`,
    [id, PAYMENT],
  );
  await hear(id, ORDER, '120');
  await hear(id, WAYBILL, '399');
  await prepareAll();
}

const change = (id: string, changes: Record<string, string>, mode: 'correct' | 'resubmit') =>
  correct(gateway.store, access, id, { changes, reason: 'test' }, mode, gateway.correctionContext());

let held: string;
let refused: string;
let waiting: string;
let late: string;

test('on the day before, everything is accepted in the edition in force and follows the regime of that day', async () => {
  [held, refused, waiting, late] = (await Promise.all(orders.slice(0, 4).map(accepted))) as [
    string,
    string,
    string,
    string,
  ];
  const { rows } = await gateway.store.query(
    `select distinct edition, array_length(goes_after, 1) as after, message_type = $1 as list from documents order by 1, 2`,
    [LIST],
  );
  expect(rows).toEqual([
    { edition: '202205', after: 3, list: true },
    { edition: '202205', after: null, list: false },
  ]);
  await takeInTheRest(refused);
  expect((await documentOf(refused, LIST)).xml).not.toContain('editionMark');
});

test('from its day on new declarations are written in the new edition, without a start in between', async () => {
  day = 2;
  const id = await accepted(orders[4]!);
  await takeInTheRest(id);
  const list = await documentOf(id, LIST);
  expect(list.edition).toBe(NEXT);
  expect(list.xml).toContain(`<ceb:editionMark>${NEXT}</ceb:editionMark>`);
  await hear(id, LIST, '800');
  expect(await verdictOf(id)).toMatchObject({ verdict: 'released' });
});

test('from that day on filings are written in the new edition as well, their changes in that of what they change', async () => {
  const { store, journey, rulebook } = gateway;
  const { rows } = await store.query<{ id: string }>(
    // The number customs gave it, which the receipts by hand leave out.
    `update declarations set invt_no = '80132099I000000001' where verdict = 'released' returning id`,
  );
  expect(rows).toHaveLength(1);
  const filing = await store.transaction(async (tx) => {
    const request = { declarationIds: rows.map((r) => r.id), input: { reason: 'test' } };
    const [draft] = await draftFiling(tx, journey.filingContext(), access, {
      messageType: WITHDRAWAL,
      from: request,
    });
    expect(draft?.faults).toEqual([]);
    const { data } = draft!;
    return submitFiling(tx, journey.filingContext(), access, { messageType: WITHDRAWAL, data });
  });
  await prepareAll();
  const { rows: stored } = await store.query(
    'select edition, message_id is not null as signed from documents where filing_id = $1',
    [filing],
  );
  expect(stored).toEqual([{ edition: NEXT, signed: true }]);
  expect(rulebook.filingKinds.get(WITHDRAWAL, '202205')?.mapping.edition).toBe('202205');
  await store.query(`delete from filing_declarations where document_id = $1`, [filing]);
});

test('one that customs refused is declared again in the edition in force', async () => {
  await hear(refused, LIST, '100');
  expect(await verdictOf(refused)).toMatchObject({ verdict: 'refused' });
  await change(refused, {}, 'resubmit');
  await prepareAll();
  const again = await documentOf(refused, LIST);
  expect(again).toMatchObject({ app_type: '1', edition: NEXT });
  expect(again.xml).toContain('editionMark');
  expect((await documentOf(refused, ORDER)).edition).toBe('202205');
});

test('documents of two editions never share a message', async () => {
  const { rows } = await gateway.store.query<{ editions: number; documents: number }>(
    `select count(distinct edition)::int as editions, count(*)::int as documents from documents
      where message_id is not null group by message_id`,
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.every((r) => r.editions === 1)).toBe(true);
});

test('an order checked while its regime was in force and stored after it ended is refused alone', async () => {
  day = 3;
  const verdict = await handIn(orders[5]!, () => (day = 4));
  expect(verdict.outcome).toBe('faulty');
  expect(verdict.faults.map((f) => [f.code, f.path])).toEqual([['I71', 'regime']]);
  const { rows } = await gateway.store.query('select 1 from orders where body ->> $1 = $2', [
    'orderNo',
    orders[5]!.orderNo,
  ]);
  expect(rows).toEqual([]);
});

test('after the regime ended a new order of it is refused, also one that names a day before', async () => {
  day = 4;
  const verdict = await handIn(orders[5]!);
  expect(verdict.outcome).toBe('faulty');
  expect(verdict.faults.map((f) => f.code)).toEqual(['R101']);
  const before = { ...orders[5]!, list: { ...orders[5]!.list, ieDate: dayNumber(3) } };
  expect((await handIn(before)).faults.map((f) => f.code)).toEqual(['R101']);
});

test('what was accepted before goes all the way in its own edition, after a start as well', async () => {
  await gateway.close();
  gateway = await openGateway();
  await takeInTheRest(held);
  const list = await documentOf(held, LIST);
  expect(list).toMatchObject({ edition: '202205', delivery: 'queued' });
  expect(list.xml).toMatch(/<ceb:CEB603Message /);
  expect(list.xml).not.toContain('editionMark');
  await hear(held, LIST, '800');
  expect(await verdictOf(held)).toMatchObject({ verdict: 'released', released_at: expect.any(Date) });
});

test('a list that nobody told of its accepted documents is found by the sweep, although its regime ended', async () => {
  await gateway.store.query(
    `update documents set accepted = true, verdict = 'accepted' where declaration_id = $1 and message_type <> $2`,
    [waiting, LIST],
  );
  expect((await documentOf(waiting, LIST)).delivery).toBe('waiting');
  expect(await sweepOnce(gateway.store, gateway.journey.sweepContext(), log)).toMatchObject({ waiting: 1 });
  expect((await documentOf(waiting, LIST)).delivery).toBe('ready');
});

test('a correction before it goes, and a change of what customs holds, keep plan and edition', async () => {
  await change(late, { 'list.note': 'in place' }, 'correct');
  await takeInTheRest(late);
  expect(await documentOf(late, LIST)).toMatchObject({ edition: '202205', app_type: '1' });
  expect((await documentOf(late, LIST)).xml).toContain('in place');
  await hear(late, LIST, '120');
  await change(late, { 'list.note': 'changed' }, 'correct');
  await prepareAll();
  const list = await documentOf(late, LIST);
  expect(list).toMatchObject({ edition: '202205', app_type: '2' });
  expect(list.xml).toContain('changed');
  expect(list.xml).not.toContain('editionMark');
});

test('a list that customs refused after its regime ended cannot be declared again under it', async () => {
  await prepareAll();
  await hear(waiting, LIST, '100');
  expect(await verdictOf(waiting)).toMatchObject({ verdict: 'refused' });
  const problem = await change(waiting, {}, 'resubmit').catch((error: unknown) => error);
  if (!(problem instanceof FaultError)) throw new Error('it was declared again');
  expect(problem.faults.map((f) => f.code)).toEqual(['R101']);
});
