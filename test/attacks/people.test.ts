import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buffer } from 'node:stream/consumers';
import { readSheet } from 'read-excel-file/node';
import { fromBufferPromise } from 'yauzl';
import { dayOf } from '../../src/base/clock.js';
import type { AnyRoute } from '../../src/http/route.js';
import { allRoutes } from '../../src/http/routes.js';
import { Client, enrol } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, marked, type Declaration, type Import } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';
import { pdfText } from '../support/pdfText.js';
import { FORM_MARKS, markedForms, plantForms } from '../support/plantedForms.js';
import { freshOrders } from '../support/sampleOrders.js';
import { makeUscc } from '../support/uscc.js';

/** What names a person or was written freely, each found nowhere else. */
const MARKS = {
  buyerName: '欧阳标记',
  telephone: '13900112233',
  regNo: 'mark-reg-7788',
  idNumber: '500103199001010010',
  consignee: '司徒收件',
  consigneeTelephone: '13900445566',
  address: '重庆市标记区不存在路七号',
  note: '标记备注请联系家属',
  lineNote: '标记行备注',
  correctionReason: '标记更正理由',
  correctedNote: '标记更正后备注',
  returnReason: '标记退货理由',
  decisionNote: '标记线下申报说明',
  staff: '诸葛经办',
  customsWords: '标记海关回执所写的话',
  warehouseNote: '标记海外仓备注',
  settlementNote: '标记收汇备注',
  taxNote: '标记退税备注',
  goodsText: '标记商品自定义说明',
  draftReason: '标记批量起草理由',
} as const;
/** What people of a committee typed, and who they are: for committees and the operator. */
const COMMITTEE_MARKS = {
  committeeStaff: '太史评审',
  factNote: '标记名录备注',
  roundTitle: '标记兑现批次名称',
  readingNote: '标记口径选择说明',
  snapshotNote: '标记封存说明',
  historyFile: '标记历史文件',
  historySource: '标记历史数据来源',
} as const;
const ALL_MARKS = { ...MARKS, ...FORM_MARKS, ...COMMITTEE_MARKS };

const [first, second, third] = [...freshOrders({ count: 40, regime: '9610-import', batch: 'M' })].slice(0, 3);
const sharing = {
  seller: first!.seller,
  platform: first!.platform,
  declarant: first!.declarant,
};
const personal = (order: typeof first) => ({
  ...order!,
  ...sharing,
  payment: { ...order!.payment, code: first!.payment.code, name: first!.payment.name },
  note: MARKS.note,
  list: { ...order!.list, assureCode: first!.seller.code },
  buyer: {
    ...order!.buyer,
    name: MARKS.buyerName,
    telephone: MARKS.telephone,
    regNo: MARKS.regNo,
    idNumber: MARKS.idNumber,
  },
  consignee: {
    ...order!.consignee,
    name: MARKS.consignee,
    telephone: MARKS.consigneeTelephone,
    address: MARKS.address,
  },
  lines: order!.lines.map((line) => ({ ...line, note: MARKS.lineNote })),
});
const orders = [
  personal(first),
  marked(personal(second), '-SBREFUSEHTTP'),
  { ...personal(third), waybill: { ...third!.waybill, code: makeUscc(998), name: '重庆未登记快递有限公司' } },
];

let it: TestGateway;
let owner: Client;
/** Of the enterprise with goods declarations and certificates. */
let exporter: Client;
/** A person of a committee, signed in. */
let official: Client;
let askers: Record<string, Client>;
/** For each route, the requests that reach the seller's data. */
const ids: Record<string, string[]> = {};

const json = { 'Content-Type': 'application/json' };
const UNKNOWN_ID = '01990000-0000-7000-8000-000000000001';

/** A person of an enterprise, signed in as in the console. */
async function staff(tenantId: string, name: string, email: string): Promise<Client> {
  const { activation } = await it.operator.post<{ activation: string }>('/v1/users', {
    tenantId,
    name,
    email,
  });
  const answer = await new Client(it.server.url).raw(
    'POST',
    '/v1/activate',
    JSON.stringify({
      token: new URL(activation).searchParams.get('token'),
      password: 'a long test password',
    }),
    json,
  );
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!;
  return new Client(it.server.url, { Cookie: cookie, 'X-Requested-With': 'gateway-console' });
}

/** What a seller keeps beside its declarations: goods, warehouses with a paper, settlements and tax of one order. */
async function recordsOfSeller(declarationId: string): Promise<void> {
  const today = dayOf(new Date());
  const { orderNo } = orders[0]!;
  await owner.post('/v1/goods', { items: [{ sku: 'SKU-MARK', values: { gname: MARKS.goodsText } }] });
  ids['/v1/goods/'] = ['SKU-MARK'];
  const place = { name: '标记仓', country: '美国', address: 'x', kind: 'public', acquisition: 'leased' };
  await owner.post('/v1/warehouses', { warehouses: [{ ...place, note: MARKS.warehouseNote }] });
  const { items } = await owner.get<{ items: { id: string }[] }>('/v1/warehouses');
  const [warehouse] = items.map(({ id }) => id);
  await owner.upload(
    `/v1/warehouses/${warehouse}/evidence?kind=lease&title=x&fileName=x.pdf`,
    Buffer.from('%PDF-1.4\n%%EOF\n'),
  );
  const { papers } = await owner.get<{ papers: { id: string }[] }>(`/v1/warehouses/${warehouse}`);
  ids['/v1/warehouses/evidence/'] = papers.map(({ id }) => id);
  ids['/v1/warehouses/{id}'] = [warehouse!];
  const settled = { institution: '示例银行', currency: 'CNY', amount: '1', settledOn: today, orderNo };
  await owner.post('/v1/settlements', {
    settlements: [{ ...settled, reference: 'FX-MARK', note: MARKS.settlementNote }],
  });
  const tax = {
    kind: '退税',
    status: '已申报',
    amount: '1',
    happenedOn: today,
    orderNo,
    reference: 'B-MARK',
  };
  await owner.post('/v1/tax-records', { taxRecords: [{ ...tax, note: MARKS.taxNote }] });
  const { settlement } = await owner.get<{ settlement: object }>(`/v1/declarations/${declarationId}/records`);
  expect(JSON.stringify(settlement)).toContain('FX-MARK');
}

/** What a committee keeps: a fact of the seller, a round of awards with a reading chosen, a closed month. */
async function recordsOfCommittee(): Promise<void> {
  const { code } = orders[0]!.seller;
  await official.post('/v1/registry/facts', {
    facts: [
      {
        code,
        kind: 'district',
        subject: '黔江区',
        validFrom: '2026-01-01',
        source: '测试',
        note: COMMITTEE_MARKS.factNote,
      },
    ],
  });
  ids['/v1/registry/enterprises/'] = [code!];
  const round = await official.post<{ id: string }>('/v1/awards/rounds', {
    policy: 'qianjiang-2023',
    year: 2026,
    title: COMMITTEE_MARKS.roundTitle,
    clauses: [],
  });
  await official.post(`/v1/awards/rounds/${round.id}/readings`, {
    readings: { A03: 'declared' },
    note: COMMITTEE_MARKS.readingNote,
  });
  ids['/v1/awards/rounds/'] = [round.id];
  const snapshot = await official.post<{ id: string }>('/v1/figures/closings', {
    month: '2026-01',
    status: 'final',
    note: COMMITTEE_MARKS.snapshotNote,
  });
  ids['/v1/figures/snapshots/'] = [snapshot.id];
  await official.upload(
    `/v1/figures/history?fileName=${COMMITTEE_MARKS.historyFile}.csv&source=${COMMITTEE_MARKS.historySource}`,
    Buffer.from(
      '清单编号,序号,事项,日期,企业代码,企业名称,监管方式,目的国,口岸,数量,币制,金额\n' +
        '80132025E0MARK,1,结关,2025-03-18,91500114MA0H1ST0R9,某公司,9610,502,8013,10,USD,100\n',
    ),
  );
}

beforeAll(async () => {
  const forms = markedForms();
  it = await startTestGateway({
    orders: [...orders, ...forms],
    without: [orders[2]!.waybill.code!],
    batch: 1,
  });
  const seller = it.sellers.get(first!.seller.code!)!;
  owner = await staff(seller.tenantId, MARKS.staff, 'staff@example.com');
  const [cleared, refused, waiting] = await handIn(owner, orders);
  const done = await declarationWhere(owner, cleared!, (d) => d.verdict === 'cleared');
  const bad = await declarationWhere(owner, refused!, (d) =>
    d.documents.some((doc) => doc.delivery === 'refused'),
  );
  await owner.post(`/v1/declarations/${bad.id}/resubmit`, {
    reason: MARKS.correctionReason,
    changes: { note: MARKS.correctedNote },
  });
  const open = await declarationWhere(owner, waiting!, (d) => d.documents.length > 0);
  const held = open.documents.find((d) => d.delivery === 'waiting' && d.waitingFor?.reason === 'party')!;
  await owner.post(`/v1/documents/${held.id}/declared-elsewhere`, { note: MARKS.decisionNote });
  const { filingId } = await owner.post<{ filingId: string }>(`/v1/declarations/${cleared}/return`, {
    reason: MARKS.returnReason,
    lines: [{ gnum: '1', qty: '1' }],
    transport: { trafMode: '5', trafName: 'CA438', voyageNo: '20261201', billNo: '99912345678' },
  });
  // Shown with the words of a receipt, as customs would write them.
  await eventually(
    async () =>
      (
        await it.gateway.store.query<{ n: number }>(
          `update receipts set info = info || $1 where tenant_id = $2 and info not like '%' || $1 returning 1 as n`,
          [MARKS.customsWords, seller.tenantId],
        )
      ).rows.length,
    (n) => n > 0,
  );
  const upload = await owner.upload<{ id: string }>(
    '/v1/imports?fileName=orders.xlsx',
    await orderFile('orders.xlsx', [{ ...orders[0]!, goodsValue: '1' }]),
  );
  await eventually(
    () => owner.get<Import>(`/v1/imports/${upload.id}`),
    (i) => i.state === 'done',
    60_000,
  );
  const bytesOf = (d: Declaration, kind: string) =>
    d.timeline.flatMap((e) => (e.bytes?.includes(`/${kind}/`) ? [e.bytes.split('/')[3]!] : []));
  ids['/v1/declarations/'] = [cleared!, refused!, waiting!];
  ids['/v1/filings/'] = [filingId];
  ids['/v1/messages/'] = bytesOf(done, 'messages');
  ids['/v1/receipts/'] = bytesOf(done, 'receipts');
  ids['/v1/imports/'] = [upload.id];
  await recordsOfSeller(cleared!);
  const batch = await owner.post<{ id: string }>('/v1/filing-batches', {
    messageType: 'CEB625Message',
    from: {
      declarationIds: [cleared],
      lines: [{ gnum: '1', qty: '1' }],
      input: { reason: MARKS.draftReason },
    },
  });
  ids['/v1/filing-batches/'] = [batch.id];
  exporter = await staff(
    it.sellers.get(forms[0].seller.code!)!.tenantId,
    FORM_MARKS.exporterStaff,
    'exporter@example.com',
  );
  for (const [start, planted] of Object.entries(await plantForms(exporter, it.operator)))
    ids[start] = [...(ids[start] ?? []), ...planted];
  const committee = await it.operator.post<{ tenantId: string }>('/v1/enterprises', {
    code: null,
    name: '另一区商务委员会',
    role: 'officer',
  });
  official = await staff(committee.tenantId, COMMITTEE_MARKS.committeeStaff, 'official@example.com');
  await recordsOfCommittee();
  const records = await owner.get<{ items: { id: string }[] }>(
    `/v1/figures/records?from=2020-01&to=2099-12&direction=I&limit=5`,
  );
  ids['/v1/figures/records/'] = records.items.map((r) => r.id);
  askers = {
    officer: (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client,
    'another seller': (
      await enrol(it.operator, { code: makeUscc(5002), name: '重庆旁观贸易有限公司', role: 'seller' })
    ).client,
    'a broker without mandate': (
      await enrol(it.operator, { code: null, name: '重庆无委托报关行', role: 'broker' })
    ).client,
    nobody: new Client(it.server.url),
  };
}, 120_000);
afterAll(() => it.close());

const QUERIES: Record<string, string> = {
  '/v1/tray': '?open=false',
  '/v1/refusals/explain': '?receiptType=CEB622Message&status=100',
};
const FORMS_OF: Record<string, string[]> = {
  '/v1/declarations/{id}/form.pdf': ['?message=DecMessage', '?message=EEntDeclIo'],
};
/** Every request to a GET route that may show something of the seller. */
function requestsOf(route: AnyRoute): string[] {
  const query =
    QUERIES[route.path] ??
    (/^\/v1\/(totals|figures)/.test(route.path) ? '?from=2020-01&to=2099-12&direction=I' : '');
  if (!route.path.includes('{')) return [route.path + query];
  if (route.path === '/v1/templates/{file}') return ['/v1/templates/9610.csv'];
  // Of several that fit, the longest says most.
  const prefix = Object.keys(ids)
    .filter((start) => route.path.startsWith(start))
    .sort((a, b) => b.length - a.length)[0];
  const known = prefix === undefined ? [UNKNOWN_ID] : ids[prefix]!;
  return known.flatMap((id) => {
    const path = route.path
      .replace('{bytes}', ids[route.path.includes('/messages/') ? '/v1/messages/' : '/v1/receipts/']![0]!)
      .replace('{number}', '1')
      .replace('{enterprise}', orders[0]!.seller.code!)
      .replace(/\{\w+\}/g, id);
    return (FORMS_OF[route.path] ?? ['']).map((form) => path + form);
  });
}

/** What a person reads in an answer: cells of a workbook, pages of a PDF, files of an archive. */
const texts = async (response: Response): Promise<string> => {
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('zip')) {
    const files: string[] = [];
    const archive = await fromBufferPromise(bytes);
    for await (const entry of archive.eachEntry())
      files.push(entry.fileName, (await buffer(await archive.openReadStreamPromise(entry))).toString('utf8'));
    return files.join('\n');
  }
  if (type.includes('pdf') && response.ok && bytes.length > 100) return pdfText(bytes);
  return bytes.subarray(0, 2).toString() === 'PK' || type.includes('spreadsheet')
    ? JSON.stringify(await readSheet(bytes).catch(() => ''))
    : bytes.toString('utf8');
};

/** Routes that answered somebody with what there is: the others showed nothing because they were asked wrongly. */
const answered = new Set<string>();

/** Which marks each GET route shows to `client`; nothing changes between the tests, so each client walks once. */
const walks = new Map<Client, Promise<Record<string, string[]>>>();
function shownTo(client: Client): Promise<Record<string, string[]>> {
  const walked = walks.get(client) ?? walk(client);
  walks.set(client, walked);
  return walked;
}

async function walk(client: Client): Promise<Record<string, string[]>> {
  const shown: Record<string, string[]> = {};
  for (const route of walkable()) {
    const said = await Promise.all(
      requestsOf(route).map(async (path) => {
        const answer = await client.raw('GET', path);
        if (answer.ok) answered.add(route.path);
        return texts(answer);
      }),
    );
    const found = Object.entries(ALL_MARKS).flatMap(([name, mark]) =>
      said.some((text) => text.includes(mark)) ? [name] : [],
    );
    if (found.length > 0) shown[route.path] = found;
  }
  return shown;
}

const walkable = () =>
  allRoutes(it.gateway).filter((route) => route.method === 'get' && route.media !== 'text/event-stream');

/** Routes this file makes nothing for: awards beyond a round that was opened, and stock abroad. */
const UNREACHED = [
  '/v1/awards/estimate',
  '/v1/awards/evidence/{id}',
  '/v1/awards/policies/{policy}',
  '/v1/awards/rounds/{id}/compare',
  '/v1/awards/rounds/{id}/enterprises/{enterprise}/sheet.pdf',
  '/v1/awards/rounds/{id}/frozen.json',
  '/v1/warehouses/stock/{id}/entries',
];

/** Where committees work with each other: what one typed is there for the others. */
const COMMITTEES = [
  '/v1/registry/enterprises/{code}',
  '/v1/awards/rounds',
  '/v1/awards/rounds/{id}',
  '/v1/awards/rounds/{id}/sheet',
  '/v1/awards/rounds/{id}/sheet.xlsx',
  '/v1/awards/rounds/{id}/sheet.pdf',
  '/v1/awards/signers',
  '/v1/registry/export',
  '/v1/figures/closings',
  '/v1/figures/snapshots',
  '/v1/figures/snapshots/{id}',
  '/v1/figures/history',
];

describe('persons, and what people wrote freely', () => {
  test('are shown to the seller itself, each of them somewhere, so that the walk can fail', async () => {
    const shown = await shownTo(owner);
    const marks = new Set(Object.values(shown).flat());
    expect([...marks].sort()).toEqual(Object.keys(MARKS).sort());
    expect(new Set(Object.values(await shownTo(official)).flat())).toEqual(
      new Set(Object.keys(COMMITTEE_MARKS)),
    );
    const forms = await shownTo(exporter);
    expect([...new Set(Object.values(forms).flat())].sort()).toEqual(Object.keys(FORM_MARKS).sort());
    // What nobody of these was answered, the operator is.
    for (const route of walkable().filter(({ path }) => !answered.has(path)))
      for (const path of requestsOf(route))
        if ((await it.operator.raw('GET', path)).ok) answered.add(route.path);
    const unanswered = walkable().filter(({ path }) => !answered.has(path));
    expect(unanswered.map(({ path }) => path).sort()).toEqual(UNREACHED);
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining([
        '/v1/declarations/{id}',
        '/v1/filings',
        '/v1/filings/{id}',
        '/v1/messages/{id}/xml',
        '/v1/imports/{id}/errors-file',
        '/v1/warehouses',
        '/v1/warehouses/{id}',
        '/v1/settlements',
        '/v1/settlements/export',
        '/v1/tax-records',
        '/v1/declarations/{id}/records',
        '/v1/goods/{sku}/history',
      ]),
    );
    expect(ids['/v1/figures/records/']!.length).toBeGreaterThan(0);
  }, 180_000);

  test.each(['officer', 'another seller', 'a broker without mandate', 'nobody'])(
    'are shown to %s by no route, export or file',
    async (who) => {
      const shown = { ...(await shownTo(askers[who]!)) };
      for (const route of COMMITTEES) if (who === 'officer') delete shown[route];
      expect(shown).toEqual({});
    },
  );

  test('what was typed of an officer stays with committees: no seller is shown it, not even of itself', async () => {
    const names = Object.keys(COMMITTEE_MARKS);
    for (const client of [owner, askers['another seller']!, askers['a broker without mandate']!])
      expect(
        Object.entries(await shownTo(client)).filter(([, marks]) => marks.some((m) => names.includes(m))),
      ).toEqual([]);
  });

  test('nobody but the enterprise, its broker and the operator takes the evidence of a declaration', async () => {
    const path = `/v1/declarations/${ids['/v1/declarations/']![0]}/evidence`;
    expect((await owner.raw('GET', path)).status).toBe(200);
    const refused = Object.values(askers).map(async (client) => (await client.raw('GET', path)).status);
    expect(await Promise.all(refused)).toEqual([403, 404, 404, 401]);
  });

  test('nobody else is shown what a correction would change', async () => {
    const path = `/v1/declarations/${ids['/v1/declarations/']![0]}/corrections/preview`;
    const body = JSON.stringify({ changes: { note: 'x' } });
    const asked = async (client: Client) => {
      const answer = await client.raw('POST', path, body, { 'Content-Type': 'application/json' });
      const text = await answer.text();
      return [answer.status, Object.values(MARKS).some((mark) => text.includes(mark))];
    };
    expect(await asked(owner)).toEqual([200, expect.anything()]);
    expect(await Promise.all(Object.values(askers).map(asked))).toEqual([
      [403, false],
      [404, false],
      [404, false],
      [401, false],
    ]);
  });

  test('an officer sees what stands, when and with which status all the same', async () => {
    const seen = await askers.officer!.get<Declaration>(`/v1/declarations/${ids['/v1/declarations/']![0]}`);
    expect(seen.verdict).toBe('cleared');
    expect(seen.timeline.some((e) => e.kind === 'receipt' && e.status !== null)).toBe(true);
    expect(seen.timeline.every((e) => e.bytes === null)).toBe(true);
  });
});
