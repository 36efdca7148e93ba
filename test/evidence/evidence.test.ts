import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { sealNotes } from '../../src/evidence/chain.js';
import { makeRoot } from '../../src/evidence/roots.js';
import { verifyAudit, verifyAuditIn } from '../../src/evidence/verify.js';
import { noteDecision } from '../../src/documents/decisions.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { wake, type Queryable } from '../../src/store/store.js';
import { plainOrder } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, ordersOfOneSeller, trayOf } from '../support/journey.js';
import { enrol, type Client } from '../support/client.js';

const COUNT = 6;
const [first, ...others] = ordersOfOneSeller(COUNT, { batch: 'EV' });
/** By goods declaration, with files; it stays here, because its form is not complete. */
const withFiles = { ...plainOrder('EV'), declaration: { DecHead: { AgentCode: '5001986H01' } } };
let at: TestGateway;
let seller: Client;
let ids: string[];
let exporter: Client;
let withFilesId: string;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'gateway-evidence-'));
  at = await startTestGateway({ orders: [first!, ...others, withFiles] });
  seller = at.sellers.get(first!.seller.code ?? '')!.client;
  ids = await handIn(seller, [first!, ...others]);
  for (const id of ids) await declarationWhere(seller, id, (d) => d.verdict === 'cleared');
  await decide();
  await attach();
}, 120_000);
afterAll(async () => {
  await at?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** People decide on a document and, twice, on a file that nobody can read: that it is left aside, and not after all, and again. */
async function decide(): Promise<void> {
  const { store } = at.gateway;
  const { rows } = await store.query<{ id: string; tenantId: string }>(
    'select id, tenant_id as "tenantId" from documents limit 1',
  );
  await noteDecision(store, { actor: 'user:a' }, rows[0]!, 'resend', '对方要求重发');
  await storeRaw(store, [{ id: '', origin: 'odd.xml', bytes: Buffer.from('no receipt') }]);
  await wake(store, 'receipts');
  const [item] = await eventually(
    () => trayOf(at.operator),
    (items) => items.length === 1,
  );
  await at.operator.post(`/v1/tray/${item!.id}/dismiss`, { note: '测试文件' });
  await at.operator.post(`/v1/tray/${item!.id}/reopen`, {});
  await at.operator.post(`/v1/tray/${item!.id}/dismiss`, { note: '确为测试文件' });
}

/** Two files go with a declaration, one is taken away again. */
async function attach(): Promise<void> {
  exporter = at.sellers.get(withFiles.seller.code ?? '')!.client;
  withFilesId = (await handIn(exporter, [withFiles]))[0]!;
  const put = async (kind: string, text: string) =>
    exporter.upload<{ id: string }>(
      `/v1/declarations/${withFilesId}/attachments?kind=${kind}&fileName=a.pdf`,
      Buffer.from(text),
    );
  await put('00000001', '%PDF-1.4 invoice');
  const { id } = await put('00000002', '%PDF-1.4 packing list');
  expect((await exporter.raw('DELETE', `/v1/attachments/${id}`)).status).toBe(204);
}

/** Unpacks the evidence of a declaration, as `client` gets it, into a folder of its own. */
async function unpacked(client: Client, id: string): Promise<string> {
  const answer = await client.raw('GET', `/v1/declarations/${id}/evidence`);
  expect(answer.status).toBe(200);
  const folder = join(dir, id);
  const zip = await fromBufferPromise(Buffer.from(await answer.arrayBuffer()));
  for await (const entry of zip.eachEntry()) {
    const path = join(folder, entry.fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return folder;
}

/** Runs a command of the guide: its exit code and what it wrote. */
const bash = (folder: string, command: string): Promise<{ status: number; words: string }> =>
  new Promise((done) => {
    execFile('bash', ['-c', command], { cwd: folder }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code), words: stdout + stderr }),
    );
  });

/** The commands of a guide, block by block. */
const commandsOf = (folder: string, guide: string): string[] =>
  [...readFileSync(join(folder, guide), 'utf8').matchAll(/```sh\n([^`]+)```/g)].map((m) => m[1] ?? '');

describe('the evidence of a declaration', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await unpacked(seller, ids[0]!);
  });

  test('every command of the guides, the same in both languages, succeeds, and the script finds that everything agrees', async () => {
    const [commands, english] = ['说明.md', 'README.md'].map((guide) => commandsOf(folder, guide));
    expect(commands!.length).toBeGreaterThanOrEqual(3);
    expect(english).toEqual(commands);
    let said = '';
    for (const command of commands!) {
      const { status, words } = await bash(folder, command);
      expect(`${status} ${status === 0 ? '' : words}`).toBe('0 ');
      said += words;
    }
    const signed = readdirSync(join(folder, 'messages'));
    expect(signed.map((m) => m.split('-')[1]).sort()).toEqual(
      expect.arrayContaining(['CEB303Message', 'CEB505Message', 'CEB603Message']),
    );
    for (const message of signed) expect(said).toContain(`ok    messages/${message}\n`);
    expect(said).toContain('everything agrees');
  });

  test('it holds both kinds of signature, the order as it was taken, receipts, and who handed it in', () => {
    expect(readdirSync(join(folder, 'signed')).length).toBeGreaterThan(0);
    expect(readdirSync(join(folder, 'certificates')).length).toBeGreaterThan(
      readdirSync(join(folder, 'signed')).length / 2,
    );
    const order = JSON.parse(readFileSync(join(folder, 'order/order.json'), 'utf8')) as { orderNo: string };
    expect(order.orderNo).toBe(first!.orderNo);
    expect(readdirSync(join(folder, 'receipts')).length).toBeGreaterThan(2);
    expect(readFileSync(join(folder, 'chain/timeline.txt'), 'utf8')).toMatch(
      /收单 .* key:[\w-]+ {2}order\/order\.json/,
    );
  });

  test('of a goods declaration it holds the files that go with it, also one taken away, and who did what', async () => {
    const papers = await unpacked(exporter, withFilesId);
    const files = readdirSync(join(papers, 'attachments'));
    expect(files).toEqual([
      expect.stringMatching(/^01-801300000001IM\d{18}\.pdf$/),
      expect.stringMatching(/^02-801300000002IM\d{18}\.pdf$/),
    ]);
    expect(readFileSync(join(papers, 'attachments', files[0]!), 'utf8')).toBe('%PDF-1.4 invoice');
    const timeline = readFileSync(join(papers, 'chain/timeline.txt'), 'utf8');
    expect(timeline).toMatch(new RegExp(`attachment brought  key:[\\w-]+  attachments/${files[0]}\n`));
    expect(timeline).toMatch(new RegExp(`attachment taken away  key:[\\w-]+  attachments/${files[1]}\n`));
    expect((await bash(papers, 'bash check.sh')).words).toContain('everything agrees');
  });

  test('the script finds each thing that was changed, even when the list of files was made anew', async () => {
    const [message, receipt, content] = ['messages', 'receipts', 'signed'].map((of) =>
      join(of, readdirSync(join(folder, of))[0]!),
    );
    const lines = readFileSync(join(folder, 'chain/entries.tsv'), 'utf8').trim().split('\n');
    const [proved, entry] = [lines[0]!, lines.at(-1)!].map((line) => line.split('\t')[0]!);
    const proof = `chain/proofs/${proved}.txt`;
    /** What is changed, in which line of it (all have one at least), and what the script calls wrong. */
    const tampered: [path: string, line: (lines: string[]) => number, says: RegExp][] = [
      [message!, (all) => all.length - 1, new RegExp(`^WRONG (entry \\d+: )?${message!}`)],
      [receipt!, (all) => all.length - 1, new RegExp(`^WRONG entry \\d+: ${receipt!}$`)],
      [
        content!,
        (all) => all.length - 1,
        new RegExp(`^WRONG ${message!.slice(0, 9)}.*(: ${content!}|DigestValue)$`),
      ],
      [proof, () => 0, new RegExp(`^WRONG entry ${proved} → root`)],
      ['chain/entries.tsv', (all) => all.length - 1, new RegExp(`^WRONG entry ${entry} → root`)],
      ['chain/roots.tsv', (all) => all.length - 1, /^WRONG root \d+$/],
    ];
    const before = tampered.map(([path]) => readFileSync(join(folder, path)));
    for (const [i, [path, which]] of tampered.entries()) {
      // The last digit of the line becomes another.
      const all = before[i]!.toString('latin1').trimEnd().split('\n');
      const at = which(all);
      all[at] = all[at]!.replace(/\d(?=\D*$)/, (c) => (c === '0' ? '1' : '0'));
      writeFileSync(join(folder, path), `${all.join('\n')}\n`, 'latin1');
    }
    expect((await bash(folder, 'sha256sum -c SHA256SUMS')).status).toBe(1);
    await bash(
      folder,
      'cut -c67- SHA256SUMS | tr "\\n" "\\0" | xargs -0 sha256sum > NEW && mv NEW SHA256SUMS',
    );
    const { status, words } = await bash(folder, 'bash check.sh');
    expect(status).toBe(1);
    expect(words).toContain('ok    SHA256SUMS');
    const wrong = words.split('\n').filter((line) => line.startsWith('WRONG'));
    for (const [, , says] of tampered) expect(wrong).toContainEqual(expect.stringMatching(says));
    for (const line of wrong) expect(tampered.filter(([, , says]) => says.test(line))).not.toEqual([]);
    for (const [i, [path]] of tampered.entries()) writeFileSync(join(folder, path), before[i]!);
  });

  test('an officer, who may not see persons, gets none; nor does another seller', async () => {
    const path = `/v1/declarations/${ids[1]!}/evidence`;
    expect((await seller.raw('GET', path)).status).toBe(200);
    const officer = await enrol(at.operator, { code: null, name: '商务委', role: 'officer' });
    expect((await officer.client.raw('GET', path)).status).toBe(403);
    const other = await enrol(at.operator, { code: '91500000MA5U0XYZ1A', name: '另一家', role: 'seller' });
    expect((await other.client.raw('GET', path)).status).toBe(404);
  });
});

describe('gateway audit verify', () => {
  const verify = (kept?: Map<number, string>) => verifyAudit(at.gateway.store, kept);
  /** Does what someone with all rights on the database can do: triggers do not stop them. */
  const tamper = async (tx: Queryable, sql: string): Promise<string> => {
    await tx.query('set local session_replication_role = replica');
    const { rows } = await tx.query<{ id: string }>(sql);
    expect(rows).toHaveLength(1);
    return rows[0]!.id;
  };

  test('a gateway that worked has nothing to show, and every message, file and order is in the chain', async () => {
    await at.stopWorkers();
    await sealNotes(at.gateway.store);
    const verdict = await verify();
    expect(verdict.problems).toEqual([]);
    expect(verdict.ok).toBe(true);
    const { rows } = await at.gateway.store.query<{ kind: string; n: number; rows: number }>(
      `select kind, count(*)::int as n, case kind when 'order-taken' then (select count(*)::int from orders)
              when 'message-signed' then (select count(*)::int from messages)
              else (select count(*)::int from raw_receipts) end as rows
         from audit_entries where kind in ('order-taken', 'message-signed', 'receipt-stored') group by kind`,
    );
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.n).toBe(row.rows);
  });

  test('nobody changes or deletes entries and roots by an ordinary statement', async () => {
    for (const sql of [
      "update audit_entries set actor = 'x'",
      'delete from audit_entries',
      'truncate audit_entries',
      'delete from audit_roots',
    ])
      await expect(at.gateway.store.query(sql)).rejects.toThrow('only grows');
  });

  test.each([
    [
      'a byte of a signed message',
      `update messages set bytes = set_byte(bytes, 400, 88) where id = (select min(id::text)::uuid from messages) returning id`,
    ],
    [
      'a byte of a received file',
      `update raw_receipts set bytes = set_byte(bytes, 60, 88) where id = (select min(id::text)::uuid from raw_receipts) returning id`,
    ],
    [
      'a price of an order',
      `update orders set body = jsonb_set(body, '{lines,0,price}', '"9999"') where id = (select min(id::text)::uuid from orders) returning id`,
    ],
    [
      'how an attempt ended',
      `update attempts set outcome = 'refused' where ctid = (select min(ctid) from attempts) returning message_id as id`,
    ],
    [
      'why a person decided on a document',
      `update decisions set note = note || '。' where id = (select min(id::text)::uuid from decisions) returning id`,
    ],
    [
      'who decided on a document',
      `update decisions set decided_by = 'user:b' where id = (select min(id::text)::uuid from decisions) returning id`,
    ],
    ['a decision that is gone', `delete from decisions returning id`],
    ['why a received file was left aside', `update tray set note = '无关' returning id`],
    ['who left a received file aside', `update tray set decided_by = 'user:b' returning id`],
    [
      'a file put back to the open ones',
      `update tray set decision = null, decided_by = null, note = null returning id`,
    ],
    [
      'a byte of an attachment',
      `update attachments set bytes = set_byte(bytes, 9, 88) where removed_at is null returning id`,
    ],
    [
      'who brought an attachment',
      `update attachments set created_by = 'user:b' where removed_at is null returning id`,
    ],
    [
      'an attachment that was put back',
      `update attachments set removed_at = null where removed_at is not null returning id`,
    ],
    [
      'who took an order in',
      `update audit_entries set actor = 'user:other' where seq = (select min(seq) from audit_entries) returning subject as id`,
    ],
    [
      'an entry that is gone',
      `delete from audit_entries where seq = (select min(seq) + 3 from audit_entries) returning subject as id`,
    ],
  ])('finds %s that was changed in the database', async (_what, sql) => {
    const undone = at.gateway.store.transaction(async (tx) => {
      await tamper(tx, sql);
      expect((await verifyAuditIn(tx)).ok).toBe(false);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await verify()).ok).toBe(true);
  });

  test('finds a row that came around the chain, and a root that is not the one kept elsewhere', async () => {
    await makeRoot(at.gateway.store);
    const { newestRoot, roots } = await verify();
    expect((await verify(new Map([[roots, newestRoot!]]))).ok).toBe(true);
    const other = await verify(new Map([[roots, newestRoot!.replace(/^./, (c) => (c === '0' ? '1' : '0'))]]));
    expect(other.problems.map((p) => p.message.en)).toEqual([
      `root ${roots} is not the one that was kept elsewhere: the chain may have been made anew`,
    ]);
    const id = await at.gateway.store.transaction((tx) =>
      tamper(
        tx,
        `insert into raw_receipts (id, tenant_id, origin, sha256, bytes)
         select gen_random_uuid(), tenant_id, 'planted', '\\x00', '\\x00' from raw_receipts limit 1 returning id`,
      ),
    );
    expect((await verify()).problems).toEqual([
      {
        message: { zh: '收到的回执文件不在链中', en: 'a received file is not in the chain' },
        seq: null,
        subject: id,
      },
    ]);
  });
});
