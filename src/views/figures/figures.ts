import type { z } from 'zod';
import { Dec } from '../../base/decimal.js';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { statusOf } from '../../figures/closings.js';
import { dimensionsOf, monthAfter, periodDimensions, type Chosen } from '../../figures/dimensions.js';
import { momentOf } from '../../figures/moment.js';
import { readImported } from '../../figures/read.js';
import type { Rates } from '../../figures/rates.js';
import type { CountingRule, CountryGroup } from '../../figures/rule.js';
import {
  addUp,
  countEnterprises,
  enterpriseNames,
  sumFigures,
  type Figure,
  type Key,
  type Money,
} from '../../figures/sums.js';
import type { CodeTables } from '../../messages/codes.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import type { figuresSchema } from './shapes.js';

export type Figures = z.output<typeof figuresSchema>;

/** What the figures of the gateway are made of, besides the database. */
export interface FiguresContext {
  rates: Rates;
  countingRule: CountingRule;
  countryGroups: readonly CountryGroup[];
  codes: CodeTables;
}

export interface FiguresQuestion {
  from: string;
  to: string;
  by: readonly string[];
  chosen: Chosen;
  asOf?: Date | undefined;
  /** Beside each line the same months a year before. */
  yearOnYear?: boolean;
}

/**
 * Figures by any dimensions for the given tenants, as of a moment. Throws Y02 when the months are the wrong way round
 * and Y03 for what is no dimension.
 */
export async function figures(
  db: Queryable,
  context: FiguresContext,
  tenants: readonly string[],
  question: FiguresQuestion,
): Promise<Figures> {
  const { from, to, by, chosen, yearOnYear = false } = question;
  demandDimensions(context.countryGroups, [...by, ...Object.keys(chosen)]);
  if (from > to) throw new FaultError([makeFault('Y02', 'query.from', { from, to })], 400);
  const asOf = await momentOf(db, question.asOf);
  const query = { tenants, from, to, asOf, by, chosen };
  const rows = await sumFigures(db, query, context.countryGroups);
  const before = yearOnYear
    ? await sumFigures(
        db,
        { ...query, from: monthAfter(from, -12), to: monthAfter(to, -12) },
        context.countryGroups,
      )
    : undefined;
  const previous = new Map(before?.map((row) => [idOf(nextYear(row.key)), row]));
  const texts = await dimensionTexts(
    db,
    context,
    rows.flatMap((r) => r.key.enterprise ?? []),
  );
  const direction = chosen.direction?.length === 1 && chosen.direction[0] === 'I' ? 'I' : 'E';
  const rule = context.countingRule.directions[direction];
  const settled = await statusOf(db, from, to, asOf);
  const sum = addUp(rows);
  return {
    series: 'trade',
    from,
    to,
    asOf: asOf.toISOString(),
    by: [...by],
    status: { ...settled, text: STATUS[settled.state] },
    rule: {
      id: context.countingRule.id,
      text: context.countingRule.text,
      basis: rule.text,
      source: rule.source,
      seen: rule.seen,
    },
    rates: { source: context.rates.source, official: context.rates.official },
    lines: rows.map((row) => ({
      ...row,
      text: Object.fromEntries(Object.entries(row.key).map(([d, code]) => [d, texts(d, code)])),
      yearOnYear: yearOnYear ? growth(row, previous.get(idOf(row.key))) : null,
      records: recordsPath(question, asOf, row.key),
    })),
    sum: {
      ...sum,
      yearOnYear: before ? growth(sum, addUp(before)) : null,
      records: recordsPath(question, asOf, {}),
    },
    enterprises: await countEnterprises(db, query, context.countryGroups),
    imported: {
      ...(await readImported(db, { tenants, from, to, asOf, chosen }, context.countryGroups)),
      records: `${recordsPath(question, asOf, {})}&source=history`,
    },
  };
}

const STATUS: Record<'preliminary' | 'final', Text> = {
  preliminary: { zh: '初步数', en: 'Preliminary' },
  final: { zh: '正式数', en: 'Final' },
};

/** Throws Y03 for every name that is no dimension. */
export function demandDimensions(groups: readonly CountryGroup[], names: readonly string[]): void {
  const known = dimensionsOf(groups);
  const wrong = [...new Set(names.filter((name) => !known.includes(name)))];
  if (wrong.length > 0)
    throw new FaultError(
      wrong.map((name) => makeFault('Y03', 'query.by', { name, known: known.join('、') }, name)),
      400,
    );
}

const idOf = (key: Key) => JSON.stringify(Object.entries(key).sort());

/** The key a line of the year before has in this year. */
const nextYear = (key: Key): Key =>
  Object.fromEntries(
    Object.entries(key).map(([d, value]) => [
      d,
      periodDimensions.includes(d) ? `${Number(value.slice(0, 4)) + 1}${value.slice(4)}` : value,
    ]),
  );

function growth(now: Figure, previous: Figure | undefined) {
  const before = previous ?? addUp([]);
  const rate = (a: string, b: string) => (new Dec(b).isZero() ? null : new Dec(a).minus(b).div(b).toFixed(4));
  const of = (a: Money, b: Money) => ({ cny: rate(a.cny, b.cny), usd: rate(a.usd, b.usd) });
  const { gross, withdrawn, returned, net, pending } = before;
  return {
    previous: { gross, withdrawn, returned, net, pending },
    gross: of(now.gross, before.gross),
    net: of(now.net, before.net),
  };
}

/** The API path of the records behind a line: its question narrowed to the line's key, as of the same moment. */
function recordsPath(question: FiguresQuestion, asOf: Date, key: Key): string {
  const params = new URLSearchParams({ from: question.from, to: question.to, asOf: asOf.toISOString() });
  for (const [d, values] of Object.entries(question.chosen)) if (values) params.set(d, values.join(','));
  for (const [d, value] of Object.entries(key)) params.set(d, value);
  if (!params.has('direction')) params.set('direction', 'all');
  return `/v1/figures/records?${params.toString()}`;
}

/** Names of codes in both languages; a code that no table has stands for itself, an empty one is named as not known. */
export async function dimensionTexts(
  db: Queryable,
  { codes, countingRule, countryGroups }: FiguresContext,
  enterprises: readonly string[],
): Promise<(dimension: string, code: string) => Text> {
  const names = await enterpriseNames(db, enterprises);
  return (dimension, code) => {
    if (code === '') return { zh: '未知', en: 'Not known' };
    const group = countryGroups.find((g) => g.id === dimension);
    if (group) return code === 'member' ? group.text : { zh: '其他国家（地区）', en: 'Other countries' };
    const named = names.get(code);
    if (dimension === 'enterprise' && named) return { zh: named, en: named };
    if (dimension === 'direction')
      return code === 'I' ? { zh: '进口', en: 'Import' } : { zh: '出口', en: 'Export' };
    const channel = countingRule.channels.find((c) => c.id === code);
    if (dimension === 'channel' && channel) return channel.text;
    const table = TABLES[dimension];
    return (table === undefined ? undefined : codes.get(table).text(code)) ?? { zh: code, en: code };
  };
}

const TABLES: Readonly<Record<string, string>> = {
  regime: 'tradeModeCeb',
  country: 'country',
  transport: 'trafMode',
  port: 'customs',
};
