import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { departLines } from '../../src/ledger/departures.js';
import type {
  movementsTakenSchema,
  stockEntrySchema,
  stockLineSchema,
  warehouseSchema,
  warehousesTakenSchema,
} from '../../src/views/warehouses/shapes.js';
import { enrol, type Client } from '../support/client.js';
import { randomFrom } from '../support/companies.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { declarationWhere, handIn } from '../support/journey.js';
import { freshOrders } from '../support/sampleOrders.js';

type Line = z.output<typeof stockLineSchema>;
type Taken = z.output<typeof movementsTakenSchema>;
type Entry = z.output<typeof stockEntrySchema>;

const [order] = [...freshOrders({ count: 1, seed: 402, batch: 'H', regime: '9810' })];
const place = order!.platform.name!;
const item = order!.lines[0]!.itemNo!;
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
        occurredOn: '2026-11-21',
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
      lastSaleOn: '2026-11-21',
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

describe('the register of warehouses', () => {
  test('is imported from a file, keeps areas by day, and comes out as a file that changes nothing', async () => {
    const csv = Buffer.from(
      [
        '海外仓名称,国家,地址,性质,取得方式,面积（平方米）,面积起算日,服务企业代码',
        `${place},美国,1200 Harbor Ave,公共,租赁,1000,2026-01-01,91500000MA5U0ABC13`,
        `坏行,美国,x,公共,借用,1,2026-01-01,`,
      ].join('\n'),
    );
    type Entered = z.output<typeof warehousesTakenSchema>;
    const entered = await owner.upload<Entered>('/v1/warehouses/import?fileName=w.csv', csv);
    expect(entered).toMatchObject({ added: 1, changed: 0, faults: [{ code: 'N01', path: 'row.3' }] });
    const [first] = (await owner.get<{ items: z.output<typeof warehouseSchema>[] }>('/v1/warehouses')).items;
    await owner.post('/v1/warehouses', {
      warehouses: [{ ...first!.data, area: '3000', areaFrom: '2026-01-11' }],
    });
    const on = async (day: string) =>
      (await owner.get<{ items: z.output<typeof warehouseSchema>[] }>(`/v1/warehouses?on=${day}`)).items[0]!;
    expect(await on('2026-01-10')).toMatchObject({
      area: '1000.00',
      averageArea: '1000.00',
      version: 2,
      enterprises: 2,
    });
    expect(await on('2026-01-20')).toMatchObject({ area: '3000.00', averageArea: '2000.00' });
    const file = await owner.raw('GET', '/v1/warehouses/export?format=xlsx');
    const again = await owner.upload<Entered>(
      '/v1/warehouses/import?fileName=w.xlsx',
      Buffer.from(await file.arrayBuffer()),
    );
    expect(again).toMatchObject({ added: 0, changed: 0, same: 1, faults: [] });
  });
});
