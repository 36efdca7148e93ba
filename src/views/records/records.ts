import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import type { recordSeriesSchema, settlementSchema, taxRecordSchema } from './shapes.js';

type Settlement = z.input<typeof settlementSchema>;
type TaxRecord = z.input<typeof taxRecordSchema>;
interface Page<T> {
  items: T[];
  next: string | null;
}

export interface RecordFilter {
  /** Days yyyy-MM-dd (Asia/Shanghai), both included. */
  from?: string | undefined;
  to?: string | undefined;
  kind?: string | undefined;
  status?: string | undefined;
  /** Part of an order number, a reference or an institution. */
  search?: string | undefined;
  /** Settlements of which something is, or nothing is left to be, applied. */
  state?: 'open' | 'applied' | undefined;
  declarationId?: string | undefined;
  /** Also what was taken back. */
  withdrawn?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

const SELLER = `json_build_object('tenantId', t.id, 'code', t.code, 'name', t.name) as seller`;
const BY =
  'actor_name(r.recorded_by) as "recordedBy", r.recorded_at as at, r.withdrawn_why as "withdrawnWhy"';

function page<T extends { id: string; at: Date }, R>(
  rows: readonly T[],
  limit: number,
  shown: (row: Omit<T, 'at'> & { recordedAt: string }) => R,
): Page<R> {
  return {
    items: rows.slice(0, limit).map(({ at, ...row }) => shown({ ...row, recordedAt: at.toISOString() })),
    next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null,
  };
}

/** Settlements of these enterprises, newest first, after a cursor. */
export async function listSettlements(
  db: Queryable,
  tenants: readonly string[],
  asked: RecordFilter,
): Promise<Page<Settlement>> {
  const { rows } = await db.query<Omit<Settlement, 'recordedAt'> & { at: Date }>(
    `select r.id, ${SELLER}, r.kind, r.institution, r.institution_code as "institutionCode", r.licence_no as "licenceNo",
            r.licence_to::text as "licenceTo",
            case when r.licence_no = '' then 'not-said' when r.licence_to < r.settled_on then 'expired' else 'valid' end as licence,
            r.reference, r.currency, trim_scale(r.amount)::text as amount, r.cny::text, r.usd::text, r.settled_on::text as "settledOn",
            trim_scale(a.applied)::text as applied, a.orders, r.note, r.source, ${BY}
       from settlements r join tenants t on t.id = r.tenant_id
       cross join lateral (
         select coalesce(sum(p.amount), 0) as applied,
                coalesce(json_agg(json_build_object('declarationId', c.id, 'orderNo', c.order_no, 'amount', trim_scale(p.amount)::text)
                                  order by c.order_no) filter (where c.id is not null), '[]') as orders
           from settlement_applications p join declarations c on c.id = p.declaration_id
          where p.settlement_id = r.id and (p.withdrawn_at is null or r.withdrawn_at is not null)) a
      where r.tenant_id = any($1) and ($2::date is null or r.settled_on >= $2) and ($3::date is null or r.settled_on <= $3)
        and ($4::text is null or r.kind = $4)
        and ($5::text is null or position(upper($5) in upper(r.reference || ' ' || r.institution)) > 0
             or exists (select 1 from settlement_applications p join declarations c on c.id = p.declaration_id
                         where p.settlement_id = r.id and position(upper($5) in upper(c.order_no)) > 0))
        and ($6::text is null or (a.applied < r.amount) = ($6 = 'open'))
        and ($7::uuid is null or exists (select 1 from settlement_applications p where p.settlement_id = r.id
                                            and p.declaration_id = $7 and p.withdrawn_at is null))
        and ($8 or r.withdrawn_at is null) and ($9::uuid is null or r.id < $9)
      order by r.id desc limit $10`,
    [
      tenants,
      asked.from ?? null,
      asked.to ?? null,
      asked.kind ?? null,
      asked.search ?? null,
      asked.state ?? null,
      asked.declarationId ?? null,
      asked.withdrawn ?? false,
      asked.cursor ?? null,
      asked.limit + 1,
    ],
  );
  return page(rows, asked.limit, (row) => row);
}

/** Tax records of these enterprises, newest first, after a cursor. */
export async function listTaxRecords(
  db: Queryable,
  tenants: readonly string[],
  asked: RecordFilter,
): Promise<Page<TaxRecord>> {
  const { rows } = await db.query<Omit<TaxRecord, 'recordedAt'> & { at: Date }>(
    `select r.id, ${SELLER}, r.declaration_id as "declarationId", c.order_no as "orderNo", c.invt_no as "invtNo", c.regime, r.kind,
            r.status, r.reference, r.cny::text, r.happened_on::text as "happenedOn", r.office, r.note, r.source,
            exists (select 1 from tax_standing s where s.id = r.id) as standing, ${BY}
       from tax_records r join tenants t on t.id = r.tenant_id join declarations c on c.id = r.declaration_id
      where r.tenant_id = any($1) and ($2::date is null or r.happened_on >= $2) and ($3::date is null or r.happened_on <= $3)
        and ($4::text is null or r.kind = $4) and ($5::text is null or r.status = $5)
        and ($6::text is null or position(upper($6) in upper(concat_ws(' ', r.reference, c.order_no, c.invt_no))) > 0)
        and ($7::uuid is null or r.declaration_id = $7)
        and ($8 or r.withdrawn_at is null) and ($9::uuid is null or r.id < $9)
      order by r.id desc limit $10`,
    [
      tenants,
      asked.from ?? null,
      asked.to ?? null,
      asked.kind ?? null,
      asked.status ?? null,
      asked.search ?? null,
      asked.declarationId ?? null,
      asked.withdrawn ?? false,
      asked.cursor ?? null,
      asked.limit + 1,
    ],
  );
  return page(rows, asked.limit, (row) => row);
}

/** Settlements as rows of their sheet, one for each order, so that the file can be imported again. */
export const settlementRows = (items: readonly Settlement[]): Record<string, string | null>[] =>
  items.flatMap((item) =>
    (item.orders.length > 0 ? item.orders : [undefined]).map((order) => ({
      kind: item.kind,
      institution: item.institution,
      institutionCode: item.institutionCode,
      licenceNo: item.licenceNo,
      licenceTo: item.licenceTo,
      reference: item.reference,
      currency: item.currency,
      amount: item.amount,
      settledOn: item.settledOn,
      note: item.note,
      orderNo: order?.orderNo ?? null,
      applied: order?.amount ?? null,
    })),
  );

/** Tax records as rows of their sheet. */
export const taxRows = (items: readonly TaxRecord[]): Record<string, string | null>[] =>
  items.map(({ kind, status, reference, happenedOn, office, note, orderNo, invtNo, cny }) => ({
    orderNo,
    invtNo,
    kind,
    status,
    amount: cny,
    happenedOn,
    reference,
    office,
    note,
  }));

/** Settlements and tax by month, each a series of its own. */
export async function recordSeries(
  db: Queryable,
  tenants: readonly string[],
  asked: { from: string; to: string },
): Promise<z.input<typeof recordSeriesSchema>> {
  type Series = z.input<typeof recordSeriesSchema>;
  const { rows: settlements } = await db.query<Series['settlements'][number]>(
    `select to_char(r.settled_on, 'YYYY-MM') as month, r.kind, count(*)::int as records,
            coalesce(sum(r.cny), 0)::numeric(24, 2)::text as cny, coalesce(sum(r.usd), 0)::numeric(24, 2)::text as usd,
            (count(*) filter (where r.rate_id is null))::int as "withoutRate", count(distinct r.institution)::int as institutions,
            coalesce(sum(round(r.cny * a.applied / r.amount, 2)), 0)::numeric(24, 2)::text as "appliedCny"
       from settlements r
       cross join lateral (select coalesce(sum(p.amount), 0) as applied from settlement_applications p
                            where p.settlement_id = r.id and p.withdrawn_at is null) a
      where r.tenant_id = any($1) and r.withdrawn_at is null and r.settled_on between $2::date and $3::date
      group by 1, 2 order by 1 desc, 2`,
    [tenants, asked.from, asked.to],
  );
  const { rows: tax } = await db.query<Series['tax'][number]>(
    `select to_char(happened_on, 'YYYY-MM') as month, kind, status, count(*)::int as records, sum(cny)::numeric(24, 2)::text as cny
       from tax_standing where tenant_id = any($1) and happened_on between $2::date and $3::date
      group by 1, 2, 3 order by 1 desc, 2, 3`,
    [tenants, asked.from, asked.to],
  );
  return { settlements, tax };
}
