import { Dec } from '../base/decimal.js';
import { readEnterprises } from '../figures/read.js';
import { addUp, countEnterprises, sumFigures } from '../figures/sums.js';
import type { Queryable } from '../store/store.js';
import type { Indicator } from './indicators.js';

/** What the gateway knows of an indicator: its value in the unit, and how many enterprises stand behind it. */
export interface Actual {
  /** Decimal text in the indicator's unit, at most four places. */
  value: string;
  enterprises: number;
  /** Lines left out because the district of registration is not known; null where that does not matter. */
  districtUnknown: number | null;
}

const FACTORS: Partial<Record<Indicator['unit'], number>> = { 亿元: 100_000_000, 万单: 10_000, 万户: 10_000 };

/**
 * The actual of an indicator for a calendar year (Asia/Shanghai) as of a moment, over the given tenants; undefined for what
 * the gateway cannot know and for clearance times, which are no single number.
 */
export async function actualOf(
  db: Queryable,
  indicator: Indicator,
  scope: { tenants: readonly string[]; year: number; asOf: Date },
): Promise<Actual | undefined> {
  const { formula, unit } = indicator;
  if (formula.fn === 'given' || formula.fn === 'clearance') return undefined;
  if (formula.fn === 'registered') {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from tenants
        where id = any($1) and role = 'seller' and code is not null
          and created_at < make_timestamptz($2 + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai')`,
      [scope.tenants, scope.year],
    );
    const n = rows[0]?.n ?? 0;
    return { value: String(n), enterprises: n, districtUnknown: null };
  }
  const months = {
    tenants: scope.tenants,
    from: `${scope.year}-01`,
    to: `${scope.year}-12`,
    asOf: scope.asOf,
  };
  const chosen = formula.district
    ? { district: [formula.district, formula.district.replace(/区$/, '')] }
    : {};
  const query = { ...months, by: [], chosen };
  const sum = addUp(await sumFigures(db, query, []));
  const enterprises = await countEnterprises(db, query, []);
  const districtUnknown = formula.district
    ? addUp(await sumFigures(db, { ...query, chosen: { district: [''] } }, [])).gross.lines
    : null;
  const value = async (): Promise<Dec> => {
    if (formula.fn === 'trade') return new Dec(sum.net.cny);
    if (formula.fn === 'orders') return new Dec(sum.gross.documents - sum.withdrawn.documents);
    if (formula.fn === 'enterprises') return new Dec(enterprises);
    const each = await readEnterprises(db, { ...months, chosen });
    return new Dec(each.filter((e) => new Dec(e.net.cny).gte(formula.cny)).length);
  };
  const inUnit = (await value()).div(FACTORS[unit] ?? 1).toDecimalPlaces(4, Dec.ROUND_HALF_UP);
  return { value: inUnit.toFixed(), enterprises, districtUnknown };
}

/** A value an officer gave, with its source. */
export interface GivenValue {
  value: string;
  source: string;
  givenBy: string;
  givenAt: Date;
}

/** The newest value given for each indicator of a year. */
export async function givenValues(db: Queryable, year: number): Promise<Map<string, GivenValue>> {
  const { rows } = await db.query<GivenValue & { indicator: string }>(
    `select distinct on (indicator) indicator, value, source, actor_name(given_by) as "givenBy", given_at as "givenAt"
       from indicator_values where year = $1 order by indicator, id desc`,
    [year],
  );
  return new Map(rows.map(({ indicator, ...given }) => [indicator, given]));
}
