import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import type { stockEntrySchema, stockLineSchema, warehouseSchema } from './shapes.js';

/** Warehouses of these sellers with areas as of a day (yyyy-MM-dd): held that day, and averaged over its year so far. */
export async function listWarehouses(
  db: Queryable,
  tenants: readonly string[],
  day: string,
): Promise<z.input<typeof warehouseSchema>[]> {
  const { rows } = await db.query<{
    id: string;
    name: string;
    tenant_id: string;
    code: string | null;
    seller: string;
    data: Record<string, string>;
    version: number;
    changed_by: string;
    changed_at: Date;
    area: string | null;
    average: string | null;
    lines: number;
    enterprises: number;
  }>(
    `select w.id, w.name, w.tenant_id, t.code, t.name as seller, w.data, w.version, actor_name(w.changed_by) as changed_by,
            w.changed_at, s.lines,
            (select count(distinct e) from unnest(array_append(regexp_split_to_array(coalesce(w.data ->> 'served', ''), '[,，;；、\\s]+'), t.code)) e
              where e <> '')::int as enterprises,
            (select square_metres::text from warehouse_areas a where a.warehouse_id = w.id and a.from_day <= $2::date
              order by a.from_day desc limit 1) as area,
            (select round(avg(coalesce((select square_metres from warehouse_areas a where a.warehouse_id = w.id and a.from_day <= d
                                         order by a.from_day desc limit 1), 0)), 2)::text
               from generate_series(date_trunc('year', $2::date), $2::date, interval '1 day') d
              where exists (select 1 from warehouse_areas a where a.warehouse_id = w.id)) as average
       from warehouses w join tenants t on t.id = w.tenant_id
       cross join lateral (select count(*)::int as lines from ledger_accounts a
                            where a.tenant_id = w.tenant_id and a.book = 'overseas-warehouse'
                              and a.place in (w.name, coalesce(w.data ->> 'code', w.name))) s
      where w.tenant_id = any($1) order by t.name, w.name`,
    [tenants, day],
  );
  return rows.map((r) => ({
    id: r.id,
    name: r.name,
    seller: { tenantId: r.tenant_id, code: r.code, name: r.seller },
    data: r.data,
    version: r.version,
    changedBy: r.changed_by,
    changedAt: r.changed_at.toISOString(),
    area: r.area,
    averageArea: r.average,
    lines: r.lines,
    enterprises: r.enterprises,
  }));
}

/** Stock by 9810 line, newest account first, after a cursor. */
export async function stockLines(
  db: Queryable,
  tenants: readonly string[],
  asked: { warehouse?: string | undefined; cursor?: string | undefined; limit: number; today: string },
): Promise<{ items: z.input<typeof stockLineSchema>[]; next: string | null }> {
  const { rows } = await db.query<z.input<typeof stockLineSchema>>(
    `select a.id as "accountId", c.id as "declarationId", c.order_no as "orderNo", l.gnum, l.item_no as "itemNo",
            coalesce(l.item_name, l.gname) as name, a.place as warehouse, l.unit, l.currency,
            trim_scale(s.departed)::text as departed, trim_scale(s.sold)::text as sold, trim_scale(s.returned)::text as returned,
            trim_scale(s.lost)::text as lost, trim_scale(a.balance)::text as "inStock",
            round(case when l.qty = 0 then 0 else l.amount * s.departed / l.qty end, 2)::text as "valueIn",
            round(case when l.qty = 0 then 0 else l.amount * a.balance / l.qty end, 2)::text as "valueInStock",
            (c.cleared_at at time zone 'Asia/Shanghai')::date::text as "departedOn", s.last_sale::text as "lastSaleOn",
            case when a.balance > 0 then
              make_date(extract(year from c.cleared_at at time zone 'Asia/Shanghai')::int + 1, 4, 30)::text end as "settleBy",
            case when a.balance > 0 then 'advance' else 'sold' end as rebate,
            case when a.balance > 0 then ($4::date - (c.cleared_at at time zone 'Asia/Shanghai')::date) end as "ageDays"
       from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
       cross join lateral (
         select coalesce(sum(quantity) filter (where kind = 'departed'), 0) as departed,
                coalesce(-sum(quantity) filter (where kind = 'sold'), 0) as sold,
                coalesce(-sum(quantity) filter (where kind = 'returned'), 0) as returned,
                coalesce(-sum(quantity) filter (where kind = 'lost'), 0) as lost,
                max(occurred_on) filter (where kind = 'sold' and reverses is null
                  and not exists (select 1 from ledger_entries r where r.reverses = e.id)) as last_sale
           from ledger_entries e where e.account_id = a.id) s
      where a.tenant_id = any($1) and a.book = 'overseas-warehouse' and ($2::text is null or a.place = $2)
        and ($3::uuid is null or a.id < $3)
      order by a.id desc limit $5`,
    [tenants, asked.warehouse ?? null, asked.cursor ?? null, asked.today, asked.limit + 1],
  );
  const items = rows.slice(0, asked.limit);
  return { items, next: rows.length > asked.limit ? (items.at(-1)?.accountId ?? null) : null };
}

/** Every entry of one line's stock, oldest first; undefined when it is none of these sellers'. */
export async function stockEntries(
  db: Queryable,
  tenants: readonly string[],
  accountId: string,
): Promise<z.input<typeof stockEntrySchema>[] | undefined> {
  const { rows } = await db.query<z.input<typeof stockEntrySchema> & { at: Date }>(
    `select id, kind, trim_scale(quantity)::text as quantity, reverses, occurred_on::text as "occurredOn", reference, source,
            note, actor_name(recorded_by) as "recordedBy", recorded_at as at
       from ledger_entries where account_id = $1 and tenant_id = any($2) order by recorded_at, id`,
    [accountId, tenants],
  );
  if (rows.length === 0) return undefined;
  return rows.map(({ at, ...entry }) => ({ ...entry, recordedAt: at.toISOString() }));
}
