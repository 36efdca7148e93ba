import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { auditFigures } from '../../src/figures/audit.js';
import type {
  figureRecordDetailSchema,
  figureRecordSchema,
  figuresSchema,
  historyFileSchema,
  historyTakenSchema,
} from '../../src/views/figures/shapes.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { attemptAll } from '../support/attempts.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { LIST, type IntakeResult } from '../support/journey.js';
import { receiptFile, receiptOf } from '../support/receiptFiles.js';
import { freshOrders } from '../support/sampleOrders.js';

type Figures = z.output<typeof figuresSchema>;
type Taken = z.output<typeof historyTakenSchema>;
type Detail = z.output<typeof figureRecordDetailSchema>;
interface Records {
  items: z.output<typeof figureRecordSchema>[];
}

const orders = [...freshOrders({ count: 1, seed: 31, batch: 'HI' })];
const SELLER = orders[0]!.seller.code!;
const STRANGER = '91500114MA0H1ST0R9';
const HEAD = '清单编号,序号,事项,日期,申报日期,企业代码,企业名称,监管方式,目的国,口岸,数量,币制,金额';
let it: TestGateway;
let officer: Client;

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  officer = (await enrol(it.operator, { code: null, name: '某区商务委员会', role: 'officer' })).client;
});
afterAll(() => it.close());

const take = (lines: string[], name = '2025.csv') =>
  officer.upload<Taken>(
    `/v1/figures/history?fileName=${name}&source=${encodeURIComponent('示例海关统计数据')}`,
    Buffer.from([HEAD, ...lines].join('\n')),
  );
const figures = (query: string, client = officer) =>
  client.get<Figures>(`/v1/figures?from=2025-01&to=2026-12&${query}`);
const audited = async () => expect((await auditFigures(it.gateway.store)).differences).toEqual([]);

test('rows of a file become counting records in the month of clearance, at the rate of the declaration, marked as imported, and each leads to its row', async () => {
  const rows = [
    `H1,1,结关,2025-03-01,2025-02-28,${SELLER},甲公司,9610,502,8013,100,USD,1000.00`,
    `H1,2,结关,2025-03-01,2025-02-28,${SELLER},甲公司,9610,502,8013,10,USD,250.50`,
    `H2,1,结关,2025-04-02,,${STRANGER},乙公司,9710,116,8013,5,USD,99.99`,
  ];
  expect(await take(rows)).toMatchObject({ added: 3, unchanged: 0, versions: 3, listed: 0, faults: [] });
  const answer = await figures('by=month,enterprise');
  expect(answer.lines.map((l) => [l.key.month, l.key.enterprise, l.gross.documents, l.gross.usd])).toEqual([
    ['2025-03', SELLER, 1, '1250.50'],
    ['2025-04', STRANGER, 1, '99.99'],
  ]);
  expect(answer.imported).toMatchObject({ lines: 3, gross: { usd: '1350.49' }, net: { usd: '1350.49' } });
  const { items } = await officer.get<Records>(answer.imported.records);
  expect(items.map((r) => [r.sourceKind, r.declaration, r.rateId]).sort()[0]).toEqual([
    'history',
    null,
    'customs-monthly:2025-02:USD',
  ]);
  const first = items.find((r) => r.line === 2)!;
  const detail = await officer.get<Detail>(first.detail);
  expect(detail.imported).toMatchObject({
    documentNo: 'H1',
    file: '2025.csv',
    row: 3,
    source: '示例海关统计数据',
    sha256: createHash('sha256')
      .update([HEAD, ...rows].join('\n'))
      .digest('hex'),
  });
  expect(detail.receipts).toEqual([]);
  const { items: files } = await officer.get<{ items: z.output<typeof historyFileSchema>[] }>(
    '/v1/figures/history',
  );
  expect(files).toMatchObject([{ name: '2025.csv', lines: 3, from: '2025-03', to: '2025-04' }]);
  const seller = it.sellers.get(SELLER)!.client;
  expect((await figures('by=year', seller)).sum.gross.usd).toBe('1250.50');
  await audited();
});

test('the same file again adds nothing; a line said anew is a new version; what came back is taken off once', async () => {
  expect(
    await take([`H1,1,结关,2025-03-01,2025-02-28,${SELLER},甲公司,9610,502,8013,100,USD,1000.00`]),
  ).toMatchObject({ added: 0, unchanged: 1, versions: 0 });
  const before = await figures('by=year');
  expect(
    await take([
      `H1,1,结关,2025-03-01,2025-02-28,${SELLER},甲公司,9610,502,8013,100,USD,900.00`,
      `H1,1,退货,2025-06-09,,${SELLER},,,,,25,,`,
      `H2,,撤销,2025-07-01,,${STRANGER},,,,,,,`,
    ]),
  ).toMatchObject({ added: 3, versions: 3, faults: [] });
  const { sum } = await figures('by=month');
  expect([sum.gross.usd, sum.returned.usd, sum.withdrawn.usd, sum.net.usd]).toEqual([
    '1250.49',
    '225.00',
    '99.99',
    '925.50',
  ]);
  const { items } = await officer.get<Records>(`${sum.records}&source=history&measure=counted`);
  const { versions } = await officer.get<Detail>(
    items.find((r) => r.line === 1 && r.enterprise === SELLER)!.detail,
  );
  expect(versions.map((v) => [v.version, v.cause, v.usd])).toEqual([
    [1, 'first', '1000.00'],
    [2, 'amended', '900.00'],
  ]);
  // As of the moment before, nothing has changed.
  expect((await figures(`by=year&asOf=${before.asOf}`)).sum).toEqual(before.sum);
  await audited();
});

test('wrong rows come back with what is wrong, and do not hold up the others', async () => {
  const taken = await take([
    `H3,1,结关,2025-05-01,,${SELLER},甲公司,9999,502,8013,1,USD,10`,
    `H3,2,结关,2025-05-01,,${SELLER},甲公司,9610,月球,8013,1,USD,10`,
    `H3,3,结关,2025-05-01,,${SELLER},甲公司,9610,502,8013,1,比特币,10`,
    `H3,4,结关,2025-05-01,,${SELLER},甲公司,9610,502,8013,1,USD,`,
    `H3,5,退货,2025-05-01,,${SELLER},甲公司,9610,502,8013,1,USD,10`,
    `H1,1,结关,2025-05-01,,${STRANGER},乙公司,9610,502,8013,1,USD,10`,
    `H4,1,结关,2025-05-01,,${SELLER},甲公司,9610,502,8013,1,USD,10`,
    `H4,1,结关,2025-05-01,,${SELLER},甲公司,9610,502,8013,1,USD,11`,
  ]);
  expect(taken).toMatchObject({ added: 1 });
  expect(taken.faults.map((f) => f.path).sort()).toEqual([2, 3, 4, 5, 6, 7, 9].map((n) => `row.${n}`));
  expect((await figures('by=month&month=2025-05')).sum.gross.usd).toBe('10.00');
  await audited();
});

test('a document that the gateway itself clears counts by its list alone, whichever came first', async () => {
  expect(await it.operator.post<IntakeResult>('/v1/orders', orders)).toMatchObject({ accepted: 1 });
  await attemptAll(it.gateway.store);
  const { rows } = await it.gateway.store.query<{ document_key: string }>(
    'select document_key from documents where message_type = $1',
    [LIST],
  );
  const number = '80132026E00000HIST';
  const say = async (status: string, at: Date) => {
    const { root, xml } = receiptOf(LIST, rows[0]!.document_key, status, at, status);
    const numbered = xml.replace('<ceb:returnStatus>', `<ceb:invtNo>${number}</ceb:invtNo>$&`);
    await storeRaw(it.gateway.store, [receiptFile([{ root, xml: numbered }], `history-${status}`)]);
    while ((await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(it.gateway.log), 50)) > 0);
  };
  const net = async () => (await figures('by=year')).sum.net.usd;
  const before = await net();
  const row = `${number},1,结关,2026-11-02,,${SELLER},甲公司,9610,502,8013,1,USD,77.00`;
  expect(await take([row])).toMatchObject({ added: 1, listed: 0 });
  expect(Number(await net())).toBeCloseTo(Number(before) + 77, 2);
  await say('899', new Date());
  const { rows: own } = await it.gateway.store.query<{ usd: string }>(
    `select sum(usd) as usd from counting_records where source_kind = 'list' and ended_batch is null and measure = 'counted'`,
  );
  expect(Number(await net())).toBeCloseTo(Number(before) + Number(own[0]!.usd), 2);
  expect(await take([row.replace('77.00', '78.00')])).toMatchObject({ added: 1, versions: 0, listed: 1 });
  await audited();
  await it.gateway.recount([SELLER, STRANGER]);
  await audited();
});

test('only who may close months may take files in', async () => {
  await expect(
    it.sellers.get(SELLER)!.client.upload('/v1/figures/history?fileName=a.csv&source=xx', Buffer.from(HEAD)),
  ).rejects.toThrow(/403/);
});
