import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import { effectiveShare, type Holding } from '../../warehouses/holding.js';
import { countryText, type CountryNames } from './country.js';
import type {
  warehouseDetailSchema,
  warehouseEvidenceSchema,
  warehouseFactSchema,
  warehouseSchema,
} from './shapes.js';

interface Row {
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
  evidence: number;
  holdings: Holding[];
}

/** Warehouses of these sellers as of a day (yyyy-MM-dd): area held that day and averaged over its year so far, share, whom it serves. */
export async function listWarehouses(
  db: Queryable,
  names: CountryNames,
  tenants: readonly string[],
  day: string,
  id?: string,
): Promise<z.input<typeof warehouseSchema>[]> {
  const { rows } = await db.query<Row>(
    `select w.id, w.name, w.tenant_id, t.code, t.name as seller, w.data, w.version, actor_name(w.changed_by) as changed_by,
            w.changed_at, s.lines, h.area, h.average,
            (select count(distinct e) from (
               select t.code as e where t.code is not null
               union select f.subject from warehouse_facts f where f.warehouse_id = w.id and f.kind = 'served'
                  and f.withdrawn_at is null and $2::date between f.valid_from and coalesce(f.valid_to, 'infinity')) e)::int as enterprises,
            (select count(*)::int from warehouse_evidence v where v.warehouse_id = w.id and v.withdrawn_at is null) as evidence,
            (select coalesce(json_agg(json_build_object('holder', f.subject, 'held', f.object, 'share', trim_scale(f.share)::text)), '[]')
               from warehouse_facts f where f.warehouse_id = w.id and f.kind = 'holding' and f.withdrawn_at is null
                and $2::date between f.valid_from and coalesce(f.valid_to, 'infinity')) as holdings
       from warehouses w join tenants t on t.id = w.tenant_id
       cross join lateral (
         select (max(square_metres) filter (where from_day <= $2::date and next > $2::date))::text as area,
                round(sum(square_metres * greatest(0, least(next, $2::date + 1) - greatest(from_day, date_trunc('year', $2::date)::date)))
                      / ($2::date - date_trunc('year', $2::date)::date + 1), 2)::text as average
           from (select square_metres, from_day, coalesce(lead(from_day) over (order by from_day), '9999-12-31'::date) as next
                   from warehouse_areas where warehouse_id = w.id) a) h
       cross join lateral (select count(*)::int as lines from ledger_accounts a
                            where a.tenant_id = w.tenant_id and a.book = 'overseas-warehouse'
                              and a.place in (w.name, coalesce(w.data ->> 'code', w.name))) s
      where w.tenant_id = any($1) and ($3::uuid is null or w.id = $3) order by t.name, w.name`,
    [tenants, day, id ?? null],
  );
  return rows.map((r) => ({
    id: r.id,
    name: r.name,
    seller: { tenantId: r.tenant_id, code: r.code, name: r.seller },
    data: r.data,
    country: countryText(names, r.data.country ?? ''),
    version: r.version,
    changedBy: r.changed_by,
    changedAt: r.changed_at.toISOString(),
    area: r.area,
    averageArea: r.average,
    share: effectiveShare(r.holdings, [r.seller, ...(r.code === null ? [] : [r.code])]),
    lines: r.lines,
    enterprises: r.enterprises,
    evidence: r.evidence,
  }));
}

/** The rows of the sheet `warehouses` as they are exported: countries in words. */
export const warehouseRows = (items: readonly z.input<typeof warehouseSchema>[]): Record<string, string>[] =>
  items.map(({ data, country }) => ({ ...data, country: country.zh }));

/** One warehouse with its history, facts and papers; undefined when none of these sellers has it. */
export async function warehouseDetail(
  db: Queryable,
  names: CountryNames,
  tenants: readonly string[],
  id: string,
  day: string,
): Promise<z.input<typeof warehouseDetailSchema> | undefined> {
  const [found] = await listWarehouses(db, names, tenants, day, id);
  if (!found) return undefined;
  const { rows: areas } = await db.query<{ from: string; squareMetres: string; changedBy: string }>(
    `select from_day::text as from, square_metres::text as "squareMetres", actor_name(changed_by) as "changedBy"
       from warehouse_areas where warehouse_id = $1 order by from_day desc`,
    [id],
  );
  const { rows: versions } = await db.query<{
    version: number;
    data: Record<string, string>;
    changedBy: string;
    at: Date;
  }>(
    `select version, data, actor_name(changed_by) as "changedBy", created_at as at
       from warehouse_versions where warehouse_id = $1 order by version desc`,
    [id],
  );
  return {
    ...found,
    areas,
    versions: versions.map(({ at, ...version }) => ({
      ...version,
      country: countryText(names, version.data.country ?? ''),
      changedAt: at.toISOString(),
    })),
    facts: await factsOf(db, id, day),
    papers: await papersOf(db, id),
    places: [...new Set([found.data.code ?? found.name, found.name])],
  };
}

interface Trail {
  recordedBy: string;
  recorded: Date;
  withdrawnBy: string | null;
  withdrawn: Date | null;
  withdrawnWhy: string | null;
}
const TRAIL = `actor_name(recorded_by) as "recordedBy", recorded_at as recorded,
  case when withdrawn_at is not null then actor_name(withdrawn_by) end as "withdrawnBy", withdrawn_at as withdrawn, withdrawn_why as "withdrawnWhy"`;
const trail = <T extends Trail>({ recorded, withdrawn, ...row }: T) => ({
  ...row,
  recordedAt: recorded.toISOString(),
  withdrawnAt: withdrawn?.toISOString() ?? null,
});

async function factsOf(
  db: Queryable,
  id: string,
  day: string,
): Promise<z.input<typeof warehouseFactSchema>[]> {
  type Fact = Omit<z.input<typeof warehouseFactSchema>, 'recordedAt' | 'withdrawnAt'> & Trail;
  const { rows } = await db.query<Fact>(
    `select id, kind, subject, object, trim_scale(share)::text as share, valid_from::text as "validFrom", valid_to::text as "validTo",
            withdrawn_at is null and $2::date between valid_from and coalesce(valid_to, 'infinity') as "inForce", source, ${TRAIL}
       from warehouse_facts where warehouse_id = $1 order by kind, withdrawn_at is not null, valid_from desc, subject`,
    [id, day],
  );
  return rows.map(trail);
}

async function papersOf(db: Queryable, id: string): Promise<z.input<typeof warehouseEvidenceSchema>[]> {
  type Paper = Omit<z.input<typeof warehouseEvidenceSchema>, 'recordedAt' | 'withdrawnAt' | 'file'> & Trail;
  const { rows } = await db.query<Paper>(
    `select id, kind, title, file_name as "fileName", media_type as "mediaType", size, encode(sha256, 'hex') as sha256,
            valid_from::text as "validFrom", valid_to::text as "validTo", ${TRAIL}
       from warehouse_evidence where warehouse_id = $1 order by withdrawn_at is not null, recorded_at desc`,
    [id],
  );
  return rows.map((row) => ({ ...trail(row), file: `/v1/warehouses/evidence/${row.id}/file` }));
}
