import { api } from '../api/calls.js';
import type { FigureLine, Figures } from '../api/types.js';
import type { TextKey } from '../texts/index.js';

/** What figures can be grouped by, besides the groups of countries that the counting rule names. */
export const DIMENSIONS = [
  'month',
  'quarter',
  'year',
  'enterprise',
  'regime',
  'country',
  'district',
  'park',
  'transport',
  'port',
  'sourcePlace',
  'channel',
  'platform',
  'direction',
] as const;
type Known = (typeof DIMENSIONS)[number];
export const isKnown = (name: string): name is Known => (DIMENSIONS as readonly string[]).includes(name);
export const dimensionKey = (name: Known): TextKey => `dimension.${name}`;
const PERIODS: readonly string[] = ['month', 'quarter', 'year'];

/** What the address of the totals page holds; everything else in it is a choice of a dimension. */
export interface TotalsPlace {
  from: string;
  to: string;
  direction: string;
  by: string[];
  yearOnYear: boolean;
  asOf: string | undefined;
  chosen: Record<string, string>;
}

export const BY = ['month', 'enterprise', 'regime'];
const OWN: readonly string[] = ['from', 'to', 'direction', 'by', 'yearOnYear', 'asOf'];

/** `thisMonth` as `yyyy-MM`: without months in the address, those of this year. */
export function placeOf(search: URLSearchParams, thisMonth: string): TotalsPlace {
  const to = search.get('to') ?? thisMonth;
  return {
    from: search.get('from') ?? `${to.slice(0, 4)}-01`,
    to,
    direction: search.get('direction') ?? 'E',
    by: search.get('by')?.split(',').filter(Boolean) ?? BY,
    yearOnYear: search.get('yearOnYear') === 'true',
    asOf: search.get('asOf') ?? undefined,
    chosen: Object.fromEntries([...search].filter(([name]) => !OWN.includes(name))),
  };
}

/** The question as the API takes it. An empty choice stands for what is not known and is kept. */
export function queryOf({ by, chosen, ...rest }: TotalsPlace): URLSearchParams {
  const query = new URLSearchParams({ from: rest.from, to: rest.to, direction: rest.direction });
  if (by.length > 0) query.set('by', by.join(','));
  if (rest.yearOnYear) query.set('yearOnYear', 'true');
  if (rest.asOf) query.set('asOf', rest.asOf);
  for (const [name, value] of Object.entries(chosen)) query.set(name, value);
  return query;
}

/** Everything the page shows, of one moment: the lines, their subtotals level by level, and what the charts draw. */
export interface TotalsShown {
  figures: Figures;
  levels: Figures[];
  months: Figures;
  second: Figures;
}

/** The dimension of the second chart: the first grouping that is no period. */
export const secondOf = (by: readonly string[]): string => by.find((d) => !PERIODS.includes(d)) ?? 'country';

/** Asks level by level, so that every subtotal is a figure of the gateway and none is added up here. */
export async function askTotals(place: TotalsPlace, signal: AbortSignal): Promise<TotalsShown> {
  const ask = (by: readonly string[], asOf: string | undefined) =>
    api.figures(queryOf({ ...place, by: [...by], asOf }), signal);
  const figures = await ask(place.by, place.asOf);
  const of = (by: readonly string[]) =>
    by.join() === place.by.join() ? Promise.resolve(figures) : ask(by, figures.asOf);
  const [months, second, ...levels] = await Promise.all([
    of(['month']),
    of([secondOf(place.by)]),
    ...place.by.slice(0, -1).map((_, at) => of(place.by.slice(0, at + 1))),
  ]);
  return { figures, levels, months, second };
}

/** A row of the table: a line, or a group with its subtotal and what it is made of. */
export interface TotalsNode {
  id: string;
  dimension: string;
  line: FigureLine;
  children?: TotalsNode[];
}

/** Lines under the groups they belong to, in the order the gateway gave them. */
export function treeOf({ figures, levels }: TotalsShown): TotalsNode[] {
  const roots: TotalsNode[] = [];
  const found = new Map<string, TotalsNode>();
  [...levels, figures].forEach(({ lines, by }) => {
    for (const line of lines) {
      const codes = by.map((d) => line.key[d] ?? '');
      const id = JSON.stringify(codes);
      const node: TotalsNode = { id, dimension: by.at(-1) ?? '', line };
      const parent = found.get(JSON.stringify(codes.slice(0, -1)));
      found.set(id, node);
      if (parent) (parent.children ??= []).push(node);
      else roots.push(node);
    }
  });
  return roots;
}
