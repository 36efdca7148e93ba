import type { z } from 'zod';
import { Dec } from '../../base/decimal.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import { countryText, type CountryNames } from './country.js';
import type { warehouseFiguresSchema } from './shapes.js';

type Figures = z.input<typeof warehouseFiguresSchema>;
type Line = Figures['lines'][number];

export interface WarehouseQuestion {
  tenants: readonly string[];
  /** Days yyyy-MM-dd (Asia/Shanghai), both included. */
  from: string;
  to: string;
  by: Figures['by'];
}

/** Flows of the time asked for, and what was in stock before its first and after its last day. */
export const stockMeasures = [
  'opening',
  'departed',
  'sold',
  'returned',
  'lost',
  'moved_in',
  'moved_out',
  'closing',
] as const;
type Measure = (typeof stockMeasures)[number];
type Sums = Record<`${Measure}_${'cny' | 'usd'}`, string>;
/** Days in stock up to which a group of stock age goes; the last group has no end. */
const AGES = [90, 180, 365] as const;

interface Owner {
  tenant: string;
  code: string | null;
  seller: string;
}
interface StockRow extends Owner, Sums {
  place: string;
  warehouse: string | null;
  lines: number;
  without_rate: number;
  /** Value times days in stock: since the exit, and within the time asked for. */
  aged: string;
  held: string;
  age_0: string;
  age_1: string;
  age_2: string;
  age_3: string;
}
interface RegisterRow extends Owner {
  id: string;
  name: string;
  country: string;
  area: string | null;
  average_area: string | null;
  served: string[];
}

const UNREGISTERED: Text = { zh: '未登记的海外仓', en: 'Not registered' };
const plain = (text: string): Text => ({ zh: text, en: text });
/** A place that an export names and nobody registered; it may be called as another enterprise's warehouse is. */
const unregistered = (place: string): Text => ({ zh: `${place}（未登记）`, en: `${place} (not registered)` });

/**
 * Figures of overseas warehouses by warehouse, country or enterprise: area held on the last day and on average, what came
 * in, sold, was returned, lost and moved and what is in stock, all at declared FOB value (CNY and USD of the counting record
 * of the line, rounded once for each line), days of turnover (average stock ÷ sold × days), age of the stock, enterprises
 * served within the time. Sums are sums of lines; areas and enterprises are those of all warehouses together.
 */
export async function warehouseFigures(
  db: Queryable,
  names: CountryNames,
  question: WarehouseQuestion,
): Promise<Figures> {
  const { from, to, by } = question;
  const register = await registerRows(db, question);
  const stock = await stockRows(db, question);
  const warehouses = new Map(register.map((w) => [w.id, w]));
  const groups = new Map<string, { text: Text; group: Group }>();
  const all = new Group();
  const groupOf = (row: Owner, place: string, of: RegisterRow | undefined): Group => {
    const country = of ? countryText(names, of.country) : UNREGISTERED;
    const [key, text] = {
      warehouse: [of?.id ?? `${row.tenant} ${place}`, of ? plain(of.name) : unregistered(place)] as const,
      country: [country.zh, country] as const,
      enterprise: [row.code ?? row.tenant, plain(row.seller)] as const,
    }[by];
    const found = groups.get(key) ?? { text, group: new Group() };
    groups.set(key, found);
    return found.group;
  };
  for (const w of register) for (const group of [groupOf(w, w.name, w), all]) group.addWarehouse(w);
  for (const row of stock) {
    const of = row.warehouse === null ? undefined : warehouses.get(row.warehouse);
    for (const group of [groupOf(row, row.place, of), all]) group.addStock(row);
  }
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return {
    by,
    from,
    to,
    days,
    lines: [...groups]
      .map(([key, { text, group }]) => ({ key, text, ...group.shown(days) }))
      .sort((a, b) => new Dec(b.stock.closing.cny).cmp(a.stock.closing.cny) || a.key.localeCompare(b.key)),
    sum: all.shown(days),
  };
}

/** Adds up warehouses and stock of one line of the figures. */
class Group {
  private readonly sums = new Map<string, Dec>();
  private readonly served = new Set<string>();
  private readonly own = new Set<string>();
  private warehouses = 0;
  private lines = 0;
  private withoutRate = 0;
  private withArea = false;

  private add(name: string, value: string | null): void {
    this.sums.set(name, this.of(name).plus(value ?? 0));
  }
  private of(name: string): Dec {
    return this.sums.get(name) ?? new Dec(0);
  }

  addWarehouse(w: RegisterRow): void {
    this.warehouses++;
    this.withArea ||= w.average_area !== null;
    this.add('area', w.area);
    this.add('average_area', w.average_area);
    if (w.code) this.own.add(w.code);
    for (const code of w.served) this.served.add(code);
  }

  addStock(row: StockRow): void {
    this.lines += row.lines;
    this.withoutRate += row.without_rate;
    if (row.code) this.served.add(row.code);
    for (const measure of stockMeasures) {
      this.add(`${measure}_cny`, row[`${measure}_cny`]);
      this.add(`${measure}_usd`, row[`${measure}_usd`]);
    }
    for (const name of ['aged', 'held', 'age_0', 'age_1', 'age_2', 'age_3'] as const)
      this.add(name, row[name]);
  }

  shown(days: number): Omit<Line, 'key' | 'text'> {
    const money = (name: string) => this.of(name).toFixed(2);
    const closing = this.of('closing_cny');
    const sold = this.of('sold_cny');
    return {
      warehouses: this.warehouses,
      lines: this.lines,
      withoutRate: this.withoutRate,
      area: this.withArea ? money('area') : null,
      averageArea: this.withArea ? money('average_area') : null,
      stock: Object.fromEntries(
        stockMeasures.map((m) => [m, { cny: money(`${m}_cny`), usd: money(`${m}_usd`) }]),
      ) as Line['stock'],
      averageStockCny: this.of('held').div(days).toFixed(2),
      turnoverDays: sold.isZero() ? null : this.of('held').div(sold).toFixed(1),
      averageAgeDays: closing.lte(0) ? null : this.of('aged').div(closing).toFixed(1),
      ages: AGES.map((upTo, i) => ({ upTo: upTo as number | null, cny: money(`age_${i}`) })).concat({
        upTo: null,
        cny: money('age_3'),
      }),
      served: this.served.size,
      servedOthers: [...this.served].filter((code) => !this.own.has(code)).length,
    };
  }
}

async function registerRows(db: Queryable, { tenants, from, to }: WarehouseQuestion): Promise<RegisterRow[]> {
  const { rows } = await db.query<RegisterRow>(
    `select w.id, w.name, w.data ->> 'country' as country, w.tenant_id as tenant, t.code, t.name as seller, h.area, h.average_area,
            array(select distinct f.subject from warehouse_facts f
                   where f.warehouse_id = w.id and f.kind = 'served' and f.withdrawn_at is null
                     and f.valid_from <= $3::date and coalesce(f.valid_to, 'infinity') >= $2::date) as served
       from warehouses w join tenants t on t.id = w.tenant_id
       cross join lateral (
         select (max(square_metres) filter (where from_day <= $3::date and next > $3::date))::text as area,
                round(sum(square_metres * greatest(0, least(next, $3::date + 1) - greatest(from_day, $2::date)))
                      / ($3::date - $2::date + 1), 2)::text as average_area
           from (select square_metres, from_day, coalesce(lead(from_day) over (order by from_day), '9999-12-31'::date) as next
                   from warehouse_areas where warehouse_id = w.id) a) h
      where w.tenant_id = any($1) order by w.id`,
    [tenants, from, to],
  );
  return rows;
}

async function stockRows(db: Queryable, { tenants, from, to }: WarehouseQuestion): Promise<StockRow[]> {
  const value = (measure: Measure, currency: 'cny' | 'usd') =>
    `coalesce(sum(round(${measure} * unit_${currency}, 2)), 0)::text as ${measure}_${currency}`;
  const age = (low: number, high: string) =>
    `coalesce(sum(round(closing * unit_cny, 2)) filter (where age > ${low}${high}), 0)::text`;
  const { rows } = await db.query<StockRow>(
    `with flows as (
       select a.id, a.tenant_id, a.place, a.line_id,
              coalesce(sum(quantity) filter (where occurred_on < $2::date), 0) as opening,
              coalesce(sum(quantity) filter (where kind = 'departed' and occurred_on >= $2::date), 0) as departed,
              coalesce(-sum(quantity) filter (where kind = 'sold' and occurred_on >= $2::date), 0) as sold,
              coalesce(-sum(quantity) filter (where kind = 'returned' and occurred_on >= $2::date), 0) as returned,
              coalesce(-sum(quantity) filter (where kind = 'lost' and occurred_on >= $2::date), 0) as lost,
              coalesce(sum(quantity) filter (where kind = 'transferred' and occurred_on >= $2::date
                and (quantity > 0) = (reverses is null)), 0) as moved_in,
              coalesce(-sum(quantity) filter (where kind = 'transferred' and occurred_on >= $2::date
                and (quantity < 0) = (reverses is null)), 0) as moved_out,
              coalesce(sum(quantity), 0) as closing,
              coalesce(sum(quantity * ($3::date - greatest(occurred_on, $2::date) + 1)), 0) as held
         from ledger_accounts a join ledger_entries e on e.account_id = a.id and e.occurred_on <= $3::date
        where a.tenant_id = any($1) and a.book = 'overseas-warehouse' group by a.id
     ), valued as (
       select f.*, $3::date - (c.cleared_at at time zone 'Asia/Shanghai')::date as age,
              r.cny / nullif(l.qty, 0) as unit_cny, r.usd / nullif(l.qty, 0) as unit_usd
         from flows f join declaration_lines l on l.id = f.line_id join declarations c on c.id = l.declaration_id
         left join lateral (
           select cny, usd from counting_records where source_id = c.id and line = l.gnum and measure = 'counted'
              and ended_batch is null order by version desc limit 1) r on true
     )
     select v.tenant_id as tenant, t.code, t.name as seller, v.place, w.id as warehouse, count(*)::int as lines,
            (count(*) filter (where unit_cny is null))::int as without_rate,
            ${stockMeasures.flatMap((m) => [value(m, 'cny'), value(m, 'usd')]).join(', ')},
            coalesce(sum(round(held * unit_cny, 2)), 0)::text as held,
            coalesce(sum(round(closing * unit_cny, 2) * greatest(age, 0)), 0)::text as aged,
            ${age(-100_000, ` and age <= ${AGES[0]}`)} as age_0, ${age(AGES[0], ` and age <= ${AGES[1]}`)} as age_1,
            ${age(AGES[1], ` and age <= ${AGES[2]}`)} as age_2, ${age(AGES[2], '')} as age_3
       from valued v join tenants t on t.id = v.tenant_id
       left join lateral (select id from warehouses w where w.tenant_id = v.tenant_id
                             and (w.name = v.place or w.data ->> 'code' = v.place) order by w.name limit 1) w on true
      group by v.tenant_id, t.code, t.name, v.place, w.id`,
    [tenants, from, to],
  );
  return rows;
}
