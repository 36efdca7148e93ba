import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappingPath } from '../../src/base/root.js';
import { fillMissingRates } from '../../src/figures/catchUp.js';
import { loadRates } from '../../src/figures/rates.js';
import type { Order } from '../../src/orders/order.js';
import { applyReceipts } from '../../src/receipts/apply.js';
import { storeRaw } from '../../src/receipts/inbox.js';
import { attemptAll } from '../support/attempts.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { LIST, type IntakeResult, type Totals } from '../support/journey.js';
import { receiptFile, receiptOf, type HandReceipt } from '../support/receiptFiles.js';
import { freshOrders } from '../support/sampleOrders.js';

const RATES = mappingPath('rates', 'customs-monthly.json');
const beijing = (text: string) => new Date(`${text}+08:00`);

/** When each order is cleared; the rest of the orders is cleared through the two months, or not at all. */
const MOMENTS: [orderIndex: number, at: string][] = [
  [0, '2026-10-31T23:59:59.999'],
  [1, '2026-11-01T00:00:00.000'],
  [2, '2026-09-30T23:59:59.000'],
  [3, '2026-10-01T00:00:00.001'],
  // A month the rate table does not hold.
  [4, '2024-12-31T23:59:59.000'],
  [5, '2024-12-15T12:00:00.000'],
];
const UNRATED_MONTH = '2024-12';
const orders: Order[] = [...freshOrders({ count: 60, seed: 121, batch: 'S' })];
let it: TestGateway;
const declarations = new Map<Order, string>();

beforeAll(async () => {
  it = await startTestGateway({ orders, workers: false });
  const result = await it.operator.post<IntakeResult>('/v1/orders', orders);
  expect(result).toMatchObject({ accepted: 60 });
  orders.forEach((o, i) => declarations.set(o, result.orders[i]!.declarationId!));
  await attemptAll(it.gateway.store);
  const { rows } = await it.gateway.store.query<{ declaration_id: string; document_key: string }>(
    'select declaration_id, document_key from documents where message_type = $1',
    [LIST],
  );
  const keyOf = new Map(rows.map((r) => [r.declaration_id, r.document_key]));
  const moments = new Map(MOMENTS.map(([i, at]) => [i, beijing(at)]));
  const receipts: HandReceipt[] = orders.flatMap((o, i): HandReceipt[] => {
    const key = keyOf.get(declarations.get(o)!)!;
    const at =
      moments.get(i) ??
      beijing(
        `2026-${i % 2 ? '10' : '11'}-${String(1 + (i % 19)).padStart(2, '0')}T${String(i % 24).padStart(2, '0')}:30:00`,
      );
    const earlier = new Date(at.getTime() - 40 * 86_400_000);
    if (i % 10 === 9) return [receiptOf(LIST, key, '100', at, '[Code:1300;Desc:人工退单]')];
    if (i % 10 === 8) return [receiptOf(LIST, key, '500', at, '布控查验')];
    // Some are released only; some say only that they are cleared; the others were released more than a month before.
    if (i % 10 === 6) return [receiptOf(LIST, key, '800', at, '[Code:2600;Desc:放行]')];
    if (i % 10 === 7) return [receiptOf(LIST, key, '899', at, '结关')];
    return [
      receiptOf(LIST, key, '899', at, '结关'),
      receiptOf(LIST, key, '800', earlier, '[Code:2600;Desc:放行]'),
    ];
  });
  await storeRaw(
    it.gateway.store,
    receipts.map((r, i) => receiptFile([r], `totals-${i}`)),
  );
  while ((await applyReceipts(it.gateway.store, it.gateway.journey.applyContext(), 20)) > 0);
});
afterAll(() => it.close());

const totals = (query = 'from=2020-01&to=2099-12') => it.operator.get<Totals>(`/v1/totals?${query}`);

/**
 * The same figures by another way: SQL over the orders as they were handed in and the receipts as they came, with the
 * rates of the file. Uses neither counting records nor the state of any declaration.
 */
async function recount(rateFile: string) {
  const table = JSON.parse(readFileSync(rateFile, 'utf8')) as {
    months: { month: string; cnyPerUnit: Record<string, string> }[];
  };
  const currencies = JSON.parse(readFileSync(mappingPath('codes', 'currency.json'), 'utf8')) as {
    values: Record<string, { iso?: string }>;
  };
  const rates = table.months.flatMap(({ month, cnyPerUnit }) =>
    Object.entries({ ...cnyPerUnit, CNY: '1' }).flatMap(([iso, rate]) =>
      Object.entries(currencies.values)
        .filter(([, c]) => c.iso === iso)
        .map(([code]) => ({ month, code, rate, usd: cnyPerUnit.USD })),
    ),
  );
  const { rows } = await it.gateway.store.query<{
    month: string;
    seller: string;
    country: string;
    orders: number;
    cny: string;
    usd: string;
    unrated: number;
  }>(
    `with rate as (select * from jsonb_to_recordset($1::jsonb) as r (month text, code text, rate numeric, usd numeric)),
     release as (
       select d.declaration_id as id,
              min(r.return_time) as at
         from receipts r join documents d on d.id = r.document_id
        where d.message_type = $2 and r.return_status = '899' group by 1
     ), line as (
       select o.id, to_char(release.at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, o.body->'seller'->>'code' as seller,
              coalesce(l->>'country', o.body->'list'->>'country') as country,
              (l->>'totalPrice')::numeric as price, coalesce(l->>'currency', o.body->>'currency') as currency
         from orders o join release on release.id = o.id, jsonb_array_elements(o.body->'lines') as l
     )
     select line.month, seller, country, count(distinct id)::int as orders,
            coalesce(sum(round(price * rate, 2)), 0)::numeric(24, 2)::text as cny,
            coalesce(sum(case when code = '502' then round(price, 2) else round(price * rate / usd, 2) end), 0)::numeric(24, 2)::text as usd,
            count(*) filter (where rate is null)::int as unrated
       from line left join rate on rate.month = line.month and rate.code = line.currency
      group by 1, 2, 3 order by 1, 2, 3`,
    [JSON.stringify(rates), LIST],
  );
  return rows;
}
const shownAs = (t: Totals) =>
  t.lines
    .map((l) => ({
      month: l.month,
      seller: l.seller.code,
      country: l.country.code,
      orders: l.orders,
      cny: l.cny,
      usd: l.usd,
      unrated: l.withoutRate,
    }))
    .sort((a, b) =>
      [a.month, a.seller, a.country].join().localeCompare([b.month, b.seller, b.country].join()),
    );
const sorted = <T extends { month: string; seller: string; country: string }>(rows: T[]) =>
  [...rows].sort((a, b) =>
    [a.month, a.seller, a.country].join().localeCompare([b.month, b.seller, b.country].join()),
  );
/** Sum of decimal texts with two places, as whole fen. */
const fen = (texts: string[]) => texts.reduce((sum, t) => sum + BigInt(t.replace('.', '')), 0n);

describe('monthly totals', () => {
  test('equal a recount from the orders and the receipts to the fen and the cent, line by line', async () => {
    const counted = sorted(await recount(RATES));
    expect(counted.length).toBeGreaterThan(15);
    expect(shownAs(await totals())).toEqual(counted);
  });

  test('the sum is the sum of the lines, and counts every cleared list once', async () => {
    const t = await totals();
    expect(fen([t.sum.cny])).toBe(fen(t.lines.map((l) => l.cny)));
    expect(fen([t.sum.usd])).toBe(fen(t.lines.map((l) => l.usd)));
    expect(t.sum.orders).toBe(orders.filter((_, i) => i % 10 < 8 && i % 10 !== 6).length);
    expect(t.sum.withoutRate).toBe(t.lines.reduce((n, l) => n + l.withoutRate, 0));
  });

  test('a list released and not yet cleared is in no line; it is a figure of its own', async () => {
    const t = await totals();
    const pending = orders.filter((_, i) => i % 10 === 6);
    expect(t.pending).toMatchObject({ orders: pending.length, withoutRate: 0 });
    expect(fen([t.pending.cny])).toBeGreaterThan(0n);
    expect(t.basis.zh).toContain('结关');
  });

  test('every line names exactly the declarations behind it', async () => {
    const t = await totals();
    const seen = new Map<string, number>();
    for (const line of t.lines) {
      const page = await it.operator.get<{
        items: { id: string; verdict: string; seller: { code: string } }[];
        next: string | null;
      }>(`${line.declarations}&limit=200`);
      expect(page.next).toBeNull();
      expect(page.items).toHaveLength(line.orders);
      for (const item of page.items) {
        expect(item.seller.code).toBe(line.seller.code);
        expect(item.verdict).toBe('cleared');
        const detail = await it.operator.get<{ counted: { month: string }[] }>(`/v1/declarations/${item.id}`);
        expect(detail.counted.map((c) => c.month)).toContain(line.month);
        seen.set(item.id, (seen.get(item.id) ?? 0) + 1);
      }
    }
    expect(seen.size).toBe(t.sum.orders);
  });

  test('a list cleared in the last second of a month in Beijing belongs to that month, the next second to the next', async () => {
    const monthOf = async (index: number) => {
      const id = declarations.get(orders[index]!)!;
      const detail = await it.operator.get<{ counted: { month: string }[] }>(`/v1/declarations/${id}`);
      return detail.counted.map((c) => c.month);
    };
    expect(await monthOf(0)).toEqual(['2026-10']);
    expect(await monthOf(1)).toEqual(['2026-11']);
    expect(await monthOf(2)).toEqual(['2026-09']);
    expect(await monthOf(3)).toEqual(['2026-10']);
    expect(await monthOf(4)).toEqual(['2024-12']);
  });

  test('a seller sees its own lines and no other, and they add up to the whole', async () => {
    const parts: Totals[] = [];
    for (const [code, { client }] of it.sellers) {
      const own = await client.get<Totals>('/v1/totals?from=2020-01&to=2099-12');
      expect(new Set(own.lines.map((l) => l.seller.code))).toEqual(
        own.lines.length > 0 ? new Set([code]) : new Set(),
      );
      parts.push(own);
    }
    const whole = await totals();
    expect(fen(parts.map((p) => p.sum.cny))).toBe(fen([whole.sum.cny]));
    expect(parts.reduce((n, p) => n + p.sum.orders, 0)).toBe(whole.sum.orders);
  });

  test('the CSV says the same as the JSON', async () => {
    const t = await totals('from=2026-10&to=2026-10');
    const csv = await (await it.operator.raw('GET', '/v1/totals.csv?from=2026-10&to=2026-10')).text();
    expect(csv.startsWith('\ufeff') || csv.startsWith('月份')).toBe(true);
    for (const line of t.lines) expect(csv).toContain(`${line.orders},${line.cny},${line.usd}`);
    expect(csv).toContain(`${t.sum.orders},${t.sum.cny},${t.sum.usd}`);
  });
});

describe('a month without a rate', () => {
  test('its lists are counted, their money is left out and the line says how many goods lines lack a rate', async () => {
    const t = await totals(`from=${UNRATED_MONTH}&to=${UNRATED_MONTH}`);
    const lines = orders[4]!.lines.length + orders[5]!.lines.length;
    expect(t.sum).toMatchObject({ orders: 2, cny: '0.00', usd: '0.00', withoutRate: lines });
  });

  test('gets its money once the table has the rate; what had one before is never converted again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rates-'));
    try {
      const table = JSON.parse(readFileSync(RATES, 'utf8')) as {
        months: { month: string; cnyPerUnit: Record<string, string> }[];
      };
      const newest = table.months.at(-1)!;
      // The new table also has other rates for the months that were converted already: they must not matter.
      const doubled = table.months.map((m) => ({
        ...m,
        cnyPerUnit: Object.fromEntries(
          Object.entries(m.cnyPerUnit).map(([iso, r]) => [iso, iso === 'CNY' ? r : `1${r}`]),
        ),
      }));
      const file = join(dir, 'customs-monthly.json');
      writeFileSync(
        file,
        JSON.stringify({ ...table, months: [{ ...newest, month: UNRATED_MONTH }, ...doubled] }),
      );
      const before = await totals('from=2026-01&to=2099-12');
      const rates = loadRates(file);
      const lacking = orders[4]!.lines.length + orders[5]!.lines.length;
      const fill = () =>
        fillMissingRates(it.gateway.store, rates, it.gateway.rulebook.countingRule, (tx, ids) =>
          it.gateway.journey.count(tx, ids, rates),
        );
      expect(await fill()).toBe(lacking);
      expect(await fill()).toBe(0);

      const after = await totals(`from=${UNRATED_MONTH}&to=${UNRATED_MONTH}`);
      expect(after.sum).toMatchObject({ orders: 2, withoutRate: 0 });
      const counted = sorted((await recount(file)).filter((r) => r.month === UNRATED_MONTH));
      expect(shownAs(after)).toEqual(counted);
      expect(fen([after.sum.cny])).toBeGreaterThan(0n);
      expect((await totals('from=2026-01&to=2099-12')).lines).toEqual(before.lines);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
