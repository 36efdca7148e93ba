import { createHash } from 'node:crypto';
import type { Queryable } from '../store/store.js';
import { chosenSql, type Chosen, type Dimension } from './dimensions.js';
import { stoodAsOf } from './moment.js';
import { RECORD_FIELDS, type Cause, type Measure, type StandingRecord } from './records.js';
import type { CountryGroup, SourceKind } from './rule.js';
import {
  addUp,
  enterpriseNames,
  sumFigures,
  type Figure,
  type FigureRow,
  type FiguresQuery,
  type Money,
} from './sums.js';

/**
 * What other rooms (awards, warehouses, reports) read of the figures. All of it is as of a moment taken once with
 * `momentOf`, so that totals, records and a digest of one page or one award sheet speak of the same versions; keep the
 * moment, and the same question gives the same answer later.
 */
export interface Scope {
  /** Tenants whose rows may be read (`Access.tenants`), or all of them for the committee's own work. */
  tenants: readonly string[] | 'all';
  /** Months included, `yyyy-MM` of Asia/Shanghai; one month: the same twice. */
  from: string;
  to: string;
  asOf: Date;
  /** Any of several values by dimension: enterprise (统一社会信用代码), regime, channel, district, direction (E, I) … */
  chosen?: Chosen;
}

/** The figures of each enterprise in scope, by its key; `by` adds dimensions (month, regime, district …) in their order. */
export async function readEnterprises(
  db: Queryable,
  scope: Scope,
  by: readonly Dimension[] = [],
  groups: readonly CountryGroup[] = [],
): Promise<(FigureRow & { enterprise: string; name: string })[]> {
  const query = await queryOf(db, scope, ['enterprise', ...by.filter((d) => d !== 'enterprise')]);
  const rows = await sumFigures(db, query, groups);
  const keys = rows.map((row) => row.key.enterprise ?? '');
  const names = await enterpriseNames(db, keys);
  return rows.map((row, i) => ({ ...row, enterprise: keys[i] ?? '', name: names.get(keys[i] ?? '') ?? '' }));
}

/** The figures of one enterprise: each month that has any, and their sum. */
export async function readEnterprise(
  db: Queryable,
  scope: Scope,
  enterprise: string,
  groups: readonly CountryGroup[] = [],
): Promise<{ months: (FigureRow & { month: string })[]; sum: Figure }> {
  const own = { ...scope, chosen: { ...scope.chosen, enterprise: [enterprise] } };
  const rows = await sumFigures(db, await queryOf(db, own, ['month']), groups);
  return { months: rows.map((row) => ({ ...row, month: row.key.month ?? '' })), sum: addUp(rows) };
}

/** One version of a record, as it stood. */
export type RecordVersion = StandingRecord & { enterprise: string; cause: Cause; recordedAt: Date };

/**
 * The versions behind figures, in the order of their ids; `measure` leaves out the others, `after` is the id after which
 * to go on. Each names its source (declaration), line, event and version, which identify it for ever.
 */
export async function readRecords(
  db: Queryable,
  scope: Scope,
  page: {
    measures?: readonly Measure[];
    source?: SourceKind | undefined;
    after?: string | undefined;
    limit: number;
  },
  groups: readonly CountryGroup[] = [],
): Promise<{ records: RecordVersion[]; next: string | null }> {
  const { where, values, add } = await conditions(db, scope, page.measures, groups);
  const after =
    (page.after === undefined ? '' : ` and c.id > ${add(page.after)}`) +
    (page.source === undefined ? '' : ` and c.source_kind = ${add(page.source)}`);
  const { rows } = await db.query<RecordVersion>(
    `select ${RECORD_FIELDS.replaceAll('r.', 'c.')}, c.enterprise, c.cause,
            (select recorded_at from counting_batches where id = c.batch_id) as "recordedAt"
       from counting_records c where ${where}${after} order by c.id limit ${add(page.limit + 1)}`,
    values,
  );
  const records = rows.slice(0, page.limit);
  return { records, next: rows.length > page.limit ? (records.at(-1)?.id ?? null) : null };
}

/** How many versions stand behind figures, and the SHA-256 (hex) over their ids in order: names exactly these versions. */
export async function digestRecords(
  db: Queryable,
  scope: Scope,
  measures?: readonly Measure[],
  groups: readonly CountryGroup[] = [],
): Promise<{ count: number; sha256: string }> {
  const hash = createHash('sha256');
  let count = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { where, values, add } = await conditions(db, scope, measures, groups);
    const { rows } = await db.query<{ id: string }>(
      `select c.id from counting_records c where ${where} and c.id > ${add(after)} order by c.id limit ${add(PAGE)}`,
      values,
    );
    for (const { id } of rows) hash.update(id);
    count += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    after = last.id;
  }
  return { count, sha256: hash.digest('hex') };
}

const PAGE = 50_000;

async function conditions(
  db: Queryable,
  scope: Scope,
  measures: readonly Measure[] = ['counted', 'withdrawn', 'returned', 'pending'],
  groups: readonly CountryGroup[],
) {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const query = await queryOf(db, scope, []);
  const where = [
    `c.tenant_id = any(${add(query.tenants)}::uuid[])`,
    `c.month between ${add(scope.from)} and ${add(scope.to)}`,
    `c.measure = any(${add(measures)}::text[])`,
    stoodAsOf(add(scope.asOf), 'c'),
    ...chosenSql(scope.chosen ?? {}, { groups, add }),
  ].join(' and ');
  return { where, values, add };
}

async function queryOf(db: Queryable, scope: Scope, by: readonly Dimension[]): Promise<FiguresQuery> {
  const { from, to, asOf, chosen = {} } = scope;
  const tenants =
    scope.tenants === 'all'
      ? (await db.query<{ id: string }>('select id from tenants')).rows.map((r) => r.id)
      : scope.tenants;
  return { tenants, from, to, asOf, by, chosen };
}

/** What of the figures in scope comes from imported historical data: its counted lines, gross and net. */
export async function readImported(
  db: Queryable,
  scope: Scope,
  groups: readonly CountryGroup[] = [],
): Promise<{ lines: number; gross: Money; net: Money }> {
  const { where, values } = await conditions(db, scope, ['counted', 'withdrawn', 'returned'], groups);
  const of = (money: string, sign: string) => `coalesce(sum(${sign} * c.${money}), 0)::numeric(24, 2)::text`;
  const gross = `(c.measure = 'counted')::int`;
  const net = `case when c.measure = 'counted' then 1 else -1 end`;
  const { rows } = await db.query<{ lines: number; gc: string; gu: string; nc: string; nu: string }>(
    `select coalesce(sum(${gross}), 0)::int as lines, ${of('cny', gross)} as gc, ${of('usd', gross)} as gu,
            ${of('cny', net)} as nc, ${of('usd', net)} as nu
       from counting_records c where c.source_kind = 'history' and ${where}`,
    values,
  );
  const { lines = 0, gc = '0.00', gu = '0.00', nc = '0.00', nu = '0.00' } = rows[0] ?? {};
  return { lines, gross: { cny: gc, usd: gu }, net: { cny: nc, usd: nu } };
}

/** All versions of the line and event that the version `id` belongs to, oldest first; none when it is not these tenants'. */
export async function readRecord(
  db: Queryable,
  tenants: readonly string[],
  id: string,
): Promise<RecordVersion[]> {
  const { rows } = await db.query<RecordVersion>(
    `select ${RECORD_FIELDS}, r.enterprise, r.cause,
            (select recorded_at from counting_batches where id = r.batch_id) as "recordedAt"
       from counting_records k
       join counting_records r on r.source_id = k.source_id and r.line = k.line and r.event_id = k.event_id
      where k.id = $1 and k.tenant_id = any($2) and r.tenant_id = any($2) order by r.version`,
    [id, tenants],
  );
  return rows;
}
