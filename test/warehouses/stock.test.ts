import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { dayOf } from '../../src/base/clock.js';
import { departLines } from '../../src/ledger/departures.js';
import type {
  movementsTakenSchema,
  warehouseFiguresSchema,
  stockEntrySchema,
  stockLineSchema,
  warehouseDetailSchema,
  warehouseSchema,
  warehousesTakenSchema,
} from '../../src/views/warehouses/shapes.js';
import type { sheetPreviewSchema } from '../../src/http/sheets/contract.js';
import { enrol, type Client } from '../support/client.js';
import { randomFrom } from '../support/companies.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

type Line = z.output<typeof stockLineSchema>;
type Taken = z.output<typeof movementsTakenSchema>;
type Entry = z.output<typeof stockEntrySchema>;

// An order whose first line has several pieces.
const order = [...freshOrders({ count: 40, seed: 402, batch: 'H', regime: '9810' })].find(
  (o) => o.lines[0]!.qty === '4',
);
const place = order!.platform.name!;
const item = order!.lines[0]!.itemNo!;
const today = dayOf(new Date());
let it: TestGateway;
let owner: Client;
let stranger: Client;
let declaration: string;

beforeAll(async () => {
  it = await startTestGateway({ orders: [order!], batch: 1 });
  owner = [...it.sellers.values()][0]!.client;
  stranger = (await enrol(it.operator, { code: null, name: '重庆旁观报关行', role: 'broker' })).client;
  [declaration = ''] = await handIn(owner, [order!]);
  await declarationWhere(owner, declaration, (d) => d.verdict === 'cleared');
});
afterAll(() => it.close());

const stock = async (client = owner) => (await client.get<{ items: Line[] }>('/v1/warehouses/stock')).items;
const line = async () => (await stock()).find((l) => l.gnum === 1)!;
let n = 0;
const move = (values: Record<string, string>, client = owner) =>
  client.post<Taken>('/v1/warehouses/movements', {
    movements: [
      {
        warehouse: place,
        itemNo: item,
        kind: 'sold',
        quantity: '1',
        occurredOn: today,
        reference: `M${n++}`,
        ...values,
      },
    ],
  });
const entries = async (id: string) =>
  (await owner.get<{ items: Entry[] }>(`/v1/warehouses/stock/${id}/entries`)).items;

describe('stock of 9810 lines', () => {
  test('departs with the receipt that clears the list, once, with the declared quantity and the three clocks apart', async () => {
    const lines = await stock();
    expect(lines).toHaveLength(order!.lines.length);
    const first = await line();
    expect([Number(first.departed), Number(first.inStock)]).toEqual([
      Number(order!.lines[0]!.qty),
      Number(order!.lines[0]!.qty),
    ]);
    expect(first).toMatchObject({ warehouse: place, lastSaleOn: null, rebate: 'advance' });
    expect(first.settleBy).toBe(`${Number(first.departedOn!.slice(0, 4)) + 1}-04-30`);
    await it.gateway.store.transaction((tx) => departLines(tx, [declaration]));
    expect(await entries(first.accountId)).toHaveLength(1);
  });

  test('of many sales at once of the last pieces as many win as there are pieces, and none goes below zero', async () => {
    const before = Number((await line()).inStock);
    const answers = await Promise.all(Array.from({ length: before + 4 }, () => move({})));
    expect(answers.filter((a) => a.taken === 1)).toHaveLength(before);
    expect(answers.filter((a) => a.faults[0]?.code === 'N01')).toHaveLength(4);
    expect(await line()).toMatchObject({
      inStock: '0',
      rebate: 'sold',
      settleBy: null,
      lastSaleOn: today,
    });
    const [sold] = (await entries((await line()).accountId)).filter((e) => e.kind === 'sold');
    await expect(
      it.gateway.store.query(
        `insert into ledger_entries (id, tenant_id, account_id, kind, quantity, occurred_on, source, recorded_by)
         select gen_random_uuid(), tenant_id, account_id, 'lost', -1, occurred_on, 'api', 'test' from ledger_entries where id = $1`,
        [sold!.id],
      ),
    ).rejects.toThrow('ledger_balance_not_negative');
    await expect(
      it.gateway.store.query('update ledger_entries set quantity = -2 where id = $1', [sold!.id]),
    ).rejects.toThrow('never changed');
  });

  test('a mistake is reversed by an entry of its own, once; the same reference counts once', async () => {
    const { accountId } = await line();
    const [sold] = (await entries(accountId)).filter((e) => e.kind === 'sold');
    const why = { why: '录错' };
    await owner.post(`/v1/warehouses/entries/${sold!.id}/reverse`, why);
    expect((await line()).inStock).toBe('1');
    await expect(owner.post(`/v1/warehouses/entries/${sold!.id}/reverse`, why)).rejects.toThrow('409');
    await expect(stranger.post(`/v1/warehouses/entries/${sold!.id}/reverse`, why)).rejects.toThrow('404');
    expect(await move({ reference: 'R-1' })).toMatchObject({ taken: 1, again: 0 });
    expect(await move({ reference: 'R-1' })).toMatchObject({ taken: 0, again: 1 });
  });

  test('after random concurrent movements and reversals the balance is the sum of the entries and never was negative', async () => {
    const random = randomFrom(7);
    const { accountId } = await line();
    for (let round = 0; round < 4; round++) {
      const sold = (await entries(accountId)).filter((e) => e.reverses === null && e.kind !== 'departed');
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const entry = sold[Math.floor(random() * sold.length)];
          if (random() < 0.5 && entry)
            await owner.raw(
              'POST',
              `/v1/warehouses/entries/${entry.id}/reverse`,
              JSON.stringify({ why: 'x' }),
              {
                'Content-Type': 'application/json',
              },
            );
          else await move({ kind: ['sold', 'lost', 'returned'][Math.floor(random() * 3)]! });
        }),
      );
      const { rows } = await it.gateway.store.query<{ wrong: number }>(
        `select count(*)::int as wrong from ledger_accounts a
          where balance < 0 or balance <> (select sum(quantity) from ledger_entries e where e.account_id = a.id)`,
      );
      expect(rows[0]!.wrong).toBe(0);
    }
    const l = await line();
    expect(Number(l.departed) - Number(l.sold) - Number(l.returned) - Number(l.lost)).toBe(Number(l.inStock));
  });

  test('nobody else sees the stock', async () => {
    expect(await stock(stranger)).toEqual([]);
    expect(
      (await stranger.raw('GET', `/v1/warehouses/stock/${(await line()).accountId}/entries`)).status,
    ).toBe(404);
  });
});

describe('transfers', () => {
  type Figures = z.output<typeof warehouseFiguresSchema>;
  const OTHER = 'Rotterdam Hall 4';
  const here = async (warehouse: string) =>
    (await stock()).find((l) => l.warehouse === warehouse && l.itemNo === item && l.gnum === 1);
  const figures = (by: string) =>
    owner.get<Figures>(`/v1/warehouses/figures?from=${today}&to=${today}&by=${by}`);

  beforeAll(async () => {
    await owner.post('/v1/warehouses', {
      warehouses: [
        { name: place, country: '美国', address: 'x', kind: 'public', acquisition: 'leased' },
        { name: OTHER, country: 'NLD', address: 'y', kind: 'own', acquisition: 'acquired' },
      ],
    });
    // Whatever the tests before took is put back, so that there is something to move.
    for (const entry of await entries((await line()).accountId))
      if (entry.reverses === null && entry.kind !== 'departed' && !entry.reversed)
        await owner.post(`/v1/warehouses/entries/${entry.id}/reverse`, { why: 'x' });
  });

  test('take goods out of one warehouse and bring them to another, once, and what was moved is sold there', async () => {
    const before = Number((await line()).inStock);
    const transfer = { kind: 'transferred', to: OTHER, quantity: '2', reference: 'T-1' };
    expect(await move(transfer)).toMatchObject({ taken: 1, faults: [] });
    expect(await move(transfer)).toMatchObject({ taken: 0, again: 1 });
    expect(await here(OTHER)).toMatchObject({ inStock: '2', movedIn: '2', departed: '0' });
    expect(await line()).toMatchObject({ inStock: String(before - 2), movedOut: '2' });
    await it.gateway.store.transaction((tx) => departLines(tx, [declaration]));
    expect((await here(OTHER))!.inStock).toBe('2');
    expect(await move({ warehouse: OTHER, quantity: '1', reference: 'S-OTHER' })).toMatchObject({ taken: 1 });
    const [gone] = (await entries((await here(OTHER))!.accountId)).filter((e) => e.kind === 'transferred');
    const used = await owner.raw(
      'POST',
      `/v1/warehouses/entries/${gone!.id}/reverse`,
      JSON.stringify({ why: '录错' }),
      { 'Content-Type': 'application/json' },
    );
    expect(used.status).toBe(409);
  });

  test('reversed, both of their entries go back', async () => {
    await move({ kind: 'transferred', to: OTHER, quantity: '1', reference: 'T-2' });
    const [out] = (await entries((await line()).accountId)).filter((e) => e.reference === 'T-2');
    expect(out).toMatchObject({ quantity: '-1', other: OTHER });
    await owner.post(`/v1/warehouses/entries/${out!.id}/reverse`, { why: '录错' });
    expect((await here(OTHER))!.inStock).toBe('1');
    expect(await move({ kind: 'transferred', to: OTHER, quantity: '1', reference: 'T-2' })).toMatchObject({
      taken: 1,
    });
  });

  test('a row that names no warehouse is refused where several have the item, as are a day to come and a day before the exit', async () => {
    const sale = { itemNo: item, quantity: '1', occurredOn: today, reference: 'NOWHERE' };
    const sell = (row: Record<string, string>) =>
      owner.post<Taken>('/v1/warehouses/movements', { movements: [row] });
    const { faults } = await sell(sale);
    expect(faults[0]!.message.zh).toContain('须填写海外仓');
    expect(
      (await sell({ ...sale, warehouse: place, occurredOn: '2999-01-01' })).faults[0]!.message.zh,
    ).toContain('还没有到');
    expect(
      (await sell({ ...sale, warehouse: place, occurredOn: '2020-01-01' })).faults[0]!.message.zh,
    ).toContain('在库 0');
  });

  test('after random concurrent sales, transfers and reversals no place was below zero on any day and nothing was lost or made', async () => {
    const random = randomFrom(11);
    const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)]!;
    for (let round = 0; round < 4; round++) {
      const known = [
        ...(await entries((await line()).accountId)),
        ...(await entries((await here(OTHER))!.accountId)),
      ];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const warehouse = pick([place, OTHER]);
          if (random() < 0.4)
            await owner.raw('POST', `/v1/warehouses/entries/${pick(known).id}/reverse`, '{"why":"x"}', {
              'Content-Type': 'application/json',
            });
          else if (random() < 0.5) await move({ warehouse });
          else await move({ warehouse, kind: 'transferred', to: warehouse === place ? OTHER : place });
        }),
      );
      const { rows } = await it.gateway.store.query<{ wrong: number }>(
        `select count(*)::int as wrong from (
           select a.line_id from ledger_accounts a
            where balance < 0 or balance <> (select sum(quantity) from ledger_entries e where e.account_id = a.id)
           union all
           select line_id from (select a.line_id, sum(sum(quantity)) over (partition by a.id order by occurred_on) as stock
                                  from ledger_accounts a join ledger_entries e on e.account_id = a.id group by a.id, occurred_on) d
            where stock < 0
           union all
           select a.line_id from ledger_accounts a join ledger_entries e on e.account_id = a.id group by a.line_id
           having coalesce(sum(quantity) filter (where kind = 'transferred'), 0) <> 0) w`,
      );
      expect(rows[0]!.wrong).toBe(0);
    }
  });

  test('figures by warehouse, country and enterprise have one sum, which a recount in SQL gives as well', async () => {
    const answers = await Promise.all(['warehouse', 'country', 'enterprise'].map(figures));
    for (const { sum } of answers) expect(sum).toEqual(answers[0]!.sum);
    expect(answers[1]!.lines.map((l) => l.text.zh).sort()).toEqual(['美国', '荷兰']);
    const { rows } = await it.gateway.store.query<{ kind: string; cny: string }>(
      `select kind, sum(round(q * cny / qty, 2))::text as cny from (
         select e.kind, a.id, r.cny, r.qty, abs(sum(e.quantity)) as q
           from ledger_entries e join ledger_accounts a on a.id = e.account_id join declaration_lines l on l.id = a.line_id
           join counting_records r on r.source_id = l.declaration_id and r.line = l.gnum and r.measure = 'counted' and r.ended_batch is null
          group by 1, 2, 3, 4) x where kind <> 'transferred' group by kind`,
    );
    const { stock: values, averageStockCny } = answers[0]!.sum;
    for (const { kind, cny } of rows)
      expect([kind, Number(values[kind as 'sold'].cny)]).toEqual([kind, Number(cny)]);
    expect(Number(values.closing.cny)).toBeCloseTo(
      Number(values.departed.cny) -
        Number(values.sold.cny) -
        Number(values.returned.cny) -
        Number(values.lost.cny),
      1,
    );
    expect(Number(values.moved_in.cny)).toBe(Number(values.moved_out.cny));
    expect(Number(averageStockCny)).toBeCloseTo(Number(values.closing.cny), 2);
  });
});

describe('sales orders as platforms export them', () => {
  const other = order!.lines[1]!.itemNo!;

  test('are read by the columns they have; what a column means is said once, and faults speak in the words of the file', async () => {
    const csv = Buffer.from(
      [
        'order-id,purchase-date,sku,quantity-shipped,Hall,ship-country',
        `112-1,${today}T01:00:00+00:00,${other},1,${place},US`,
        `112-2,${today}T01:00:00+00:00,${other},one,${place},US`,
      ].join('\n'),
    );
    const preview = await owner.upload<z.output<typeof sheetPreviewSchema>>(
      '/v1/sheets/preview?sheet=movements&fileName=amazon.csv',
      csv,
    );
    expect(preview.missing).toEqual([]);
    expect(preview.columns.filter((c) => c.key === null).map((c) => c.header)).toEqual([
      'Hall',
      'ship-country',
    ]);
    expect(preview.columns.find((c) => c.header === 'Hall')!.samples).toEqual([place]);
    await owner.post('/v1/sheets/columns?sheet=movements', {
      columns: { Hall: 'warehouse', 'ship-country': '' },
    });
    const taken = await owner.upload<Taken>('/v1/warehouses/movements/import?fileName=amazon.csv', csv);
    expect(taken).toMatchObject({ taken: 1, unread: [], faults: [{ code: 'N01', path: 'row.3' }] });
    expect(taken.faults[0]!.message.zh).toContain('quantity-shipped');
    expect(await owner.upload('/v1/warehouses/movements/import?fileName=amazon.csv', csv)).toMatchObject({
      taken: 0,
      again: 1,
    });
  });
});

describe('the register of warehouses', () => {
  type Entered = z.output<typeof warehousesTakenSchema>;
  type Detail = z.output<typeof warehouseDetailSchema>;
  let id: string;

  test('is imported from a file, keeps areas by day, and comes out as a file that changes nothing', async () => {
    const csv = Buffer.from(
      [
        '海外仓名称,国家,地址,性质,取得方式,面积（平方米）,面积起算日',
        `Halle Ost,德国,1200 Harbor Ave,公共,租赁,1000,2026-01-01`,
        `坏行,美国,x,公共,借用,1,2026-01-01`,
        `坏国,亚特兰蒂斯,x,公共,租赁,1,2026-01-01`,
      ].join('\n'),
    );
    const entered = await owner.upload<Entered>('/v1/warehouses/import?fileName=w.csv', csv);
    expect(entered).toMatchObject({ added: 1, changed: 0 });
    expect(entered.faults.map((f) => f.path).sort()).toEqual(['row.3', 'row.4']);
    const all = async (day = today) =>
      (await owner.get<{ items: z.output<typeof warehouseSchema>[] }>(`/v1/warehouses?on=${day}`)).items.find(
        (w) => w.name === 'Halle Ost',
      )!;
    ({ id } = await all());
    await owner.post('/v1/warehouses', {
      warehouses: [{ ...(await all()).data, area: '3000', areaFrom: '2026-01-11' }],
    });
    expect(await all('2026-01-10')).toMatchObject({ area: '1000.00', averageArea: '1000.00', version: 2 });
    expect(await all('2026-01-20')).toMatchObject({ area: '3000.00', averageArea: '2000.00' });
    expect((await all()).country).toEqual({ zh: '德国', en: 'Germany' });
    const file = await owner.raw('GET', '/v1/warehouses/export?format=xlsx');
    const again = await owner.upload<Entered>(
      '/v1/warehouses/import?fileName=w.xlsx',
      Buffer.from(await file.arrayBuffer()),
    );
    expect(again).toMatchObject({ added: 0, changed: 0, same: 3, faults: [] });
  });

  test('the share of the enterprise is what its chain gives on the day, and enterprises served count from their day', async () => {
    const seller = [...it.sellers.keys()][0]!;
    const served = '91500000MA5U0ABC13';
    const row = (values: Record<string, string>) => ({
      warehouse: 'Halle Ost',
      validFrom: '2026-01-01',
      ...values,
    });
    const facts = [
      row({ kind: 'holding', subject: order!.seller.name!, object: 'HK Ltd', share: '80' }),
      row({ kind: 'holding', subject: order!.seller.name!, object: 'Berlin GmbH', share: '10' }),
      row({ kind: 'holding', subject: 'HK Ltd', object: 'Berlin GmbH', share: '75', validTo: '2026-06-30' }),
      row({
        kind: 'holding',
        subject: 'HK Ltd',
        object: 'Berlin GmbH',
        share: '50',
        validFrom: '2026-07-01',
      }),
      row({ kind: 'served', subject: served, object: '重庆示例', validFrom: '2026-03-01' }),
      row({ kind: 'served', subject: 'nobody' }),
      row({ kind: 'holding', subject: 'X', object: 'Y', share: '120' }),
    ];
    const taken = await owner.post<{ added: number; faults: { path: string }[] }>('/v1/warehouses/facts', {
      facts,
    });
    expect([taken.added, taken.faults.map((f) => f.path)]).toEqual([5, ['row.6', 'row.7']]);
    expect(await owner.post('/v1/warehouses/facts', { facts: facts.slice(0, 5) })).toMatchObject({ same: 5 });
    const on = (day: string) => owner.get<Detail>(`/v1/warehouses/${id}?on=${day}`);
    expect(await on('2026-02-01')).toMatchObject({ share: '70', enterprises: 1 });
    expect(await on('2026-08-01')).toMatchObject({ share: '50', enterprises: 2 });
    const inTime = await owner.get<z.output<typeof warehouseFiguresSchema>>(
      '/v1/warehouses/figures?from=2026-01-01&to=2026-01-20&by=enterprise',
    );
    expect(inTime.lines[0]).toMatchObject({
      key: seller,
      servedOthers: 0,
      area: '3000.00',
      averageArea: '2000.00',
    });
  });

  test('papers are kept byte for byte under their hash, once, and only what they say they are', async () => {
    const bytes = Buffer.from('%PDF-1.7 lease of the hall');
    const query = 'kind=lease&title=%E7%A7%9F%E8%B5%81%E5%90%88%E5%90%8C&fileName=lease.pdf';
    const kept = await owner.upload<{ id: string; sha256: string }>(
      `/v1/warehouses/${id}/evidence?${query}`,
      bytes,
    );
    expect(kept.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await owner.upload(`/v1/warehouses/${id}/evidence?${query}`, bytes)).toMatchObject({
      again: true,
      id: kept.id,
    });
    const wrong = owner.upload(`/v1/warehouses/${id}/evidence?${query}`, Buffer.from('MZ a program'));
    await expect(wrong).rejects.toThrow('415');
    const [paper] = (await owner.get<Detail>(`/v1/warehouses/${id}`)).papers;
    expect(paper).toMatchObject({ sha256: kept.sha256, size: bytes.length, title: '租赁合同' });
    const file = await owner.raw('GET', paper!.file);
    expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
    expect((await stranger.raw('GET', paper!.file)).status).toBe(404);
    await expect(stranger.upload(`/v1/warehouses/${id}/evidence?${query}`, bytes)).rejects.toThrow('404');
    await owner.post(`/v1/warehouses/evidence/${kept.id}/withdraw`, { why: '过期' });
    expect((await owner.get<Detail>(`/v1/warehouses/${id}`)).papers[0]).toMatchObject({
      withdrawnWhy: '过期',
    });
    await expect(
      it.gateway.store.query(`update warehouse_evidence set title = 'x' where id = $1`, [kept.id]),
    ).rejects.toThrow('never changed');
  });
});
