import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { Order } from '../../src/orders/order.js';
import type { Client } from '../support/client.js';
import { certificateFor, goodsForJapan, inspectedOrder, orderToJapan } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationOf, declarationWhere, documentOf, handIn, trayOf } from '../support/journey.js';
import { randomFrom } from '../support/sampleOrders.js';

const APPLICATION = 'EEntDeclIo';
const DECLARATION = 'DecMessage';
const CERTIFICATE = 'Certificate';
const FOLDERS = { [APPLICATION]: 'Tecciq', [DECLARATION]: 'Deccus001', [CERTIFICATE]: 'CooImp' } as const;
type Form = keyof typeof FOLDERS;

let dir: string;
let it: TestGateway;
let client: Client;
/** Everything that was laid in an InBox, by name. */
const laid = new Map<string, string>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'import-client-'));
  const orders = [inspectedOrder('0')];
  it = await startTestGateway({ orders, env: { GATEWAY_CLIENT_DIR: dir } });
  client = it.sellers.get(orders[0]?.seller.code ?? '')!.client;
});
afterAll(async () => {
  await it.close();
  await rm(dir, { recursive: true });
});

/** The number that a form is answered by: CopNo of an application, ClientSeqNo of a declaration. */
const keyOf = async (id: string, form: Form): Promise<string> => {
  const { rows } = await it.gateway.store.query<{ document_key: string }>(
    'select document_key from documents where declaration_id = $1 and message_type = $2 and current',
    [id, form],
  );
  return rows[0]?.document_key ?? '';
};
const response = (key: string, seqNo: string) =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ErrorMessage>导入成功</ErrorMessage><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`;
const ciqResult = (key: string, code: string, at: string, { info = '', dealNo = '', ledger = '' } = {}) =>
  `<Ciqresult><CusCiqNo>${key}</CusCiqNo><EntDealNo>${dealNo}</EntDealNo><ClBlNo>${ledger}</ClBlNo><OperTime>${at}</OperTime><RspCodes>${code}</RspCodes><RspInfo>${info}</RspInfo></Ciqresult>`;
const decResult = (seqNo: string, channel: string, at: string, entryId = '') =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>${entryId}</ENTRY_ID><NOTICE_DATE>${at}</NOTICE_DATE><CHANNEL>${channel}</CHANNEL><NOTE>${channel}</NOTE></DEC_RESULT>`;
/** Numbers as inspection and customs give them, made of a two-digit number. */
const dealNoOf = (n: number) => `226N000000000${n}`;
const ledgerOf = (n: number) => `${dealNoOf(n)}001`;
const seqNoOf = (n: number) => `Z000000000000000${n}`;
const entryIdOf = (n: number) => `8013202600000000${n}`;

describe('the folders of the import client carry both tracks', () => {
  /** The client lays an answer: under another name first, as some do, or piece by piece, as others do. */
  async function lay(form: Form, name: string, text: string, inPieces = false): Promise<void> {
    const inbox = join(dir, FOLDERS[form], 'InBox');
    laid.set(name, text);
    if (inPieces) {
      await writeFile(join(inbox, name), text.slice(0, 20));
      await writeFile(join(inbox, name), text);
    } else {
      await writeFile(join(inbox, `${name}.part`), text);
      await rename(join(inbox, `${name}.part`), join(inbox, name));
    }
  }
  /** The client takes so many files of its OutBox, which are all: whole, under their own names. */
  async function takeOutAll(form: Form, count: number) {
    const outbox = join(dir, FOLDERS[form], 'OutBox');
    const names = await eventually(
      async () => (await readdir(outbox)).filter((one) => !one.endsWith('.tmp')),
      (found) => found.length >= count,
    );
    expect(names).toHaveLength(count);
    return Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(outbox, name));
        await rename(join(outbox, name), join(dir, name));
        return { name, bytes, guid: name.replace(/^\w+_|\.\w+$/g, '') };
      }),
    );
  }
  const takeOut = async (form: Form) => (await takeOutAll(form, 1))[0]!;
  test('what is not taken is corrected and laid again; application, then declaration with its papers in one zip; cleared by what lies in the InBox', async () => {
    const [id = ''] = await handIn(client, [inspectedOrder('C1')]);
    const attached = await client.raw(
      'POST',
      `/v1/declarations/${id}/attachments?kind=00000001&fileName=invoice.pdf`,
      '%PDF-1.4 invoice',
      { 'Content-Type': 'application/pdf' },
    );
    expect(attached.status).toBe(201);
    const { name: paper } = (await attached.json()) as { name: string };

    const refused = await takeOut(APPLICATION);
    expect(refused.name).toBe(`${APPLICATION}_${refused.guid}.xml`);
    expect(refused.bytes.toString().trim().endsWith(`</${APPLICATION}>`)).toBe(true);
    await lay(
      APPLICATION,
      `Failed_${APPLICATION}_${refused.guid}_20261121093000123.xml`,
      // So large that it is read apart.
      `<Root><failCode>E001</failCode><failInfo>报文格式错误</failInfo>${' '.repeat(400_000)}</Root>`,
    );
    const failed = await declarationWhere(client, id, (d) => documentOf(d, APPLICATION).verdict === 'failed');
    expect(failed.attention).toBe(true);
    expect(documentOf(failed, APPLICATION).coach).toMatchObject({ known: true, action: 'correct' });
    await client.post(`/v1/declarations/${id}/resubmit`, {
      changes: { 'lines[0].lotNo': 'L20261103' },
      reason: '更正后重新导入',
    });

    const application = await takeOut(APPLICATION);
    expect(application.guid).not.toBe(refused.guid);
    const copNo = await keyOf(id, APPLICATION);
    expect(application.bytes.toString()).toContain(`<CopNo>${copNo}</CopNo>`);
    const given = { dealNo: dealNoOf(10), ledger: ledgerOf(10) };
    await lay(APPLICATION, `Successed_${APPLICATION}_${copNo}.xml`, response(copNo, 'Z00000000000000009'));
    await lay(APPLICATION, 'Receipt_1.xml', ciqResult(copNo, '1000', '2026-11-21 09:00:00'));
    await lay(APPLICATION, 'Receipt_2.xml', ciqResult(copNo, '1300', '2026-11-21 10:00:00', given), true);

    const declaration = await takeOut(DECLARATION);
    expect(declaration.name).toBe(`${DECLARATION}_${declaration.guid}.zip`);
    // Names stand in a zip as they are: that of the message and that of the paper it brings.
    for (const name of [`${DECLARATION}_${declaration.guid}.xml`, paper])
      expect([name, declaration.bytes.includes(name)]).toEqual([name, true]);
    const key = await keyOf(id, DECLARATION);
    const seqNo = seqNoOf(10);
    await lay(DECLARATION, `Successed_${DECLARATION}_${key}.xml`, response(key, seqNo));
    await lay(DECLARATION, 'Receipt_3.xml', 'not a receipt');
    for (const [channel, at] of [
      ['L', '2026-11-21T11:00:00'],
      ['J', '2026-11-21T11:10:00'],
      ['P', '2026-11-21T12:00:00'],
      ['R', '2026-11-21T12:00:00'],
    ] as const)
      await lay(DECLARATION, `Receipt_${channel}.xml`, decResult(seqNo, channel, at, entryIdOf(10)));

    const done = await declarationWhere(client, id, (d) => d.verdict === 'cleared');
    expect(done).toMatchObject({ releasedAt: '2026-11-21T04:00:00.000Z', invtNo: entryIdOf(10) });
    // What nobody can read is kept for a person to see, and held up nothing.
    const tray = await eventually(
      () => trayOf(it.operator),
      (items) => items.length > 0,
    );
    expect(tray.map((item) => item.reason)).toEqual(['unreadable']);
  });

  test('two messages that fail in the very same words both fail', async () => {
    const ids = await handIn(client, [inspectedOrder('C2'), inspectedOrder('C3')]);
    for (const { guid } of await takeOutAll(APPLICATION, 2))
      await lay(
        APPLICATION,
        `Failed_${APPLICATION}_${guid}_20261121093000123.xml`,
        '<Root><failCode>E002</failCode><failInfo>企业无权限</failInfo></Root>',
      );
    for (const id of ids)
      await declarationWhere(client, id, (d) => documentOf(d, APPLICATION).verdict === 'failed');
  });

  test('a certificate that is not taken a second time, in the same words under the same name, is not taken', async () => {
    await client.post('/v1/goods', goodsForJapan());
    const [declarationId = ''] = await handIn(client, [orderToJapan('C4')]);
    await takeOut(DECLARATION);
    const { id } = await client.post<{ id: string }>(
      '/v1/certificates',
      certificateFor(declarationId, 'INV-C4'),
    );
    interface Shown {
      state: string;
      certNo: string;
      documents: { verdict: string }[];
    }
    const refusedWith = (revisions: number) =>
      eventually(
        () => client.get<Shown>(`/v1/certificates/${id}`),
        (c) => c.documents.length === revisions && c.documents.at(-1)?.verdict === 'failed',
      );
    const refuse = async (certNo: string) => {
      const name = `Successed_${CERTIFICATE}_${certNo}.xml`;
      if (laid.has(name)) laid.set(`2_${name}`, laid.get(name)!);
      await lay(
        CERTIFICATE,
        name,
        `<FileRet><CertNo>${certNo}</CertNo><RetType>2</RetType><Note>企业未备案</Note></FileRet>`,
      );
    };
    const { certNo } = await client.get<Shown>(`/v1/certificates/${id}`);
    await takeOut(CERTIFICATE);
    await refuse(certNo);
    await refusedWith(1);
    await client.post(`/v1/certificates/${id}/resubmit`, { promise: true });
    await takeOut(CERTIFICATE);
    await refuse(certNo);
    await refusedWith(2);
  });

  test('every answer that was laid was moved, none lost, none changed', async () => {
    const taken = new Map<string, string>();
    for (const folder of Object.values(FOLDERS)) {
      const inbox = join(dir, folder, 'InBox');
      await eventually(
        () => readdir(inbox),
        (names) => names.join() === 'taken',
      );
      for (const day of await readdir(join(inbox, 'taken')))
        for (const name of await readdir(join(inbox, 'taken', day)))
          taken.set(name, await readFile(join(inbox, 'taken', day, name), 'utf8'));
    }
    expect(taken).toEqual(laid);
    const { rows } = await it.gateway.store.query<{ bytes: string }>(
      `select convert_from(bytes, 'UTF8') as bytes from raw_receipts where origin like any ('{Receipt_%,Successed_%,Failed_%}')`,
    );
    expect(rows.map(({ bytes }) => bytes).sort()).toEqual([...laid.values()].sort());
  });
});

describe('receipts of both tracks', () => {
  const log = pino({ level: 'silent' });
  /** Stores the files together and applies a few of them at a time. */
  const tell = async (files: readonly string[], atATime = 50): Promise<void> => {
    const { store, journey } = it.gateway;
    await storeRaw(
      store,
      files.map((xml, i) => ({ id: String(i), origin: 'test', bytes: Buffer.from(xml) })),
    );
    while ((await applyReceipts(store, journey.applyContext(log), atATime)) > 0);
    await eventually(
      async () => (await store.query(`select 1 from raw_receipts where state = 'stored'`)).rows,
      (rows) => rows.length === 0,
    );
  };
  const PER_ENDING = 4;
  /** Whether inspection takes the application back in between. */
  const endings = { accepted: false, withdrawn: true };

  test('in any order, in any batches, repeated: they leave one state, and release only what inspection accepts', async () => {
    const plans = Object.entries(endings).flatMap(([ending, withdrawn], e) =>
      Array.from({ length: PER_ENDING }, (_, i) => ({ ending, withdrawn, n: 20 + e * 10 + i })),
    );
    const orders: Order[] = plans.map(({ n }) => inspectedOrder(`A${n}`));
    const ids = await handIn(client, orders);
    const sent = (form: Form) =>
      Promise.all(
        ids.map((id) => declarationWhere(client, id, (d) => documentOf(d, form).delivery === 'sent')),
      );
    await sent(APPLICATION);
    const copNos = await Promise.all(ids.map((id) => keyOf(id, APPLICATION)));
    await tell(
      plans.map(({ n }, i) =>
        ciqResult(copNos[i] ?? '', '1300', '2026-11-21 08:00:00', {
          dealNo: dealNoOf(n),
          ledger: ledgerOf(n),
        }),
      ),
    );
    await sent(DECLARATION);
    await it.stopWorkers();

    const random = randomFrom(9);
    const seen = new Map<string, unknown[]>();
    for (const [i, { n, ending, withdrawn }] of plans.entries()) {
      const copNo = copNos[i] ?? '';
      const key = await keyOf(ids[i] ?? '', DECLARATION);
      const given = { dealNo: dealNoOf(n), ledger: ledgerOf(n) };
      const files = [
        ciqResult(copNo, '1000', '2026-11-21 07:00:00'),
        ciqResult(copNo, '1300', '2026-11-21 11:00:00', { ...given, info: '电子底账已更新' }),
        ...(withdrawn ? [ciqResult(copNo, '1100', '2026-11-21 09:00:00', { info: '撤单' })] : []),
        response(key, seqNoOf(n)),
        ...(
          [
            ['7', '08:58:36'],
            ['L', '08:58:37'],
            ['J', '08:58:44'],
            ['C', '10:00:00'],
            ['P', '14:18:33'],
            ['R', '14:18:33'],
          ] as const
        ).map(([code, at]) => decResult(seqNoOf(n), code, `2026-11-21T${at}`, entryIdOf(n))),
      ];
      // The same receipt in other bytes is the same receipt.
      const repeated = files.filter(() => random() < 0.3).map((xml) => `${xml}\n`);
      const shuffled = i % PER_ENDING === 0 ? files : [...files, ...repeated].sort(() => random() - 0.5);
      while (shuffled.length > 0)
        await tell(shuffled.splice(0, 1 + Math.floor(random() * 4)), 1 + Math.floor(random() * 3));
      const { rows } = await it.gateway.store.query<Record<string, unknown>>(
        `select c.verdict, c.status, c.status_time, c.attention, c.released_at, c.cleared_at, c.invt_no = $2 as numbered,
                (select json_agg(json_build_array(d.message_type, d.verdict, d.accepted, d.status, d.status_time, d.delivery,
                          (select count(distinct (r.return_status, r.return_time)) from receipts r where r.document_id = d.id),
                          (select json_agg(distinct m.kind) from document_numbers m where m.document_id = d.id)) order by d.seq)
                   from documents d where d.declaration_id = c.id and d.current and d.message_type = any($3)) as documents,
                (select json_agg(json_build_array(t.ordered_at, t.result, t.result_at)) from inspection_tasks t
                  where t.declaration_id = c.id) as tasks,
                (select count(*)::int from counting_records k where k.source_id = c.id and k.ended_batch is null
                    and k.measure = 'counted') as counted
           from declarations c where c.id = $1`,
        [ids[i], entryIdOf(n), [APPLICATION, DECLARATION]],
      );
      seen.set(ending, [...(seen.get(ending) ?? []), rows[0]]);
    }
    await it.startWorkers();
    for (const states of seen.values()) for (const state of states) expect(state).toEqual(states[0]);
    expect(seen.get('accepted')?.[0]).toMatchObject({
      verdict: 'cleared',
      released_at: new Date('2026-11-21T06:18:33Z'),
      numbered: true,
      counted: 1,
      tasks: [[expect.anything(), 'passed', expect.anything()]],
    });
    expect(seen.get('withdrawn')?.[0]).toMatchObject({ verdict: 'refused', released_at: null, counted: 0 });
    const shown = await declarationOf(client, ids.at(-1) ?? '');
    expect([shown.verdict, shown.releasedAt]).toEqual(['refused', null]);
  });
});
