import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { newGuid, newId } from '../../src/base/ids.js';
import { storedTracksSchema } from '../../src/clearance/tracks.js';
import type { IncomingFile, OutgoingMessage, Transport } from '../../src/dispatch/transport.js';
import { Gateway } from '../../src/gateway.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { OPERATOR_TENANT, wake } from '../../src/store/store.js';
import { documentTimeline } from '../../src/views/declarations/documentTimeline.js';
import { Workers } from '../../src/worker.js';
import { newDatabase, type TestDatabase } from '../support/database.js';
import { eventually, FAST } from '../support/gateway.js';
import { madeUpFamily, officeAnswer } from './madeUp.js';

const log = pino({ level: 'silent' });
const sent: OutgoingMessage[] = [];

/** The office as a counterpart: takes everything; its answers are handed in by the test. */
const office: Transport = {
  name: 'office',
  send: (message) => {
    sent.push(message);
    return Promise.resolve({ kind: 'accepted' });
  },
  receive: (_limit, _wait, signal) =>
    new Promise<IncomingFile[]>((resolve) => {
      if (signal.aborted) resolve([]);
      signal.addEventListener('abort', () => resolve([]), { once: true });
    }),
  acknowledge: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

let database: TestDatabase;
let gateway: Gateway;
let workers: Workers;
const dir = mkdtempSync(join(tmpdir(), 'family-test-'));

beforeAll(async () => {
  database = await newDatabase();
  gateway = await Gateway.open({
    config: readConfig({ GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dir, DATABASE_URL: database.url }),
    clock: systemClock,
    log,
    signers: { find: () => undefined, held: () => [], reload: () => undefined },
    transport: office,
    families: [madeUpFamily],
  });
  workers = new Workers(gateway, FAST);
  await workers.start();
});
afterAll(async () => {
  await workers.stop();
  await gateway.close();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** A document of the family that is ready to go, as its own room would store it. */
async function ready(own: string, goods: string, messageType = 'PermitPaper'): Promise<string> {
  const id = newId();
  await gateway.store.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, cop_no, document_key, delivery, filing)
     values ($1, $2, null, 1, $6, 'seller', 'S', 'Seller', $3, $4, $4, 'ready', $5)`,
    [id, OPERATOR_TENANT, newGuid(), own, JSON.stringify({ own, goods }), messageType],
  );
  await wake(gateway.store, 'prepare');
  return id;
}

async function documentOf(id: string) {
  const { rows } = await gateway.store.query<{
    delivery: string;
    verdict: string;
    status: string | null;
    accepted: boolean;
    tracks: unknown;
    message_id: string | null;
  }>('select delivery, verdict, status, accepted, tracks, message_id from documents where id = $1', [id]);
  if (!rows[0]) throw new Error('the document is gone');
  return rows[0];
}

const hasLeft = (id: string) =>
  eventually(
    () => documentOf(id),
    (document) => document.delivery === 'sent',
  );

/** Hands in answers, one file each, and applies them; what the running workers take is waited for. */
async function hear(...answers: Parameters<typeof officeAnswer>[0][]): Promise<void> {
  await storeRaw(
    gateway.store,
    answers.map((a, i) => ({ id: String(i), origin: 'office', bytes: officeAnswer(a) })),
  );
  await applyReceipts(gateway.store, gateway.journey.applyContext(log), 50);
  await eventually(
    async () => (await gateway.store.query(`select 1 from raw_receipts where state = 'stored'`)).rows,
    (rows) => rows.length === 0,
  );
}

const sentOf = (own: string) => sent.filter((m) => m.bytes.includes(`<own>${own}</own>`));

describe('a family that is one object and its statuses goes all the way through the rooms', () => {
  test('its document leaves unsigned, exactly as its writer wrote it, named by its family and envelope', async () => {
    const id = await ready('P-1', 'tea & cups');
    await hasLeft(id);
    const [message] = sentOf('P-1');
    expect(message).toMatchObject({ messageType: 'PermitPaper', family: 'permit', envelope: 'file' });
    expect(message?.bytes.toString()).toBe(
      '<PermitPaper xmlns="urn:example:permit"><own>P-1</own><goods>tea &amp; cups</goods></PermitPaper>',
    );
    const { rows } = await gateway.store.query(
      'select suite, key_name, signer_code, bytes from messages where id = $1',
      [(await documentOf(id)).message_id],
    );
    expect(rows).toEqual([{ suite: null, key_name: null, signer_code: null, bytes: message?.bytes }]);
  });

  test('answers find it by its own number, then by those they gave it, whichever came first', async () => {
    const id = await ready('P-2', 'silk');
    await hasLeft(id);
    // Named by a number nobody knows yet: it waits where a person can see it.
    await hear({ seal: 'SEAL-2', status: 'out', at: '20261120120003' });
    const open = () =>
      gateway.store.query(`select 1 from tray t join receipts r on r.id = t.receipt_id
        where t.decision is null and r.numbers @> '[{"value": "SEAL-2"}]'`);
    expect((await open()).rows).toHaveLength(1);
    await hear({ desk: 'DESK-2', gives: { seal: 'SEAL-2' }, status: 'ok', at: '20261120120002' });
    expect(await documentOf(id)).toMatchObject({ verdict: 'none', accepted: false });
    // The answer to its own number gives the first, that gives the second, and the one in the tray is its own as well.
    await hear({ own: 'P-2', gives: { desk: 'DESK-2' }, status: 'in', at: '20261120120001' });
    expect(await documentOf(id)).toMatchObject({ verdict: 'released', status: 'out', accepted: true });
    expect((await open()).rows).toHaveLength(0);
    const { rows } = await gateway.store.query(
      'select kind, value from document_numbers where document_id = $1 order by kind',
      [id],
    );
    expect(rows).toEqual([
      { kind: 'deskNo', value: 'DESK-2' },
      { kind: 'sealNo', value: 'SEAL-2' },
    ]);
    // Said again, in one file more: nothing changes.
    await hear({ desk: 'DESK-2', gives: { seal: 'SEAL-2' }, status: 'ok', at: '20261120120002' });
    expect(
      (await gateway.store.query('select 1 from receipts where document_id = $1', [id])).rows,
    ).toHaveLength(3);
  });

  test('its own ranks decide, whatever the time says', async () => {
    const id = await ready('P-3', 'ink');
    await hasLeft(id);
    await hear(
      { own: 'P-3', status: 'out', at: '20261120120000' },
      { own: 'P-3', status: 'ok', at: '20261120130000' },
    );
    expect(await documentOf(id)).toMatchObject({ verdict: 'released', status: 'out' });
    await hear({ own: 'P-3', status: 'strange', at: '20261120140000' });
    expect(await documentOf(id)).toMatchObject({ verdict: 'released' });
  });

  test('inspection holds back what customs released, until it has nothing left to say; each track keeps its own state', async () => {
    const id = await ready('P-4', 'meat');
    await hasLeft(id);
    await hear(
      { own: 'P-4', status: 'look', at: '20261120120000' },
      { own: 'P-4', status: 'out', at: '20261120120001' },
    );
    expect(await documentOf(id)).toMatchObject({ verdict: 'inspection', status: 'look' });
    await hear({ own: 'P-4', status: 'fine', at: '20261120120002' });
    const document = await documentOf(id);
    expect(document).toMatchObject({ verdict: 'released', status: 'out' });
    expect(storedTracksSchema.parse(document.tracks)).toMatchObject({
      customs: { verdict: 'released', status: 'out' },
      inspection: { verdict: 'reviewed', status: 'fine' },
    });
  });

  test('a later document of the same number is written with the numbers the first was given', async () => {
    await ready('P-2', 'silk again');
    const again = await eventually(
      () => Promise.resolve(sentOf('P-2').find((m) => m.bytes.includes('silk again'))),
      (message) => message !== undefined,
    );
    expect(again?.bytes.toString()).toContain('<desk>DESK-2</desk>');
  });

  test('bytes that its proof refuses never leave, and hold up no other', async () => {
    const bad = await ready('P-6', '');
    const good = await ready('P-7', 'rice');
    await hasLeft(good);
    expect(sentOf('P-6')).toEqual([]);
    expect(await documentOf(bad)).toMatchObject({ delivery: 'ready', message_id: null });
  });

  test('what only a newer version beside this one knows is neither built, given up nor sent', async () => {
    const foreign = await ready('P-8', 'of tomorrow', 'TomorrowPaper');
    const queued = newId();
    await gateway.store.query(
      `insert into messages (id, tenant_id, message_type, guid, bytes, sha256, document_count, delivery, created_at)
       values ($1, $2, 'TomorrowPaper', $3, 'x', 'x', 1, 'queued', now())`,
      [queued, OPERATOR_TENANT, newGuid()],
    );
    await gateway.store.query('insert into outbox (message_id, tenant_id) values ($1, $2)', [
      queued,
      OPERATOR_TENANT,
    ]);
    // What comes after it goes, so that its turn was there.
    await hasLeft(await ready('P-9', 'rice'));
    expect(await documentOf(foreign)).toMatchObject({ delivery: 'ready', message_id: null });
    const { rows } = await gateway.store.query(
      `select d.build_failures, o.attempts, m.delivery from documents d, messages m join outbox o on o.message_id = m.id
        where d.id = $1 and m.id = $2`,
      [foreign, queued],
    );
    expect(rows).toEqual([{ build_failures: 0, attempts: 0, delivery: 'queued' }]);
    expect(sent.filter(({ messageType }) => messageType === 'TomorrowPaper')).toEqual([]);
    await gateway.store.query('delete from outbox where message_id = $1', [queued]);
  });

  test('an answer finds its document by a number that another process is just learning', async () => {
    const { store, journey } = gateway;
    const id = await ready('P-10', 'tin');
    await hasLeft(id);
    await workers.stop();
    for (const answer of [
      { own: 'P-10', gives: { desk: 'DESK-10' }, status: 'in', at: '20261120120001' },
      { desk: 'DESK-10', status: 'out', at: '20261120120002' },
    ])
      await storeRaw(store, [{ id: '1', origin: 'office', bytes: officeAnswer(answer) }]);
    let arrive = () => undefined as void;
    let goOn = () => undefined as void;
    const there = new Promise<void>((resolve) => (arrive = resolve));
    const held = new Promise<void>((resolve) => (goOn = resolve));
    // It has learned the number and does not commit yet.
    const slow = Object.create(store) as typeof store;
    slow.transaction = (work) =>
      store.transaction(async (tx) => {
        const result = await work(tx);
        arrive();
        await held;
        return result;
      });
    const learning = applyReceipts(slow, journey.applyContext(log), 1);
    await there;
    let done = false;
    const naming = applyReceipts(store, journey.applyContext(log), 1).finally(() => (done = true));
    await eventually(
      async () =>
        (
          await store.query(
            `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).rows.length > 0 || done,
      (waits) => waits,
    );
    goOn();
    expect(await Promise.all([learning, naming])).toEqual([1, 1]);
    expect(await documentOf(id)).toMatchObject({ verdict: 'released', status: 'out' });
    workers = new Workers(gateway, FAST);
    await workers.start();
  });

  test('its timeline speaks in its own words', async () => {
    const { rows } = await gateway.store.query<Parameters<typeof documentTimeline>[1][number]>(
      `select * from documents where document_key = 'P-4'`,
    );
    const entries = await documentTimeline(gateway.store, rows, () => madeUpFamily.title, gateway.view);
    const titles = entries.map((e) => e.title.en);
    expect(titles).toContain('office lets it go');
    expect(titles).toContain('Permits written');
    expect(entries.every((e) => e.signature === null)).toBe(true);
  });
});
