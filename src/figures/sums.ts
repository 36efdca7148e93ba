import { Dec } from '../base/decimal.js';
import type { Queryable } from '../store/store.js';
import { areAll, cubeAsOf, cubeFor } from './cubes.js';
import { chosenSql, sqlOf, type Chosen, type Dimension } from './dimensions.js';
import { cellsAsOf } from './moment.js';
import type { Measure } from './records.js';
import type { CountryGroup } from './rule.js';

/** Which figures: of these tenants, months included (`yyyy-MM`, Asia/Shanghai), as of a moment from `momentOf`. */
export interface FiguresQuery {
  tenants: readonly string[];
  from: string;
  to: string;
  asOf: Date;
  by: readonly Dimension[];
  chosen: Chosen;
}

/** Documents and goods lines counted, lines among them without a rate, and money as decimal text with two places. */
export interface Amounts {
  documents: number;
  lines: number;
  withoutRate: number;
  cny: string;
  usd: string;
}

export interface Money {
  cny: string;
  usd: string;
}

/** Counted; taken back by withdrawals and returns; what is left; and, apart, what is released and not yet cleared. */
export interface Figure {
  gross: Amounts;
  withdrawn: Amounts;
  returned: Amounts;
  net: Money;
  pending: Amounts;
}

export type Key = Readonly<Record<string, string>>;
export type FigureRow = Figure & { key: Key };

interface Row {
  measure: Exclude<Measure, 'void'>;
  documents: string;
  lines: string;
  unrated: string;
  cny: string;
  usd: string;
  [dimension: `d${number}`]: string;
}

/** The figures by the dimensions asked for, in their order, exact to the fen; groups in which nothing stands are left out. */
export async function sumFigures(
  db: Queryable,
  query: FiguresQuery,
  groups: readonly CountryGroup[],
): Promise<FigureRow[]> {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const parts = { groups, add };
  const source = await cellsOf(db, query, groups, add(query.asOf));
  const conditions = conditionsOf(query, groups, add, source.ofTenants);
  const dimensions = query.by.map((d) => sqlOf(d, parts));
  const names = dimensions.map((_, i) => `d${i}`);
  // Codes sort by their bytes: the rules of a language cost more than the sums.
  const { rows } = await db.query<Row>(
    `select * from (
     select ${[...dimensions.map((sql, i) => `${sql} as d${i}`), 'c.measure'].join(', ')},
            sum(c.documents)::text as documents, sum(c.lines)::text as lines, sum(c.unrated)::text as unrated,
            sum(c.cny)::numeric(24, 2)::text as cny, sum(c.usd)::numeric(24, 2)::text as usd
       from (${source.sql}) as c
      where ${conditions.join(' and ')}
      group by ${[...names, 'c.measure'].join(', ')}
     having sum(c.lines) <> 0 or sum(c.cny) <> 0) q
      order by ${[...names, 'measure'].map((name) => `${name} collate "C"`).join(', ')}`,
    values,
  );
  const found = new Map<string, { key: Key; of: Partial<Record<Row['measure'], Amounts>> }>();
  for (const row of rows) {
    const key = Object.fromEntries(query.by.map((d, i) => [d, row[`d${i}`] ?? '']));
    const id = JSON.stringify(Object.values(key));
    const group = found.get(id) ?? { key, of: {} };
    group.of[row.measure] = {
      documents: Number(row.documents),
      lines: Number(row.lines),
      withoutRate: Number(row.unrated),
      cny: row.cny,
      usd: row.usd,
    };
    found.set(id, group);
  }
  return [...found.values()].map(({ key, of }) => ({ key, ...figureOf(of) }));
}

export const NOTHING: Amounts = { documents: 0, lines: 0, withoutRate: 0, cny: '0.00', usd: '0.00' };

function figureOf(of: Partial<Record<Row['measure'], Amounts>>): Figure {
  const [gross, withdrawn, returned] = [
    of.counted ?? NOTHING,
    of.withdrawn ?? NOTHING,
    of.returned ?? NOTHING,
  ];
  return {
    gross,
    withdrawn,
    returned,
    net: netOf(gross, withdrawn, returned),
    pending: of.pending ?? NOTHING,
  };
}

function netOf(gross: Amounts, withdrawn: Amounts, returned: Amounts): Money {
  if (withdrawn === NOTHING && returned === NOTHING) return { cny: gross.cny, usd: gross.usd };
  const left = (of: 'cny' | 'usd') => new Dec(gross[of]).minus(withdrawn[of]).minus(returned[of]).toFixed(2);
  return { cny: left('cny'), usd: left('usd') };
}

/** The sum of figures: every part is additive. */
export function addUp(figures: readonly Figure[]): Figure {
  const sum = (pick: (f: Figure) => Amounts): Amounts => {
    const all = figures.map(pick);
    const count = (of: 'documents' | 'lines' | 'withoutRate') => all.reduce((n, a) => n + a[of], 0);
    return {
      documents: count('documents'),
      lines: count('lines'),
      withoutRate: count('withoutRate'),
      cny: sumOf(all.map((a) => a.cny)),
      usd: sumOf(all.map((a) => a.usd)),
    };
  };
  const [gross, withdrawn, returned] = [sum((f) => f.gross), sum((f) => f.withdrawn), sum((f) => f.returned)];
  return {
    gross,
    withdrawn,
    returned,
    net: netOf(gross, withdrawn, returned),
    pending: sum((f) => f.pending),
  };
}

const sumOf = (texts: readonly string[]) =>
  texts.reduce((total, text) => total.plus(text), new Dec(0)).toFixed(2);

/** How many enterprises have counted lines among the figures asked for; the one number that does not add up. */
export async function countEnterprises(
  db: Queryable,
  query: FiguresQuery,
  groups: readonly CountryGroup[],
): Promise<number> {
  const values: unknown[] = [];
  const add = (value: unknown) => `$${values.push(value)}`;
  const chosen = { ...query, by: ['enterprise'] };
  const source = await cellsOf(db, chosen, groups, add(query.asOf));
  const conditions = conditionsOf(query, groups, add, source.ofTenants);
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from (
       select 1 from (${source.sql}) as c
        where c.measure = 'counted' and ${conditions.join(' and ')} group by c.enterprise having sum(c.lines) > 0) e`,
    values,
  );
  return rows[0]?.n ?? 0;
}

/** Where a question is read from: the coarse sum that knows its dimensions, else every cell. */
async function cellsOf(
  db: Queryable,
  query: FiguresQuery,
  groups: readonly CountryGroup[],
  moment: string,
): Promise<{ sql: string; ofTenants: boolean }> {
  const everyone = await areAll(db, query.tenants);
  const cube = cubeFor(query, everyone, groups);
  return {
    ofTenants: !everyone,
    sql: cube
      ? cubeAsOf(cube, moment)
      : `select f.*, v.documents, v.lines, v.unrated, v.cny, v.usd
           from (${cellsAsOf(moment)}) as v join figure_cells f on f.id = v.cell_id`,
  };
}

function conditionsOf(
  query: FiguresQuery,
  groups: readonly CountryGroup[],
  add: (value: unknown) => string,
  ofTenants: boolean,
): string[] {
  return [
    ...(ofTenants ? [`c.tenant_id = any(${add(query.tenants)}::uuid[])`] : []),
    `c.month between ${add(query.from)} and ${add(query.to)}`,
    ...chosenSql(query.chosen, { groups, add }),
  ];
}

/** The first month of which these tenants have any figures; undefined without. */
export async function firstMonth(db: Queryable, tenants: readonly string[]): Promise<string | undefined> {
  const { rows } = await db.query<{ month: string }>(
    'select month from figure_cells where tenant_id = any($1) order by month limit 1',
    [tenants],
  );
  return rows[0]?.month;
}

/** The newest name of each enterprise, by its key. */
export async function enterpriseNames(
  db: Queryable,
  enterprises: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ enterprise: string; seller_name: string }>(
    `select k.enterprise, n.seller_name from unnest($1::text[]) as k (enterprise)
       cross join lateral (select seller_name from figure_cells c where c.enterprise = k.enterprise
                            order by c.month desc, c.id limit 1) as n`,
    [[...new Set(enterprises)]],
  );
  return new Map(rows.map((r) => [r.enterprise, r.seller_name]));
}
