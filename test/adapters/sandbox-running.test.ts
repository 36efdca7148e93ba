import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { runSandbox, type RunningSandbox } from '../../adapters/sandbox/server.js';
import { fixtureDxpId, orderXml, type FixtureMessage } from '../support/cebFixtures.js';
import { summaryXml, withdrawalXml } from '../support/exportFilings.js';
import { importReturnXml } from '../support/importFilings.js';
import { SandboxBench, type FourDocuments } from '../support/sandboxBench.js';
import { receiptsIn, SandboxClient, statusesOf } from '../support/sandboxClient.js';

const bench = new SandboxBench();

describe('running the sandbox', () => {
  test('down: everything is 503 until it is up again', async () => {
    await bench.client.send('/sandbox/settings', { down: true });
    expect((await bench.client.post(bench.orders(bench.four().order))).status).toBe(503);
    await expect(bench.client.files()).rejects.toThrow('503');
    await bench.client.send('/sandbox/settings', { down: false });
    await bench.client.accept(bench.orders(bench.four().order));
  });

  test('an unknown setting is refused', async () => {
    expect(await bench.client.send('/sandbox/settings', { speed: 1 })).toMatchObject({ reason: 'body' });
  });

  test('the state counts messages, verdicts, behaviours and receipts', async () => {
    await bench.declareList('-SBREFUSE');
    expect(await bench.client.state()).toMatchObject({
      messages: { CEB303Message: 1, CEB403Message: 1, CEB505Message: 1, CEB603Message: 1 },
      documents: { CEB303Message: { taken: 1 }, CEB603Message: { 'buyer-differs': 1 } },
      behaviours: { '-SBREFUSE': 3 },
      receipts: { planned: 11, scheduled: 0, waiting: 0, acknowledged: 11 },
    });
  });

  test('one sender never sees the receipts of another', async () => {
    await bench.client.accept(bench.orders(bench.four().order));
    expect(await new SandboxClient(bench.client.url, 'DXPENT0000099999').files()).toEqual([]);
    expect((await bench.client.files()).length).toBe(3);
  });

  test('a long poll wakes up when a receipt arrives', async () => {
    const waiting = bench.client.files(30_000);
    await bench.client.accept(bench.orders(bench.four('-SBMULTI').order));
    expect((await waiting).length).toBe(1);
  });

  test('close ends a long poll and releases the address', async () => {
    const one = await runSandbox({ log: pino({ level: 'silent' }) });
    const client = new SandboxClient(one.url, fixtureDxpId);
    const waiting = client.files(60_000);
    await client.state();
    await one.close();
    expect(await waiting).toEqual([]);
    const port = Number(new URL(one.url).port);
    const next = await runSandbox({ port, log: pino({ level: 'silent' }) });
    await next.close();
  });

  test('the log holds one JSON line an event and nothing of a document', async () => {
    bench.logged.length = 0;
    const four = bench.four();
    await bench.client.accept(bench.orders(four.order));
    await bench.client.accept(bench.orders(orderXml({ ...four.names, orderNo: 'y'.repeat(61) })));
    const events = bench.logged.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(['accepted', 'unreadable']);
    for (const secret of [four.names.orderNo, 'y'.repeat(61), '山城', '9150'])
      expect(bench.logged.join('')).not.toContain(secret);
  });
});

describe('a restarted sandbox with a state file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-state-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const log = pino({ level: 'silent' });

  test('knows messages, business keys and unfetched receipts', async () => {
    const stateFile = join(dir, 'state');
    const first = await runSandbox({ paceMs: 0, stateFile, log });
    const four = bench.four();
    const message = bench.orders(four.order);
    const before = new SandboxClient(first.url, fixtureDxpId);
    await before.accept(message);
    const [fetched] = await before.files(0, 1);
    await before.send('/receipts/ack', { ids: [fetched?.id] });
    const owed = await before.files();
    await first.close();

    // A crash in the middle of a write leaves half a line behind.
    await writeFile(stateFile, '{"kind":"mess', { flag: 'a' });
    const second = await runSandbox({ paceMs: 0, stateFile, log });
    const after = new SandboxClient(second.url, fixtureDxpId);
    expect((await after.post(message)).status).toBe(409);
    expect(await after.files()).toEqual(owed);
    await after.drain();
    await after.accept(bench.orders(four.order));
    expect(receiptsIn(await after.drain()).map((r) => r.status)).toEqual(['-303001']);
    await second.close();
  });

  test('replays parts, withdrawals, summaries and tax bills to the same receipts', async () => {
    const stateFile = join(dir, 'families');
    const first = await runSandbox({ paceMs: 0, stateFile, log });
    const before = new SandboxClient(first.url, fixtureDxpId);
    const declare = async (four: FourDocuments, types: readonly string[]) => {
      const nodes = [four.order, four.payment, four.waybill, four.list];
      for (const [i, type] of types.entries()) await before.accept(bench.message(type, nodes[i] ?? ''));
      const [list] = (await before.files()).filter((f) => f.text.includes(four.names.copNo)).slice(-1);
      return /invtNo>(\w+)</.exec(list?.text ?? '')?.[1] ?? '';
    };
    const exported = ['CEB303Message', 'CEB403Message', 'CEB505Message', 'CEB603Message'];
    const imported = ['CEB311Message', 'CEB411Message', 'CEB511Message', 'CEB621Message'];
    const withdrawn = await declare(bench.four('-SBNOCLEAR'), exported);
    const summed = new Map<string, string>();
    for (const msgSeqNo of ['2', '1'])
      summed.set(msgSeqNo, await declare(bench.four('', { statisticsFlag: 'B' }), exported));
    const bought = await declare(bench.importFour('-SBTAXDIFF'), imported);
    await before.accept(bench.message('CEB605Message', withdrawalXml({ invtNo: withdrawn })));
    for (const [msgSeqNo, invtNo] of summed)
      await before.accept(bench.message('CEB701Message', summaryXml({ msgCount: '2', msgSeqNo }, [invtNo])));
    await before.accept(
      bench.message('CEB625Message', importReturnXml({ invtNo: bought }, [{ gnum: '1', qty: '1' }])),
    );
    const owed = await before.files();
    const state = await before.state();
    await first.close();
    for (const root of ['CEB606', 'CEB702', 'CEB792', 'CEB816', 'CEB626', 'CEB818'])
      expect(owed.some((f) => f.fileName.startsWith(root))).toBe(true);

    const second = await runSandbox({ paceMs: 500, stateFile, log });
    const after = new SandboxClient(second.url, fixtureDxpId);
    expect((await after.state()).documents).toEqual(state.documents);
    expect(await after.files()).toEqual(owed);
    await second.close();
  });

  test('a list withdrawn on its way stays silent after a restart as well', async () => {
    const stateFile = join(dir, 'withdrawn');
    const clock = { now: () => now };
    let now = new Date('2026-11-03T02:00:00Z');
    const first = await runSandbox({ paceMs: 1000, stateFile, log, clock });
    const before = new SandboxClient(first.url, fixtureDxpId);
    const four = bench.four();
    const nodes = { CEB303Message: four.order, CEB403Message: four.payment, CEB505Message: four.waybill };
    for (const [type, node] of Object.entries(nodes)) await before.accept(bench.message(type, node));
    await before.accept(bench.lists(four.list));
    // Two steps on: 120 and 399 are out, 800 and 899 are not.
    now = new Date('2026-11-03T02:00:02.500Z');
    await before.accept(bench.message('CEB605Message', withdrawalXml({ invtNo: '80132026E000000001' })));
    await first.close();

    now = new Date('2026-11-03T03:00:00Z');
    const second = await runSandbox({ paceMs: 0, stateFile, log, clock });
    const files = await new SandboxClient(second.url, fixtureDxpId).files();
    expect(statusesOf(files, 'CEB604Message')).toEqual(['2', '120', '399']);
    expect(statusesOf(files, 'CEB606Message')).toEqual(['2', '3', '399']);
    expect((await new SandboxClient(second.url, fixtureDxpId).state()).receipts.withheld).toBe(2);
    await second.close();
  });

  test('refuses to start on a damaged state file', async () => {
    const stateFile = join(dir, 'damaged');
    await writeFile(stateFile, '{"kind":"message"}\n');
    await expect(runSandbox({ stateFile, log })).rejects.toThrow();
  });
});

describe('watched folders', () => {
  let dir: string;
  let one: RunningSandbox;
  const log = pino({ level: 'silent' });
  const start = () =>
    runSandbox({ folder: dir, stateFile: join(dir, 'state'), paceMs: 0, pollMs: 20, settleMs: 0, log });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-folder-'));
    one = await start();
  });
  afterAll(async () => {
    await one.close();
    await rm(dir, { recursive: true });
  });

  /** As programs hand files over: whole at once. */
  const lay = async (name: string, content: Buffer | string): Promise<string> => {
    await writeFile(join(dir, 'send', `${name}.tmp`), content);
    await rename(join(dir, 'send', `${name}.tmp`), join(dir, 'send', name));
    return name;
  };
  const put = ({ messageType, guid, bytes }: FixtureMessage) => lay(`${messageType}_${guid}.xml`, bytes);
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 200; i++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('it never happened');
  };
  const names = (folder: string) => readdir(join(dir, folder));

  test('a file is taken, moved to done and answered into receive', async () => {
    const message = bench.orders(bench.four().order);
    const name = await put(message);
    await until(async () => (await names('receive')).length === 3);
    expect(await names('send')).toEqual([]);
    expect(await readFile(join(dir, 'done', name))).toEqual(message.bytes);
    const files = await Promise.all(
      (await names('receive')).map(async (f) => ({ text: await readFile(join(dir, 'receive', f), 'utf8') })),
    );
    expect(statusesOf(files, 'CEB304Message').sort()).toEqual(['120', '2', '3']);
  });

  test('an unfinished file is left alone', async () => {
    await writeFile(join(dir, 'send', 'CEB303Message_x.xml.tmp'), '<half');
    const other = await put(bench.orders(bench.four().order));
    await until(async () => (await names('done')).includes(other));
    expect(await names('send')).toEqual(['CEB303Message_x.xml.tmp']);
  });

  test('a refused file is moved to refused with its reason beside it', async () => {
    await lay('bad.xml', '<!DOCTYPE x><x/>');
    await until(async () => (await names('refused')).length === 2);
    expect((await names('refused')).sort()).toEqual(['bad.xml', 'bad.xml.reason']);
    const reason: unknown = JSON.parse(await readFile(join(dir, 'refused', 'bad.xml.reason'), 'utf8'));
    expect(reason).toMatchObject({ reason: 'doctype' });
  });

  test('files that arrive while the sandbox is stopped are found at the next start', async () => {
    await one.close();
    const before = (await names('receive')).length;
    const name = await put(bench.orders(bench.four().order));
    one = await start();
    await until(
      async () => (await names('done')).includes(name) && (await names('receive')).length === before + 3,
    );
  });
});
