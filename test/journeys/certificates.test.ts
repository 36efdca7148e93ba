import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { z } from 'zod';
import type { Fault } from '../../src/base/fault.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import type { pageOf } from '../../src/http/page.js';
import type {
  certificateDraftSchema,
  certificateSchema,
  certificateSummarySchema,
} from '../../src/views/certificates/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { certificateFields, certificateFor, goodsForJapan, orderToJapan } from '../support/declarations.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, trayOf, type Problem } from '../support/journey.js';
import { pdfText } from '../support/pdfText.js';
import { makeUscc } from '../support/uscc.js';

type Certificate = z.output<typeof certificateSchema>;
type Draft = z.output<typeof certificateDraftSchema>;
type Page = z.output<ReturnType<typeof pageOf<typeof certificateSummarySchema>>>;

let it: TestGateway;
let client: Client;
let seller: string;

beforeAll(async () => {
  const orders = [orderToJapan('C0')];
  it = await startTestGateway({ orders });
  seller = orders[0]?.seller.code ?? '';
  client = it.sellers.get(seller)!.client;
  await client.post('/v1/goods', goodsForJapan());
});
afterAll(() => it.close());

const declared = async (number: string): Promise<string> =>
  (await handIn(client, [orderToJapan(number)]))[0]!;
const apply = async (body: object): Promise<string> =>
  (await client.post<{ id: string }>('/v1/certificates', body)).id;
const one = (id: string, who = client) => who.get<Certificate>(`/v1/certificates/${id}`);
const until = (id: string, state: Certificate['state']) =>
  eventually(
    () => one(id),
    (c) => c.state === state,
  );
/** The codes a request is refused with, and its status. */
const refused = async (path: string, body: object, who = client): Promise<string> => {
  const response = await who.raw('POST', path, JSON.stringify(body), { 'Content-Type': 'application/json' });
  const problem = (await response.json()) as Problem;
  return `${response.status} ${problem.faults.map((f) => f.code).join(' ')}`;
};
const receipt = (certNo: string, rep: string, at: string, words = '') =>
  `<Receipt><CertNo>${certNo}</CertNo><Channel>1</Channel><RepType>${rep}</RepType><RepAddMsg>${words}</RepAddMsg><RspGenTime>${at}</RspGenTime></Receipt>`;
const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
const PDF = '%PDF-1.4\n%%EOF\n';
const attach = (id: string, fileName: string, bytes: string | Buffer = PDF, more = '') =>
  client.upload<Certificate>(
    `/v1/certificates/${id}/attachments?fileName=${encodeURIComponent(fileName)}${more}`,
    Buffer.from(bytes),
    'application/octet-stream',
  );
/** Of each attachment: the name it goes by, how its message fares, and what was said of it. */
const filesOf = ({ attachments }: Certificate) =>
  attachments.map(({ name, document, said }) => [name, document.delivery, document.verdict, said]);
const untilFiles = (id: string, settled: (c: Certificate) => boolean) => eventually(() => one(id), settled);
const tell = async (...files: string[]): Promise<void> => {
  await storeRaw(
    it.gateway.store,
    files.map((xml, i) => ({ id: String(i), origin: 'test', bytes: Buffer.from(xml) })),
  );
  await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(pino({ level: 'silent' })), 50);
  await eventually(
    async () => (await it.gateway.store.query(`select 1 from raw_receipts where state = 'stored'`)).rows,
    (rows) => rows.length === 0,
  );
};

describe('from the order to the issued certificate', () => {
  test('a draft says what it knows, names everything missing at its field, and stores nothing', async () => {
    const id = await declared('C1');
    const draft = await client.post<Draft>('/v1/certificates/draft', { sources: [{ declarationId: id }] });
    expect(draft.type.code).toBe('RC');
    expect(draft.types.map((t) => t.code)).toEqual(['RC', 'C']);
    expect(draft.choices).toMatchObject([{ gnum: '1', declared: '1000', covered: '0', left: '1000' }]);
    const missing = draft.faults.filter((f) => f.severity !== 'notice');
    expect(missing.map((f) => f.path)).toEqual(
      expect.arrayContaining([
        'certificate.CertificateHead.Exporter',
        'certificate.CertificateHead.InvDate',
        'certificate.CertificateHead.PriceTerms',
        'certificate.AplPromise.AplPromiseCode',
      ]),
    );
    const shown = draft.form.sections.flatMap((s) => [
      ...s.cells.flatMap((c) => c.fields),
      ...(s.list?.entries ?? []).flatMap((e) => [...e.cells.flatMap((c) => c.fields), ...e.more]),
    ]);
    const value = (name: string) => shown.find((f) => f.name === name)?.value;
    expect([value('DestCountryCode'), value('Curr'), value('OriCriteria'), value('GoodsNameE')]).toEqual([
      'JPN',
      'USD',
      'PE',
      'Hot pot seasoning',
    ]);
    expect(value('PrdcEtpsName')).toBe('重庆璧山食品有限公司');
    expect((await client.get<Page>('/v1/certificates')).items).toEqual([]);
    expect(await refused('/v1/certificates', { sources: [{ declarationId: id }] })).toMatch(/^422 .*F01/);
  });

  test('it leaves by itself, is answered and issued; one finds it by its number, its order and its declaration', async () => {
    const declarationId = await declared('C2');
    const id = await apply(certificateFor(declarationId, 'INV-C2'));
    const issued = await until(id, 'issued');
    expect(issued.certNo).toMatch(/^RC26MA6C96Q15\d{4}$/);
    expect(issued.timeline.filter((e) => e.kind === 'receipt').map((e) => e.status?.status)).toEqual(
      expect.arrayContaining(['ret:1', 'rep:2', 'rep:5']),
    );
    expect(issued.covers).toMatchObject([{ declarationId, gnum: '1', qty: '1000', declared: '1000' }]);
    const found = async (query: string) =>
      (await client.get<Page>(`/v1/certificates?${query}`)).items.map((c) => c.id);
    expect(await found(`search=${issued.certNo}`)).toEqual([id]);
    expect(await found('search=INV-C2')).toEqual([id]);
    expect(await found('search=DECC2')).toEqual([id]);
    expect(await found(`declarationId=${declarationId}&state=issued`)).toEqual([id]);
    const pdf = await client.raw('GET', `/v1/certificates/${id}/application.pdf`);
    const text = await pdfText(Buffer.from(await pdf.arrayBuffer()));
    expect(text).toContain('原产地证书申请书');
    expect(text).toContain(issued.certNo);
    // What the exporter fills in alike each time need not be filled in again.
    const next = await client.post<Draft>('/v1/certificates/draft', {
      sources: [{ declarationId: await declared('C3') }],
    });
    expect(next.faults.map((f) => f.path)).not.toContain('certificate.CertificateHead.Exporter');
    expect(next.faults.map((f) => f.path)).toContain('certificate.CertificateHead.InvDate');
  });

  test('an application that came back is corrected and goes again under its number', async () => {
    const declarationId = await declared('C4');
    const id = await apply(certificateFor(declarationId, 'INV-C4-SBCOOBACK'));
    const back = await until(id, 'returned');
    expect(back.actions.filter((a) => a.allowed).map((a) => a.action)).toEqual(['resubmit', 'delete']);
    const corrected = certificateFields('INV-C4-SBCOOBACK');
    Object.assign(corrected.CertificateList[0]!, { OriCriteria: 'WO' });
    await client.post(`/v1/certificates/${id}/resubmit`, { certificate: corrected, promise: true });
    const issued = await until(id, 'issued');
    expect(issued.certNo).toBe(back.certNo);
    expect(issued.documents.map((d) => [d.revision, d.verdict])).toEqual([
      [1, 'sent-back'],
      [2, 'accepted'],
    ]);
    expect(await refused(`/v1/certificates/${id}/resubmit`, { promise: true })).toBe('409 T51');
    expect(await refused(`/v1/certificates/${id}/cancel`, { reason: '不需要了' })).toBe('409 T49');
  });
});

describe('quantities', () => {
  test('of two applications for the same goods at one instant one is taken, the other is told what is left', async () => {
    const declarationId = await declared('C5');
    const both = await Promise.allSettled([
      apply(certificateFor(declarationId, 'INV-C5A', '600')),
      apply(certificateFor(declarationId, 'INV-C5B', '600')),
    ]);
    const fell = both.filter((b) => b.status === 'rejected');
    expect(fell).toHaveLength(1);
    expect(String(fell[0]?.reason)).toMatch(/O06.*剩余 400/);
    const draft = await client.post<Draft>('/v1/certificates/draft', { sources: [{ declarationId }] });
    expect(draft.chosen).toEqual([{ declarationId, gnum: '1', qty: '400' }]);
  });

  test('what is put aside frees its goods', async () => {
    const declarationId = await declared('C6');
    const id = await apply(certificateFor(declarationId, 'INV-C6-SBCOOREFUSE'));
    await until(id, 'refused');
    expect(await refused('/v1/certificates', certificateFor(declarationId, 'INV-C6B', '1'))).toBe('422 O06');
    const gone = await client.post<Certificate>(`/v1/certificates/${id}/cancel`, { reason: '不再需要' });
    expect([gone.state, gone.cancelled?.why]).toEqual(['cancelled', '不再需要']);
    expect(await refused(`/v1/certificates/${id}/resubmit`, { promise: true })).toBe('409 T48');
    await apply(certificateFor(declarationId, 'INV-C6C'));
  });

  test('an amended certificate names the old one, takes its goods over when it is issued, and stands alone', async () => {
    const declarationId = await declared('C7');
    const old = await until(await apply(certificateFor(declarationId, 'INV-C7')), 'issued');
    const amended = {
      ...certificateFor(declarationId, 'INV-C7B-SBCOOWAIT', '900'),
      replaces: { id: old.id, status: '1', reason: '发票更正' },
    };
    const both = await Promise.allSettled([apply(amended), apply(amended)]);
    const [id] = both.flatMap((b) => (b.status === 'fulfilled' ? [b.value] : []));
    expect(both.map((b) => b.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refused('/v1/certificates', amended)).toBe('409 O20');
    const waiting = await until(id!, 'review');
    expect(waiting.replaces).toEqual({ id: old.id, certNo: old.certNo });
    expect((await one(old.id)).state).toBe('issued');
    // Until it is decided both hold what the larger one covers.
    expect(await refused('/v1/certificates', certificateFor(declarationId, 'INV-C7C', '50'))).toBe('422 O06');
    await tell(receipt(waiting.certNo, '5', '2030-01-01 10:00:00'));
    await until(id!, 'issued');
    expect((await one(old.id)).state).toBe('superseded');
    expect(await refused('/v1/certificates', amended)).toBe('409 T20');
    await apply(certificateFor(declarationId, 'INV-C7D', '100'));
    const { rows } = await it.gateway.store.query<{ bytes: Buffer }>(
      'select m.bytes from messages m join documents d on d.message_id = m.id where d.filing_id = $1',
      [id],
    );
    expect(rows[0]?.bytes.toString()).toContain(`<OldCertNo>${old.certNo}</OldCertNo>`);
  });
});

test('an order that declares less, or something else, after a certificate was applied for has it looked at again', async () => {
  const order = { ...orderToJapan('C12'), declaration: { DecHead: { AgentCode: '5001986H01' } } };
  const [declarationId = ''] = await handIn(client, [order]);
  const id = await apply(certificateFor(declarationId, 'INV-C12'));
  const issued = await until(id, 'issued');
  expect(issued.concerns).toEqual([]);
  const changes = { 'lines[0].qty': '900', 'lines[0].totalPrice': '4860', goodsValue: '4860' };
  const correction = { changes, reason: '短装' };
  const codes = (faults: readonly { code: string }[]) => faults.map((f) => f.code);
  const preview = await client.post<{ faults: Fault[]; notices: Fault[] }>(
    `/v1/declarations/${declarationId}/corrections/preview`,
    { changes },
  );
  expect(codes(preview.faults)).toEqual([]);
  expect(preview.notices.find((f) => f.code === 'O23')?.message.zh).toContain(
    '现申报 900，原产地证书仍涵盖 1000',
  );
  await client.post(`/v1/declarations/${declarationId}/corrections`, correction);
  expect(codes((await one(id)).concerns)).toEqual(['O23']);
  const listed = (await client.get<Page>(`/v1/certificates?declarationId=${declarationId}`)).items;
  expect(listed.map((c) => codes(c.concerns))).toEqual([['O23']]);
  // An amended certificate for what is left settles it; the old one is of no concern any longer.
  const amended = await apply({
    ...certificateFor(declarationId, 'INV-C12B', '900'),
    replaces: { id, status: '1', reason: '短装' },
  });
  expect((await until(amended, 'issued')).concerns).toEqual([]);
  expect((await one(id)).concerns).toEqual([]);
  await client.post(`/v1/declarations/${declarationId}/corrections`, {
    changes: { 'lines[0].gname': '牛油火锅底料' },
    reason: '品名更正',
  });
  expect(codes((await one(amended)).concerns)).toEqual(['O25']);
});

test('a certificate whose declaration comes back is to be looked at again until the goods are declared anew', async () => {
  await it.operator.post('/v1/port/pause');
  const declarationId = await declared('C14-SBDECE');
  const id = await apply(certificateFor(declarationId, 'INV-C14'));
  expect((await one(id)).concerns).toEqual([]);
  await it.operator.post('/v1/port/resume');
  await declarationWhere(client, declarationId, (d) => d.verdict === 'refused');
  expect((await until(id, 'issued')).concerns.map((f) => f.code)).toEqual(['O24']);
  await client.post(`/v1/declarations/${declarationId}/resubmit`, { reason: '更正后重新申报' });
  await declarationWhere(client, declarationId, (d) => d.verdict === 'cleared');
  expect((await one(id)).concerns).toEqual([]);
});

describe('receipts', () => {
  test('in any order and twice they give one state; codes nobody knows are shown and change nothing', async () => {
    const said = (certNo: string) => [
      receipt(certNo, '2', '2030-01-01 10:00:00', '待审'),
      receipt(certNo, '9', '2030-01-01 10:00:03', '新代码'),
      receipt(certNo, '5', '2030-01-01 10:00:02', '通过'),
    ];
    const states: string[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0, 2, 1, 0],
    ]) {
      const number = `C8${states.length}`;
      const id = await apply(certificateFor(await declared(number), `INV-${number}-SBCOOWAIT`));
      const { certNo } = await until(id, 'review');
      for (const i of order) await tell(said(certNo)[i]!);
      const after = await one(id);
      states.push(`${after.state} ${after.lastReceipt?.status}`);
      const receipts = after.timeline.filter((e) => e.kind === 'receipt');
      expect(receipts.map((e) => e.status?.status).sort()).toEqual([
        'rep:2',
        'rep:2',
        'rep:5',
        'rep:9',
        'ret:1',
      ]);
      expect(receipts.find((e) => e.status?.status === 'rep:9')?.title.zh).toBe('未知回执代码 rep:9');
    }
    expect(states).toEqual(Array(3).fill('issued rep:5'));
  });

  test('a receipt for a number nobody has waits in the tray', async () => {
    await tell(receipt('RC26XXXXXXXXX0001', '5', '2030-01-01 10:00:00'));
    const { rows } = await it.gateway.store.query(
      `select 1 from receipts where document_key = 'RC26XXXXXXXXX0001' and document_id is null`,
    );
    expect(rows).toHaveLength(1);
    // In the words of certificates, whose receipt it is.
    const waiting = (await trayOf(it.operator)).find((item) => item.origin === 'test');
    expect(waiting?.status?.text.zh).toBe('审核通过，证书已签发');
  });
});

describe('others', () => {
  test('another enterprise neither sees a certificate nor its goods nor may use its number', async () => {
    const declarationId = await declared('C9');
    const mine = await until(await apply(certificateFor(declarationId, 'INV-C9')), 'issued');
    const other = (
      await enrol(it.operator, { code: makeUscc(7001), name: '重庆旁观贸易有限公司', role: 'seller' })
    ).client;
    expect((await other.raw('GET', `/v1/certificates/${mine.id}`)).status).toBe(404);
    expect((await other.get<Page>(`/v1/certificates?search=${mine.certNo}`)).items).toEqual([]);
    expect(await refused('/v1/certificates/draft', certificateFor(declarationId, 'X'), other)).toMatch(
      /^404/,
    );
    for (const path of ['change', 'resubmit'])
      expect(await refused(`/v1/certificates/${mine.id}/${path}`, {}, other)).toMatch(/^404/);
    expect(await refused(`/v1/certificates/${mine.id}/cancel`, { reason: 'x' }, other)).toMatch(/^404/);
    const again = certificateFor(await declared('C10'), 'INV-C10');
    const taken = {
      ...again,
      certificate: {
        ...again.certificate,
        CertificateHead: { ...again.certificate.CertificateHead, CertNo: mine.certNo },
      },
    };
    expect(await refused('/v1/certificates', taken)).toBe('422 O08');
  });

  test('an officer sees where certificates stand, and no person', async () => {
    const officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' }))
      .client;
    const [item] = (await officer.get<Page>('/v1/certificates?state=issued')).items;
    const text = JSON.stringify(await one(item!.id, officer));
    for (const secret of ['李示例', '110101199001010015', 'EXAMPLE FOODS', 'export@example.com'])
      expect(text).not.toContain(secret);
    expect(text).toContain('JPN');
    expect((await officer.raw('GET', `/v1/certificates/${item!.id}/application.pdf`)).status).toBe(403);
  });
});

test('filings and certificates do not show up among each other', async () => {
  const { items } = await client.get<{ items: unknown[] }>('/v1/filings');
  expect(items).toEqual([]);
});

describe('attachments', () => {
  const verdictOf = (c: Certificate, name: string) =>
    c.attachments.find((a) => a.name === name)?.document.verdict;

  test('one leaves after its application is taken in, is answered by its name, and says nothing of the certificate', async () => {
    await it.operator.post('/v1/port/pause');
    const declaration = await declared('C60');
    const id = await apply(certificateFor(declaration, 'INV-C60-SBCOOWAIT'));
    const waiting = await attach(id, '发票 #1/原件.PDF', PDF, '&docType=01&fileType=pdf');
    expect(filesOf(waiting)).toEqual([['发票 #1_原件.pdf', 'waiting', 'none', null]]);
    expect(waiting.attachments[0]).toMatchObject({
      fileName: '发票 #1/原件.PDF',
      docType: '01',
      isDelay: '',
    });
    // The same file stays one, also when two bring it at once; another of its name goes by a name of its own.
    await Promise.all([attach(id, 'copy.pdf'), attach(id, 'copy.pdf')]);
    await Promise.all([attach(id, 'photo-SBATTREFUSE.png', PNG), attach(id, '发票 #1/原件.PDF', `${PDF}2`)]);
    expect((await one(id)).attachments.map((a) => a.name).sort()).toEqual([
      'photo-SBATTREFUSE.png',
      '发票 #1_原件-2.pdf',
      '发票 #1_原件.pdf',
    ]);
    await it.operator.post('/v1/port/resume');
    const answered = await untilFiles(
      id,
      (c) =>
        c.state === 'review' &&
        c.attachments.every((a) => !['none', 'received'].includes(a.document.verdict)),
    );
    expect(filesOf(answered).sort()).toEqual([
      ['photo-SBATTREFUSE.png', 'sent', 'failed', '附件无法打开'],
      ['发票 #1_原件-2.pdf', 'sent', 'accepted', '附件导入成功'],
      ['发票 #1_原件.pdf', 'sent', 'accepted', '附件导入成功'],
    ]);
    expect(answered.documents.map((d) => d.status?.status)).toEqual(['rep:2']);
    const left = answered.timeline.filter((e) => e.kind === 'signed').map((e) => e.messageType);
    expect(left[0]).toBe('Certificate');
    const message = answered.timeline.find((e) => e.kind === 'signed' && e.messageType === 'File')!;
    const xml = await (await client.raw('GET', message.bytes!)).text();
    expect(xml).toMatch(
      new RegExp(
        `^<\\?xml[^>]*><File><CertNo>${answered.certNo}</CertNo><CertType>RC</CertType><AplRegNo>.*</FileContent></File>$`,
      ),
    );
    const file = await client.raw('GET', `/v1/attachments/${answered.attachments[0]!.id}/file`);
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['application/pdf', PDF]);
    // The evidence of the declaration has what was sent and received for its certificate; names stand plainly in a ZIP.
    const evidence = await (
      await client.raw('GET', `/v1/declarations/${declaration}/evidence`)
    ).arrayBuffer();
    const names = Buffer.from(evidence).toString();
    for (const name of [
      /messages\/\d\d-Certificate-/,
      /messages\/\d\d-File-/,
      /receipts\/\d\d-FileRet-/,
      /attachments\/0\d-发票__1_原件\.pdf/,
    ])
      expect(names).toMatch(name);
  });

  test('one that was refused is sent again under its name or replaced under another; what was taken is only replaced', async () => {
    const id = await apply(certificateFor(await declared('C61'), 'INV-C61'));
    await until(id, 'issued');
    await attach(id, 'a-SBATTONCE.pdf');
    const refusedOnce = await untilFiles(id, (c) => verdictOf(c, 'a-SBATTONCE.pdf') === 'failed');
    const [first] = refusedOnce.attachments;
    expect(first!.actions.map((a) => a.allowed)).toEqual([true, true, true]);
    await client.post(`/v1/attachments/${first!.id}/resend`, { reason: '再报' });
    const taken = await untilFiles(id, (c) => verdictOf(c, 'a-SBATTONCE.pdf') === 'accepted');
    expect([taken.state, taken.attachments[0]!.document.revision]).toEqual(['issued', 2]);
    expect(await refused(`/v1/attachments/${first!.id}/resend`, { reason: 'x' })).toBe('409 T54');
    const gone = await client.raw('DELETE', `/v1/attachments/${first!.id}`);
    expect([gone.status, ((await gone.json()) as Problem).faults[0]?.code]).toEqual([409, 'T53']);
    await attach(id, 'a-SBATTONCE.pdf', `${PDF}new`, `&replaces=${first!.id}`);
    // A late answer to the first file finds that, not the one in its place.
    await tell(
      `<FileRet><CertNo>${taken.certNo}</CertNo><RetType>2</RetType><Note>迟到</Note><FileName>a-SBATTONCE.pdf</FileName></FileRet>`,
    );
    const replaced = await untilFiles(id, (c) => verdictOf(c, 'a-SBATTONCE-2.pdf') === 'failed');
    expect(filesOf(replaced)).toEqual([['a-SBATTONCE-2.pdf', 'sent', 'failed', '附件无法打开']]);
    expect((await client.raw('DELETE', `/v1/attachments/${replaced.attachments[0]!.id}`)).status).toBe(204);
    expect((await one(id)).attachments).toEqual([]);
  });

  test('an answer to a file that nobody sent lies in the tray; what is no file of these, too large or too late is refused in words', async () => {
    const id = await apply(certificateFor(await declared('C62'), 'INV-C62-SBCOOBACK'));
    const { certNo } = await until(id, 'returned');
    const before = (await trayOf(it.operator)).length;
    await tell(
      `<FileRet><CertNo>${certNo}</CertNo><RetType>2</RetType><Note>?</Note><FileName>nobody.pdf</FileName></FileRet>`,
    );
    expect((await trayOf(it.operator)).length).toBe(before + 1);
    expect((await one(id)).documents.map((d) => d.status?.status)).toEqual(['rep:3']);
    const path = `/v1/certificates/${id}/attachments?fileName=a.pdf`;
    expect(await refused(path, { not: 'a file' })).toBe('422 O26');
    expect(await refused(`/v1/certificates/${id}/attachments`, {})).toBe('400 A04');
    await client.post(`/v1/certificates/${id}/cancel`, { reason: '不再需要' });
    expect(await refused(path, {})).toBe('409 O28');
  });
});
