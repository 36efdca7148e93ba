import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSheet } from 'read-excel-file/node';
import type { AnyRoute } from '../../src/http/route.js';
import { allRoutes } from '../../src/http/routes.js';
import { Client, enrol } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn, marked, type Declaration, type Import } from '../support/journey.js';
import { orderFile } from '../support/orderFile.js';
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
} as const;

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
let askers: Record<string, Client>;
/** For each route, the requests that reach the seller's data. */
const ids: Record<string, string[]> = {};

const json = { 'Content-Type': 'application/json' };
const UNKNOWN_ID = '01990000-0000-7000-8000-000000000001';

/** A person of the seller, signed in as in the console. */
async function staff(tenantId: string): Promise<Client> {
  const { activation } = await it.operator.post<{ activation: string }>('/v1/users', {
    tenantId,
    name: MARKS.staff,
    email: 'staff@example.com',
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

beforeAll(async () => {
  it = await startTestGateway({ orders, without: [orders[2]!.waybill.code!], batch: 1 });
  const seller = it.sellers.get(first!.seller.code!)!;
  owner = await staff(seller.tenantId);
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
/** Every request to a GET route that may show something of the seller. */
function requestsOf(route: AnyRoute): string[] {
  const query =
    QUERIES[route.path] ??
    (/^\/v1\/(totals|figures)/.test(route.path) ? '?from=2020-01&to=2099-12&direction=I' : '');
  if (!route.path.includes('{')) return [route.path + query];
  if (route.path === '/v1/templates/{file}') return ['/v1/templates/9610.csv'];
  const known = Object.entries(ids).find(([prefix]) => route.path.startsWith(prefix))?.[1] ?? [UNKNOWN_ID];
  return known.map((id) => route.path.replace(/\{\w+\}/g, id));
}

const texts = async (response: Response): Promise<string> => {
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  // A workbook is searched by its cells.
  return bytes.subarray(0, 2).toString() === 'PK' || type.includes('spreadsheet')
    ? JSON.stringify(await readSheet(bytes).catch(() => ''))
    : bytes.toString('utf8');
};

/** Which marks each GET route shows to `client`. */
async function shownTo(client: Client): Promise<Record<string, string[]>> {
  const shown: Record<string, string[]> = {};
  for (const route of allRoutes(it.gateway)) {
    if (route.method !== 'get' || route.media === 'text/event-stream') continue;
    for (const path of requestsOf(route)) {
      const text = await texts(await client.raw('GET', path));
      const found = Object.entries(MARKS).flatMap(([name, mark]) => (text.includes(mark) ? [name] : []));
      if (found.length > 0) shown[route.path] = [...new Set([...(shown[route.path] ?? []), ...found])];
    }
  }
  return shown;
}

describe('persons, and what people wrote freely', () => {
  test('are shown to the seller itself, each of them somewhere, so that the walk can fail', async () => {
    const shown = await shownTo(owner);
    const marks = new Set(Object.values(shown).flat());
    expect([...marks].sort()).toEqual(Object.keys(MARKS).sort());
    expect(Object.keys(shown)).toEqual(
      expect.arrayContaining([
        '/v1/declarations/{id}',
        '/v1/filings',
        '/v1/filings/{id}',
        '/v1/messages/{id}/xml',
        '/v1/imports/{id}/errors-file',
      ]),
    );
    expect(ids['/v1/figures/records/']!.length).toBeGreaterThan(0);
  });

  test.each(['officer', 'another seller', 'a broker without mandate', 'nobody'])(
    'are shown to %s by no route, export or file',
    async (who) => {
      expect(await shownTo(askers[who]!)).toEqual({});
    },
  );

  test('an officer sees what stands, when and with which status all the same', async () => {
    const seen = await askers.officer!.get<Declaration>(`/v1/declarations/${ids['/v1/declarations/']![0]}`);
    expect(seen.verdict).toBe('cleared');
    expect(seen.timeline.some((e) => e.kind === 'receipt' && e.status !== null)).toBe(true);
    expect(seen.timeline.every((e) => e.bytes === null)).toBe(true);
  });
});
