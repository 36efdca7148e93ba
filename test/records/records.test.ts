import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { dayOf } from '../../src/base/clock.js';
import type {
  orderRecordsSchema,
  recordSeriesSchema,
  settlementSchema,
  settlementsTakenSchema,
  taxRecordSchema,
  taxRecordsTakenSchema,
} from '../../src/views/records/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import {
  declarationWhere,
  handIn,
  ordersOfOneSeller,
  type Declaration,
  type Totals,
} from '../support/journey.js';

type Taken = z.output<typeof settlementsTakenSchema>;
type TaxTaken = z.output<typeof taxRecordsTakenSchema>;
type Records = z.output<typeof orderRecordsSchema>;
type Series = z.output<typeof recordSeriesSchema>;

const orders = ordersOfOneSeller(3, { batch: 'RC' }).map((order) => ({ ...order }));
const [first, second] = orders;
const today = dayOf(new Date());
let it: TestGateway;
let owner: Client;
let broker: Client;
let stranger: Client;
let officer: Client;
let ids: string[];
let iso: string;
let ordered: number;

beforeAll(async () => {
  it = await startTestGateway({ orders, batch: 3 });
  const seller = it.sellers.get(first!.seller.code!)!;
  owner = seller.client;
  const agent = await enrol(it.operator, {
    code: '91500108MA6DEM0B17',
    name: '重庆代理报关行',
    role: 'broker',
  });
  broker = agent.client;
  await it.operator.post('/v1/mandates', {
    sellerTenantId: seller.tenantId,
    brokerTenantId: agent.enterprise.tenantId,
    validFrom: '2026-01-01',
  });
  stranger = (await enrol(it.operator, { code: '91500000MA5U0ABC13', name: '重庆旁观卖家', role: 'seller' }))
    .client;
  officer = (await enrol(it.operator, { code: null, name: '商务委', role: 'officer' })).client;
  ids = await handIn(owner, orders);
  for (const id of ids) await declarationWhere(owner, id, (d) => d.verdict === 'cleared');
  const { settlement } = await owner.get<Records>(`/v1/declarations/${ids[0]}/records`);
  iso = settlement.currency;
  ordered = Number(settlement.ordered);
});
afterAll(() => it.close());

const row = (values: Record<string, string>) => ({
  institution: '示例银行重庆分行',
  licenceNo: 'B0001',
  licenceTo: '2030-01-01',
  currency: iso,
  settledOn: today,
  ...values,
});
const settle = (values: Record<string, string>, client = owner) =>
  client.post<Taken>('/v1/settlements', { settlements: [row(values)] });
const records = (at: number, client = owner) => client.get<Records>(`/v1/declarations/${ids[at]}/records`);

describe('settlement', () => {
  test('is linked to its order, partly and wholly; more than the order is said, and trade is not touched', async () => {
    const month = today.slice(0, 7);
    const totals = () => owner.get<Totals>(`/v1/totals?from=${month}&to=${month}`);
    const before = await totals();
    expect((await records(0)).settlement).toMatchObject({ state: 'none', settled: '0' });
    const half = (ordered / 2).toFixed(2);
    expect(await settle({ reference: 'FX-1', amount: half, orderNo: first!.orderNo! })).toMatchObject({
      added: 1,
      applied: 1,
      faults: [],
    });
    expect((await records(0)).settlement).toMatchObject({ state: 'partial', settled: String(Number(half)) });
    const rest = (ordered - Number(half)).toFixed(2);
    await settle({ reference: 'FX-2', amount: rest, orderNo: first!.orderNo! });
    expect((await records(0)).settlement.state).toBe('full');
    await settle({ reference: 'FX-3', amount: '1', orderNo: first!.orderNo! });
    expect((await records(0)).settlement.state).toBe('over');
    expect({ ...(await totals()), asOf: before.asOf }).toEqual(before);
  });

  test('one reference is one settlement for several orders, up to its amount, and counts once', async () => {
    const shared = { reference: 'FX-9', amount: '10' };
    expect(await settle({ ...shared, orderNo: first!.orderNo!, applied: '6' })).toMatchObject({
      added: 1,
      applied: 1,
    });
    expect(await settle({ ...shared, orderNo: first!.orderNo!, applied: '6' })).toMatchObject({
      added: 0,
      again: 1,
    });
    expect(await settle({ ...shared, orderNo: second!.orderNo!, applied: '4.01' })).toMatchObject({
      applied: 0,
      faults: [{ code: 'N01' }],
    });
    const answers = await Promise.all(
      [second, orders[2]].map((order) => settle({ ...shared, orderNo: order!.orderNo!, applied: '4' })),
    );
    expect(answers.map((a) => a.applied).sort()).toEqual([0, 1]);
    expect((await settle({ ...shared, amount: '11' })).faults[0]!.message.zh).toContain('已登记为');
    await expect(
      it.gateway.store.query(
        `insert into settlement_applications (id, tenant_id, settlement_id, declaration_id, amount, recorded_by)
         select gen_random_uuid(), tenant_id, id, $1, 5, 'test' from settlements where reference = 'FX-9'`,
        [ids[2]],
      ),
    ).rejects.toThrow(/settlement_not_beyond|duplicate/);
  });

  test('a file of a bank is read row by row, in the words of its columns, and a broker may hand it in for its sellers', async () => {
    const csv = Buffer.from(
      [
        '银行名称,交易流水号,收汇币种,收汇金额,入账日期,核销订单号,牌照有效期至,牌照编号',
        `示例银行,BK-1,${iso},3.00,${today},${second!.orderNo},2020-01-01,OLD`,
        `示例银行,BK-2,${iso},三块,${today},${second!.orderNo},,`,
        `示例银行,BK-3,贝壳币,3.00,${today},${second!.orderNo},,`,
        `示例银行,BK-4,${iso},3.00,${today},NO-SUCH-ORDER,,`,
        `示例银行,BK-5,${iso},3.00,2999-01-01,${second!.orderNo},,`,
      ].join('\n'),
    );
    const taken = await broker.upload<Taken>('/v1/settlements/import?fileName=bank.csv', csv);
    expect(taken).toMatchObject({ added: 1, applied: 1, unread: [] });
    expect(taken.faults.map((f) => f.path)).toEqual(['row.3', 'row.4', 'row.5', 'row.6']);
    expect(taken.faults[0]!.message.zh).toContain('收汇金额');
    const { items } = await owner.get<{ items: z.output<typeof settlementSchema>[] }>(
      '/v1/settlements?search=BK-1',
    );
    expect(items).toMatchObject([
      { licence: 'expired', orders: [{ orderNo: second!.orderNo }], applied: '3' },
    ]);
    const file = await owner.raw('GET', '/v1/settlements/export?format=csv');
    const again = await owner.upload<Taken>(
      '/v1/settlements/import?fileName=again.csv',
      Buffer.from(await file.arrayBuffer()),
    );
    expect(again).toMatchObject({ added: 0, applied: 0, faults: [] });
  });

  test('what was recorded wrongly is taken back, stays in the history, and may come again', async () => {
    const { items } = await owner.get<{ items: z.output<typeof settlementSchema>[] }>(
      '/v1/settlements?search=FX-3',
    );
    const path = `/v1/settlements/${items[0]!.id}/withdraw`;
    await expect(stranger.post(path, { why: 'x' })).rejects.toThrow('404');
    await owner.post(path, { why: '录错' });
    await expect(owner.post(path, { why: '录错' })).rejects.toThrow('404');
    expect((await records(0)).settlement.items.map((i) => i.reference)).not.toContain('FX-3');
    const kept = await owner.get<{ items: z.output<typeof settlementSchema>[] }>(
      '/v1/settlements?search=FX-3&withdrawn=true',
    );
    expect(kept.items[0]).toMatchObject({ withdrawnWhy: '录错' });
    expect(await settle({ reference: 'FX-3', amount: '1' })).toMatchObject({ added: 1, faults: [] });
  });
});

describe('tax', () => {
  const tax = (values: Record<string, string>, client = owner) =>
    client.post<TaxTaken>('/v1/tax-records', {
      taxRecords: [{ kind: '退税', status: '已申报', amount: '13.00', happenedOn: today, ...values }],
    });

  test('statuses of a claim follow each other, the newest counts, and all stand on the timeline of the order', async () => {
    const orderNo = first!.orderNo!;
    expect(await tax({ orderNo, reference: 'B1', happenedOn: '2026-11-01' })).toMatchObject({
      added: 1,
      faults: [],
    });
    expect(await tax({ orderNo, reference: 'B1', status: '已退付' })).toMatchObject({ added: 1 });
    expect(await tax({ orderNo, reference: 'B1', status: '已退付' })).toMatchObject({ added: 0, again: 1 });
    const found = await records(0);
    expect(found.tax.map((t) => [t.status, t.standing])).toEqual([
      ['paid', true],
      ['applied', false],
    ]);
    expect(found.customs.clearedAt).not.toBeNull();
    const { timeline } = await owner.get<Declaration>(`/v1/declarations/${ids[0]}`);
    const titles = timeline.filter((e) => e.kind === 'record').map((e) => e.title.zh);
    expect(titles).toEqual(expect.arrayContaining(['退税：已申报', '退税：已退付', '收汇']));
  });

  test('rows without an order, with a strange status or too many decimals come back in words', async () => {
    const wrong = await owner.post<TaxTaken>('/v1/tax-records', {
      taxRecords: [
        { kind: '退税', status: '已申报', amount: '1', happenedOn: today },
        { kind: '退税', status: '大概', amount: '1', happenedOn: today, orderNo: first!.orderNo! },
        { kind: '免税', status: '已申报', amount: '1.005', happenedOn: today, orderNo: first!.orderNo! },
      ],
    });
    expect(wrong.faults.map((f) => f.path)).toEqual(['row.1', 'row.2', 'row.3']);
    expect(wrong.added).toBe(0);
  });
});

test('the series by month are those of a recount in SQL, each apart', async () => {
  const series = await owner.get<Series>(`/v1/records/series?from=${today.slice(0, 4)}-01-01&to=${today}`);
  const { rows } = await it.gateway.store.query<{ cny: string; n: number; applied: string }>(
    `select sum(cny)::text as cny, count(*)::int as n,
            (select sum(round(s.cny * p / s.amount, 2)) from (select settlement_id, sum(amount) as p from settlement_applications
               where withdrawn_at is null group by 1) x join settlements s on s.id = x.settlement_id)::text as applied
       from settlements where withdrawn_at is null`,
  );
  expect(series.settlements).toHaveLength(1);
  expect(series.settlements[0]).toMatchObject({
    kind: 'received',
    cny: rows[0]!.cny,
    records: rows[0]!.n,
    appliedCny: rows[0]!.applied,
  });
  expect(series.tax.map((t) => [t.status, t.records])).toEqual([['paid', 1]]);
});

test('a credit entry of the registry about a party shows with the records of its declarations', async () => {
  expect((await records(0)).hits).toEqual([]);
  await officer.post('/v1/registry/facts', {
    facts: [
      {
        code: first!.seller.code,
        kind: '经营异常',
        validFrom: '2026-11-01',
        source: '国家企业信用信息公示系统',
      },
    ],
  });
  expect((await records(0)).hits).toMatchObject([{ code: first!.seller.code, text: { zh: '经营异常名录' } }]);
});

test('nobody else sees the records, the committee sees them and changes nothing', async () => {
  for (const path of ['/v1/settlements', '/v1/tax-records'])
    expect((await stranger.get<{ items: unknown[] }>(path)).items).toEqual([]);
  expect((await stranger.raw('GET', `/v1/declarations/${ids[0]}/records`)).status).toBe(404);
  expect((await stranger.get<Series>('/v1/records/series')).settlements).toEqual([]);
  const other = await settle({ reference: 'ST-1', amount: '1', orderNo: first!.orderNo! }, stranger);
  expect(other.faults[0]!.message.zh).toContain('没有订单');
  const seen = await officer.get<{ items: z.output<typeof taxRecordSchema>[] }>('/v1/tax-records');
  expect(seen.items.length).toBe(2);
  await expect(settle({ reference: 'OF-1', amount: '1' }, officer)).rejects.toThrow('403');
});
