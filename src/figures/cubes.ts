import type { Queryable } from '../store/store.js';
import type { Chosen, Dimension } from './dimensions.js';
import type { CountryGroup } from './rule.js';

const PERIODS = ['month', 'quarter', 'year'] as const;

/**
 * Coarse sums of figures: the dimensions each keeps apart, the smallest first. `place` does not know whose figures they
 * are and serves who may see all of them.
 */
export const cubes = [
  {
    id: 'place',
    dimensions: [...PERIODS, 'regime', 'direction', 'country', 'port', 'transport', 'channel', 'platform'],
    countries: true,
    tenants: false,
    days: true,
  },
  {
    id: 'enterprise',
    dimensions: [...PERIODS, 'regime', 'direction', 'enterprise', 'district', 'park'],
    countries: false,
    tenants: true,
    days: true,
  },
  {
    id: 'destination',
    dimensions: [...PERIODS, 'regime', 'direction', 'enterprise', 'country'],
    countries: true,
    tenants: true,
    days: false,
  },
] as const satisfies readonly {
  id: string;
  dimensions: readonly Dimension[];
  countries: boolean;
  tenants: boolean;
  /** Kept by day of recording too, so that a past moment takes apart one day, not a month; too many rows for a fine one. */
  days: boolean;
}[];
export type Cube = (typeof cubes)[number];

/** True when these tenants are all there are, so that nobody's figures have to be left out. */
export async function areAll(db: Queryable, tenants: readonly string[]): Promise<boolean> {
  const { rows } = await db.query('select 1 from tenants where id <> all($1::uuid[]) limit 1', [tenants]);
  return rows.length === 0;
}

/** The smallest coarse sum that knows every dimension of a question; undefined when only the cells do. */
export function cubeFor(
  question: { by: readonly Dimension[]; chosen: Chosen },
  ofEveryone: boolean,
  groups: readonly CountryGroup[],
): Cube | undefined {
  const asked = new Set([...question.by, ...Object.keys(question.chosen)]);
  return cubes.find(
    ({ dimensions, countries, tenants }) =>
      (tenants || ofEveryone) &&
      [...asked].every(
        (d) => (dimensions as readonly string[]).includes(d) || (countries && groups.some((g) => g.id === d)),
      ),
  );
}

const AMOUNTS = ['documents', 'lines', 'unrated', 'cny', 'usd'];
/** The columns of a cell that some coarse sum knows. */
export const cubeColumns = [
  'tenant_id',
  'measure',
  'month',
  'regime',
  'direction',
  'enterprise',
  'district',
  'park',
  'country',
  'port',
  'transport',
  'channel',
  'platform_code',
];

/**
 * SQL of what a coarse sum holds as of a moment, with the columns of a cell (those it knows) and its amounts: the months
 * of recording before the moment's own, the days of its month up to its day (or, without days, that month), what is not
 * folded yet, less what that day (month) holds that was recorded later.
 */
export function cubeAsOf({ id, tenants, days }: Cube, moment: string): string {
  const at = `(${moment}::timestamptz at time zone 'Asia/Shanghai')`;
  const tenant = tenants ? 'f.tenant_id' : 'null::uuid as tenant_id';
  const cell = cubeColumns.map((c) => (c === 'tenant_id' ? tenant : `f.${c}`)).join(', ');
  const deltas = (sign: string, which: string) => `
  select ${cell}, ${AMOUNTS.map((a) => `${sign}d.${a}`).join(', ')}
    from counting_batches b join figure_deltas d on d.batch_id = b.id join figure_cells f on f.id = d.cell_id
   where ${which}`;
  const recorded = days
    ? `((length(recorded) = 7 and recorded < to_char(${at}, 'YYYY-MM'))
       or recorded between to_char(${at}, 'YYYY-MM-01') and to_char(${at}, 'YYYY-MM-DD'))`
    : `recorded <= to_char(${at}, 'YYYY-MM')`;
  const grain = days ? 'day' : 'month';
  const end = `(date_trunc('${grain}', ${at}) + interval '1 ${grain}') at time zone 'Asia/Shanghai'`;
  return `
  select ${cubeColumns.join(', ')}, ${AMOUNTS.join(', ')} from figure_cubes where cube = '${id}' and ${recorded}
  union all ${deltas('', `not b.folded and b.recorded_at <= ${moment}::timestamptz`)}
  union all ${deltas('-', `b.folded and b.recorded_at > ${moment}::timestamptz and b.recorded_at < ${end}`)}`;
}

/** The column of each dimension a coarse sum knows, measure and month among them; the others are empty in it. */
export const columnsOf = ({ dimensions, tenants }: Cube): string[] => {
  const known = new Set(dimensions.map((d) => (d === 'platform' ? 'platform_code' : d)));
  return cubeColumns.filter(
    (c) => c === 'measure' || (c === 'tenant_id' ? tenants : (known as ReadonlySet<string>).has(c)),
  );
};
