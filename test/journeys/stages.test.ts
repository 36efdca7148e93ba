import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSheet } from 'read-excel-file/node';
import type { z } from 'zod';
import type { bulkActionResultSchema } from '../../src/http/declarations/contract.js';
import { todoStages } from '../../src/terms/stage.js';
import { stageSchema } from '../../src/terms/stageSchema.js';
import type { countsSchema, declarationSummarySchema } from '../../src/views/declarations/shapes.js';
import type { Client } from '../support/client.js';
import { eventually, startTestGateway, type TestGateway } from '../support/gateway.js';
import { handIn, marked, ordersOfOneSeller } from '../support/journey.js';

type Counts = z.output<typeof countsSchema>;
type Summary = z.output<typeof declarationSummarySchema>;
interface Page {
  items: Summary[];
  next: string | null;
}

const plain = ordersOfOneSeller(8, { seed: 77, batch: 'S' });
const carrier = { code: '5010CARR77', name: '没有密钥的物流企业' };
const orders = [
  plain[0]!,
  marked(plain[1]!, '-SBREFUSE'),
  marked(plain[2]!, '-SBORDER100'),
  marked(plain[3]!, '-SBDETAIN'),
  marked(plain[4]!, '-SBNOCLEAR'),
  marked(plain[5]!, '-SBSILENT'),
  { ...plain[6]!, waybill: { ...plain[6]!.waybill, ...carrier } },
  marked(plain[7]!, '-SBREFUSE'),
];
const EXPECTED = { cleared: 1, refused: 3, detained: 1, released: 1, declaring: 0, preparing: 1, party: 1 };
let it: TestGateway;
let client: Client;
let ids: string[];
const listed = (query: string) => client.get<Page>(`/v1/declarations?limit=200&${query}`);
const counts = (query = '') => client.get<Counts>(`/v1/declarations/counts?${query}`);

beforeAll(async () => {
  it = await startTestGateway({ orders, without: [carrier.code] });
  client = [...it.sellers.values()][0]!.client;
  ids = await handIn(client, orders);
  await eventually(
    () => counts(),
    (c) => Object.entries(EXPECTED).every(([stage, n]) => c.byStage[stage as 'party'] === n),
  );
}, 90_000);
afterAll(() => it.close());

test('every declaration stands in exactly one stage, and each counter equals the rows it opens', async () => {
  const all = await counts();
  expect(all.total).toBe(orders.length);
  const seen: string[] = [];
  for (const stage of stageSchema.options) {
    const { items } = await listed(`stage=${stage}`);
    expect([stage, items.length]).toEqual([stage, all.byStage[stage]]);
    expect(items.every((one) => one.stage === stage)).toBe(true);
    seen.push(...items.map((one) => one.id));
  }
  expect(seen.sort()).toEqual([...ids].sort());
  const { rows } = await it.gateway.store.query<{ stage: string; n: number }>(
    'select stage, count(*)::int as n from declarations group by 1',
  );
  for (const { stage, n } of rows) expect([stage, all.byStage[stage as 'party']]).toEqual([stage, n]);
});

test('what needs a person is the same by stage, by mark and by number, and says the cause in words', async () => {
  const all = await counts();
  const { items } = await listed('attention=true');
  expect(items).toHaveLength(all.attention);
  expect(all.attention).toBe(todoStages.reduce((n, stage) => n + all.byStage[stage], 0));
  expect(all.attention).toBe(5);
  for (const one of items) {
    expect(todoStages).toContain(one.stage);
    expect(one.cause?.text.zh).toMatch(/\p{Script=Han}/u);
    expect(one.cause?.text.en.replace(carrier.name, '')).not.toMatch(/\p{Script=Han}/u);
  }
  const waiting = items.find((one) => one.stage === 'party');
  expect(waiting?.cause).toMatchObject({ code: null, text: { zh: expect.stringContaining(carrier.name) } });
  const refused = items.filter((one) => one.stage === 'refused');
  expect(refused.map((one) => one.cause?.code).sort()).toEqual(['1300', '1327', '1327']);
  expect((await listed('attention=false')).items.every((one) => one.cause === null)).toBe(true);
});

test('a declaration is found by any part of any of its numbers, in any case', async () => {
  const one = (await listed('stage=cleared')).items[0]!;
  const order = orders.find((o) => o.orderNo === one.orderNo)!;
  const numbers = [
    one.orderNo,
    one.copNo,
    one.invtNo,
    one.preNo,
    order.waybill.logisticsNo,
    order.payment.payNo,
    order.list?.billNo,
  ];
  for (const number of numbers) {
    if (!number) continue;
    const part = number.slice(2, -1).toLowerCase();
    expect(part.length).toBeGreaterThan(3);
    expect((await listed(`q=${encodeURIComponent(part)}`)).items.map((d) => d.id)).toContain(one.id);
  }
  expect((await listed(`q=${encodeURIComponent(one.orderNo.slice(3))}`)).items).toHaveLength(1);
  for (const nothing of ['%25', '_____', 'nosuchnumber'])
    expect((await listed(`q=${nothing}`)).items).toHaveLength(0);
});

test('a list can be sorted either way, and its pages hold every row once', async () => {
  const sorts: [string, (d: Summary) => string | number][] = [
    ['value', (d) => Number(d.value.amount)],
    ['order', (d) => d.orderNo],
    ['changed', (d) => d.statusTime ?? d.createdAt],
    ['created', (d) => d.createdAt],
  ];
  for (const [sort, value] of sorts)
    for (const direction of ['', '-']) {
      const paged: Summary[] = [];
      let cursor = '';
      do {
        const page = await client.get<Page>(`/v1/declarations?limit=3&sort=${direction}${sort}${cursor}`);
        paged.push(...page.items);
        cursor = page.next ? `&cursor=${page.next}` : '';
      } while (cursor !== '');
      expect(new Set(paged.map((d) => d.id)).size).toBe(orders.length);
      const values = paged.map(value);
      const ordered = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect([sort, direction, values]).toEqual([
        sort,
        direction,
        direction === '-' ? ordered.reverse() : ordered,
      ]);
    }
});

test('the Excel file holds the rows of the filter, with cause, and says what was asked for', async () => {
  const response = await client.raw('GET', '/v1/declarations/xlsx?stage=refused&sort=order');
  const bytes = Buffer.from(await response.arrayBuffer());
  const [head, ...rows] = await readSheet(bytes, '申报');
  const expected = (await listed('stage=refused&sort=order')).items;
  expect(rows.map((row) => row[head!.indexOf('订单编号')])).toEqual(expected.map((d) => d.orderNo));
  expect(rows.map((row) => row[head!.indexOf('代码')])).toEqual(expected.map((d) => d.cause?.code));
  expect(rows.map((row) => row[head!.indexOf('货值')])).toEqual(expected.map((d) => Number(d.value.amount)));
  const about = await readSheet(bytes, '说明');
  expect(about).toContainEqual(['筛选条件', 'stage=refused']);
  expect(about).toContainEqual(['票数', '3']);
});

test('one action on many declarations gives each its own verdict; those it does not fit stay as they are', async () => {
  const waiting = (await listed('stage=party')).items[0]!.id;
  const cleared = (await listed('stage=cleared')).items[0]!.id;
  const result = await client.post<z.output<typeof bulkActionResultSchema>>('/v1/declarations/bulk', {
    declarationIds: [waiting, cleared],
    action: 'declared-elsewhere',
    note: '物流企业回执 20261121',
  });
  expect(result).toMatchObject({ done: 1, faulty: 1 });
  expect(result.declarations.map((d) => [d.declarationId, d.outcome, d.documents])).toEqual([
    [waiting, 'done', 1],
    [cleared, 'faulty', 0],
  ]);
  expect(result.declarations[1]!.faults[0]!.code).toBe('A08');
  const after = await eventually(
    () => counts(),
    (c) => c.byStage.party === 0,
  );
  expect(after.byStage.cleared).toBeGreaterThanOrEqual(1);
});
