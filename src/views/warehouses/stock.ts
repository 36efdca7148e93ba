import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import { settleBy, type RebateTerm } from '../../warehouses/rebate.js';
import type { rebatePositionSchema, stockEntrySchema, stockLineSchema } from './shapes.js';

export interface StockQuestion {
  /** A name of the place in the ledger, or several of one warehouse. */
  places?: readonly string[] | undefined;
  /** Part of the order number, item number or name. */
  search?: string | undefined;
  /** Only what is, or is no longer, in stock. */
  state?: 'in-stock' | 'gone' | undefined;
  cursor?: string | undefined;
  limit: number;
  today: string;
}

type StockLine = z.input<typeof stockLineSchema>;
const VALUED = `left join lateral (
  select cny / nullif(l.qty, 0) as unit_cny from counting_records where source_id = c.id and line = l.gnum and measure = 'counted'
     and ended_batch is null order by version desc limit 1) r on true`;

/** Stock by 9810 line, newest account first, after a cursor. */
export async function stockLines(
  db: Queryable,
  terms: readonly RebateTerm[],
  tenants: readonly string[],
  asked: StockQuestion,
): Promise<{ items: StockLine[]; next: string | null }> {
  const { rows } = await db.query<Omit<StockLine, 'settleBy' | 'rebate'>>(
    `select a.id as "accountId", c.id as "declarationId", c.order_no as "orderNo", l.gnum, l.item_no as "itemNo",
            coalesce(l.item_name, l.gname) as name, a.place as warehouse, l.unit, l.currency,
            trim_scale(s.departed)::text as departed, trim_scale(s.sold)::text as sold, trim_scale(s.returned)::text as returned,
            trim_scale(s.lost)::text as lost, trim_scale(s.moved_in)::text as "movedIn", trim_scale(s.moved_out)::text as "movedOut",
            trim_scale(a.balance)::text as "inStock",
            round(case when l.qty = 0 then 0 else l.amount * (s.departed + s.moved_in) / l.qty end, 2)::text as "valueIn",
            round(case when l.qty = 0 then 0 else l.amount * a.balance / l.qty end, 2)::text as "valueInStock",
            (c.cleared_at at time zone 'Asia/Shanghai')::date::text as "departedOn", s.last_sale::text as "lastSaleOn",
            t.settled::text as "settledOn",
            case when a.balance > 0 then ($4::date - (c.cleared_at at time zone 'Asia/Shanghai')::date) end as "ageDays"
       from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
       cross join lateral (
         select coalesce(sum(quantity) filter (where kind = 'departed'), 0) as departed,
                coalesce(-sum(quantity) filter (where kind = 'sold'), 0) as sold,
                coalesce(-sum(quantity) filter (where kind = 'returned'), 0) as returned,
                coalesce(-sum(quantity) filter (where kind = 'lost'), 0) as lost,
                coalesce(sum(quantity) filter (where kind = 'transferred' and (quantity > 0) = (reverses is null)), 0) as moved_in,
                coalesce(-sum(quantity) filter (where kind = 'transferred' and (quantity < 0) = (reverses is null)), 0) as moved_out,
                max(occurred_on) filter (where kind = 'sold' and reverses is null
                  and not exists (select 1 from ledger_entries r where r.reverses = e.id)) as last_sale
           from ledger_entries e where e.account_id = a.id) s
       left join lateral (select max(happened_on) as settled from tax_standing
                           where declaration_id = c.id and status = 'settled' and kind in ('advance', 'rebate')) t on true
      where a.tenant_id = any($1) and a.book = 'overseas-warehouse' and ($2::text[] is null or a.place = any($2))
        and ($3::uuid is null or a.id < $3)
        and ($6::text is null or position(upper($6) in upper(concat_ws(' ', c.order_no, l.item_no, l.item_name, l.gname))) > 0)
        and ($7::text is null or (a.balance > 0) = ($7 = 'in-stock'))
      order by a.id desc limit $5`,
    [
      tenants,
      asked.places ?? null,
      asked.cursor ?? null,
      asked.today,
      asked.limit + 1,
      asked.search ?? null,
      asked.state ?? null,
    ],
  );
  const items = rows.slice(0, asked.limit).map((row): StockLine => {
    const left = row.inStock !== '0';
    return {
      ...row,
      settleBy: left && row.departedOn !== null ? settleBy(terms, row.departedOn) : null,
      rebate: row.settledOn !== null ? 'settled' : left ? 'advance' : 'sold',
    };
  });
  return { items, next: rows.length > asked.limit ? (items.at(-1)?.accountId ?? null) : null };
}

/** Every entry of one line's stock, in the order of the days; undefined when it is none of these sellers'. */
export async function stockEntries(
  db: Queryable,
  tenants: readonly string[],
  accountId: string,
): Promise<z.input<typeof stockEntrySchema>[] | undefined> {
  const rows = await entries(db, `e.account_id = $1 and e.tenant_id = any($2)`, [accountId, tenants]);
  return rows.length === 0 ? undefined : rows;
}

/** Entries of some places (or all), newest first, after a cursor. */
export async function movements(
  db: Queryable,
  tenants: readonly string[],
  asked: {
    places?: readonly string[] | undefined;
    kind?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: z.input<typeof stockEntrySchema>[]; next: string | null }> {
  const { rows: page } = await db.query<{ id: string }>(
    `select e.id from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where a.tenant_id = any($1) and a.book = 'overseas-warehouse' and ($2::text[] is null or a.place = any($2))
        and ($3::text is null or e.kind = $3)
        and ($4::uuid is null or (e.recorded_at, e.id) < (select recorded_at, id from ledger_entries where id = $4))
      order by e.recorded_at desc, e.id desc limit $5`,
    [tenants, asked.places ?? null, asked.kind ?? null, asked.cursor ?? null, asked.limit + 1],
  );
  const ids = page.slice(0, asked.limit).map((row) => row.id);
  const found = new Map((await entries(db, 'e.id = any($1)', [ids])).map((entry) => [entry.id, entry]));
  return {
    items: ids.flatMap((id) => found.get(id) ?? []),
    next: page.length > asked.limit ? (ids.at(-1) ?? null) : null,
  };
}

async function entries(
  db: Queryable,
  where: string,
  values: unknown[],
): Promise<z.input<typeof stockEntrySchema>[]> {
  const { rows } = await db.query<z.input<typeof stockEntrySchema> & { at: Date }>(
    `select e.id, e.kind, trim_scale(e.quantity)::text as quantity, e.reverses, e.occurred_on::text as "occurredOn", e.reference,
            e.source, e.note, actor_name(e.recorded_by) as "recordedBy", e.recorded_at as at, a.place as warehouse,
            c.order_no as "orderNo", a.item_no as "itemNo", coalesce(l.item_name, l.gname) as name,
            exists (select 1 from ledger_entries r where r.reverses = e.id) as reversed,
            (select o.place from ledger_entries x join ledger_accounts o on o.id = x.account_id
              where x.transfer = e.transfer and x.account_id <> e.account_id limit 1) as other,
            (select trim_scale(sum(s.quantity))::text from ledger_entries s where s.account_id = e.account_id
                and (s.occurred_on, s.recorded_at, s.id) <= (e.occurred_on, e.recorded_at, e.id)) as stock
       from ledger_entries e join ledger_accounts a on a.id = e.account_id
       join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
      where ${where} order by e.occurred_on, e.recorded_at, e.id`,
    values,
  );
  return rows.map(({ at, ...entry }) => ({ ...entry, recordedAt: at.toISOString() }));
}

type Position = z.input<typeof rebatePositionSchema>;
/** Days before the last one from which on a year is said to be due. */
const DUE_DAYS = 60;

/**
 * 离境即退税: for every year of exit what departed, what was sold and what is unsold at its declared value (CNY), what tax
 * records claim in advance, and until when sales are settled.
 */
export async function rebatePosition(
  db: Queryable,
  terms: readonly RebateTerm[],
  tenants: readonly string[],
  asked: { places?: readonly string[] | undefined; today: string },
): Promise<Position> {
  const { rows } = await db.query<
    Omit<Position['years'][number], 'settleBy' | 'daysLeft' | 'state' | 'claimed' | 'claimedCny' | 'settled'>
  >(
    `with stock as (
       select to_char(c.cleared_at at time zone 'Asia/Shanghai', 'YYYY') as year, a.balance, r.unit_cny, s.*
         from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
         ${VALUED}
         cross join lateral (
           select coalesce(sum(quantity) filter (where kind = 'departed'), 0) as departed,
                  coalesce(-sum(quantity) filter (where kind = 'sold'), 0) as sold,
                  coalesce(-sum(quantity) filter (where kind in ('returned', 'lost')), 0) as other
             from ledger_entries e where e.account_id = a.id) s
        where a.tenant_id = any($1) and a.book = 'overseas-warehouse' and ($2::text[] is null or a.place = any($2))
          and c.cleared_at is not null)
     select year, count(*)::int as lines, (count(*) filter (where balance > 0))::int as "unsoldLines",
            (count(*) filter (where unit_cny is null))::int as "withoutRate",
            coalesce(sum(round(departed * unit_cny, 2)), 0)::numeric(24, 2)::text as "departedCny",
            coalesce(sum(round(sold * unit_cny, 2)), 0)::numeric(24, 2)::text as "soldCny",
            coalesce(sum(round(other * unit_cny, 2)), 0)::numeric(24, 2)::text as "otherCny",
            coalesce(sum(round(balance * unit_cny, 2)), 0)::numeric(24, 2)::text as "unsoldCny"
       from stock group by year order by year desc`,
    [tenants, asked.places ?? null],
  );
  const { rows: claims } = await db.query<{ year: string; claimed: number; cny: string; settled: number }>(
    `select to_char(c.cleared_at at time zone 'Asia/Shanghai', 'YYYY') as year, count(distinct c.id)::int as claimed,
            coalesce(sum(t.cny), 0)::text as cny, (count(distinct c.id) filter (where t.status in ('settled', 'repaid')))::int as settled
       from tax_standing t join declarations c on c.id = t.declaration_id
      where t.tenant_id = any($1) and t.kind = 'advance' and t.status <> 'refused' and c.cleared_at is not null
        and ($2::text[] is null or exists (
          select 1 from ledger_accounts a join declaration_lines l on l.id = a.line_id
           where l.declaration_id = c.id and a.place = any($2)))
      group by 1`,
    [tenants, asked.places ?? null],
  );
  const [newest] = terms;
  return {
    rule: {
      text: newest?.text ?? { zh: '', en: '' },
      source: newest?.source ?? '',
      seen: newest?.seen ?? false,
      flag: newest?.flag ?? '',
    },
    years: rows.map((row) => {
      const claim = claims.find((c) => c.year === row.year);
      const by = settleBy(terms, `${row.year}-12-31`);
      const daysLeft =
        by === null ? null : Math.round((Date.parse(by) - Date.parse(asked.today)) / 86_400_000);
      // What was claimed in advance ends with its settlement; without a claim on record, with the last sale.
      const open = claim === undefined ? row.unsoldLines > 0 : claim.settled < claim.claimed;
      return {
        ...row,
        settleBy: by,
        daysLeft,
        claimed: claim?.claimed ?? 0,
        claimedCny: claim?.cny ?? '0.00',
        settled: claim?.settled ?? 0,
        state: !open
          ? 'done'
          : daysLeft === null || daysLeft > DUE_DAYS
            ? 'open'
            : daysLeft < 0
              ? 'overdue'
              : 'due',
      };
    }),
  };
}
