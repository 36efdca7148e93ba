import type { z } from 'zod';
import { month7 } from '../../base/clock.js';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { mappedInSlices } from '../../base/slices.js';
import { monthStatuses, statusOfMonths, type MonthStatus } from '../../figures/closings.js';
import { dimensionsOf, monthAfter, periodDimensions, type Chosen } from '../../figures/dimensions.js';
import { momentOf } from '../../figures/moment.js';
import { readImported } from '../../figures/read.js';
import type { Rates } from '../../figures/rates.js';
import type { CountingRule, CountryGroup } from '../../figures/rule.js';
import {
  addUp,
  countEnterprises,
  enterpriseNames,
  firstMonth,
  sumFigures,
  type FigureRow,
  type FiguresQuery,
  type Key,
} from '../../figures/sums.js';
import type { CodeTables } from '../../messages/codes.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import { growth, missingBase, type Base } from './growth.js';
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
  const all = [...rows, ...gone(rows, previous)];
  const texts = await dimensionTexts(
    db,
    context,
    all.flatMap((r) => r.key.enterprise ?? []),
  );
  const direction = chosen.direction?.length === 1 && chosen.direction[0] === 'I' ? 'I' : 'E';
  const rule = context.countingRule.directions[direction];
  const months = await monthStatuses(db, from, to, asOf);
  const base = yearOnYear ? await baseOf(db, query) : undefined;
  const sum = addUp(rows);
  return {
    series: 'trade',
    from,
    to,
    asOf: asOf.toISOString(),
    by: [...by],
    status: shownStatus(months),
    rule: {
      id: context.countingRule.id,
      text: context.countingRule.text,
      basis: rule.text,
      source: rule.source,
      seen: rule.seen,
    },
    rates: { source: context.rates.source, official: context.rates.official },
    comparison: base && { ...base.shown, status: shownStatus(base.months) },
    lines: await mappedInSlices(all, (row) => ({
      ...row,
      text: Object.fromEntries(Object.entries(row.key).map(([d, code]) => [d, texts(d, code)])),
      status: statusOfKey(row.key, months),
      yearOnYear: base ? growth(row, previous.get(idOf(row.key)), base.of(row.key)) : null,
      records: recordsPath(question, asOf, row.key),
    })),
    sum: {
      ...sum,
      yearOnYear: before && base ? growth(sum, addUp(before), base.of({})) : null,
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

/** Groups that had figures a year before and have none now: nothing of this year, all of the year before. */
const gone = (rows: readonly FigureRow[], previous: ReadonlyMap<string, FigureRow>): FigureRow[] => {
  const there = new Set(rows.map((row) => idOf(row.key)));
  return [...previous]
    .filter(([id]) => !there.has(id))
    .map(([, { key }]) => ({ ...addUp([]), key: nextYear(key) }));
};

const shownStatus = (months: readonly MonthStatus[]) => {
  const status = statusOfMonths(months);
  return { ...status, text: STATUS[status.state] };
};

/** The periods a key names, each with its first and last month. */
const spansOf = (key: Key) => periodDimensions.flatMap((d) => (key[d] === undefined ? [] : [spanOf(key[d])]));

/** First and last month of a period as it is written: 2026, 2026-Q3, 2026-07. */
function spanOf(period: string): { from: string; to: string } {
  const quarter = /^(\d{4})-Q([1-4])$/.exec(period);
  if (quarter) {
    const from = monthAfter(`${quarter[1]}-01`, 3 * (Number(quarter[2]) - 1));
    return { from, to: monthAfter(from, 2) };
  }
  return period.length === 4 ? { from: `${period}-01`, to: `${period}-12` } : { from: period, to: period };
}

/** The status of the months a line speaks of; null when its key names no period. */
function statusOfKey(key: Key, months: readonly MonthStatus[]) {
  const spans = spansOf(key);
  if (spans.length === 0) return null;
  return shownStatus(
    months.filter(({ month }) => spans.every(({ from, to }) => month >= from && month <= to)),
  );
}

/** What a comparison with the year before rests on: its months, how far they are settled, and what is missing of them. */
async function baseOf(db: Queryable, { tenants, from, to, asOf }: FiguresQuery) {
  const span = { from: monthAfter(from, -12), to: monthAfter(to, -12) };
  const first = await firstMonth(db, tenants);
  const now = month7(asOf);
  const of = (key: Key): Base => {
    const spans = [{ from, to }, ...spansOf(key)];
    const begin = spans.reduce((latest, s) => (s.from > latest ? s.from : latest), from);
    const end = spans.reduce((earliest, s) => (s.to < earliest ? s.to : earliest), to);
    return {
      known: first !== undefined && monthAfter(begin, -12) >= first,
      unfinished: begin <= now && now <= end,
    };
  };
  return {
    of,
    months: await monthStatuses(db, span.from, span.to, asOf),
    shown: { ...span, first: first ?? null, text: missingBase(of({}), span.from, first) },
  };
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
  regime: 'regime',
  country: 'country',
  transport: 'trafMode',
  port: 'customs',
};
