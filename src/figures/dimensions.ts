import { groupBy } from '../base/collections.js';
import type { CountryGroup } from './rule.js';

/** What figures can be grouped and chosen by: a column of the cell, or what follows from its month. */
const CELL_SQL = {
  month: 'c.month',
  quarter: `left(c.month, 4) || '-Q' || ((right(c.month, 2)::int + 2) / 3)::text`,
  year: 'left(c.month, 4)',
  enterprise: 'c.enterprise',
  district: 'c.district',
  park: 'c.park',
  regime: 'c.regime',
  direction: 'c.direction',
  country: 'c.country',
  transport: 'c.transport',
  port: 'c.port',
  sourcePlace: 'c.source_place',
  channel: 'c.channel',
  platform: 'c.platform_code',
} as const;
export type CellDimension = keyof typeof CELL_SQL;
/** A dimension of the cell, or the id of a group of countries (`rcep`), whose values are `member` and `other`. */
export type Dimension = CellDimension | (string & {});

export const cellDimensions = Object.keys(CELL_SQL) as CellDimension[];
export const periodDimensions: readonly Dimension[] = ['month', 'quarter', 'year'];

/** Every name by which figures can be grouped. */
export const dimensionsOf = (groups: readonly CountryGroup[]): string[] => [
  ...cellDimensions,
  ...groups.map((g) => g.id),
];

/** Values asked for, by dimension: any of several. */
export type Chosen = Readonly<Partial<Record<string, readonly string[]>>>;

/** What SQL of dimensions is made with: the groups of countries, and how a parameter is added. */
export interface SqlParts {
  groups: readonly CountryGroup[];
  add(value: unknown): string;
}

/**
 * SQL of a dimension over `c`, a cell or a record with the same column names. Membership in a group of countries goes by
 * the month. Throws RangeError for a name that is no dimension.
 */
export function sqlOf(dimension: Dimension, { groups, add }: SqlParts): string {
  if (Object.hasOwn(CELL_SQL, dimension)) return CELL_SQL[dimension as CellDimension];
  const group = groups.find((g) => g.id === dimension);
  if (!group) throw new RangeError(`no dimension ${dimension}`);
  const member = spansOf(group).map(({ from, to, countries }) =>
    [
      `c.month >= ${add(from)}`,
      ...(to === undefined ? [] : [`c.month <= ${add(to)}`]),
      `c.country = any(${add(countries)}::text[])`,
    ].join(' and '),
  );
  return `case when ${member.map((m) => `(${m})`).join(' or ') || 'false'} then 'member' else 'other' end`;
}

/** The members of a group by the months of their membership. */
function spansOf({ members }: CountryGroup): { from: string; to: string | undefined; countries: string[] }[] {
  const spans = groupBy(members, ({ from, to }) => `${from} ${to ?? ''}`);
  return [...spans.values()].map((same) => ({
    from: same[0]?.from ?? '',
    to: same[0]?.to,
    countries: same.map((m) => m.country),
  }));
}

/** The month `n` months after (before, when negative) a month `yyyy-MM`. */
export function monthAfter(month: string, n = 1): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + n;
  return `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
}

/** SQL conditions of what is asked for, over `c`. */
export const chosenSql = (chosen: Chosen, parts: SqlParts): string[] =>
  Object.entries(chosen).flatMap(([dimension, values]) =>
    values ? [`${sqlOf(dimension, parts)} = any(${parts.add(values)}::text[])`] : [],
  );
