import { Dec } from '../base/decimal.js';
import { nearest } from '../base/nearest.js';
import type { PolicyBook } from './book.js';
import { FACTS, HIGHER_LEVEL } from './caseNames.js';
import { flowNamed, modeOf, namesMoney, numberOf } from './caseFlows.js';
import { noFacts, type Facts, type Flow, type Given, type Listing } from './facts.js';
import { line, type Line } from './lines.js';
import type { PotEntry } from './pot.js';

export type Inputs = Readonly<Record<string, unknown>>;

const RATE = /^fxCnyPer([A-Z][a-z]{2})$/;
const PUBLISHED = /^publishedUsdPer([A-Z][a-z]{2})$/;
const CLAUSE_AMOUNT = /^clause(\w+?)Cny$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const text = (v: unknown): string | null => (typeof v === 'string' && v !== '' ? v : null);
const day = (v: unknown): string | null => (typeof v === 'string' && DAY.test(v) ? v : null);
const moment = (v: unknown): string | null =>
  typeof v === 'string' && !Number.isNaN(Date.parse(v)) ? new Date(v).toISOString() : null;
const flag = (v: unknown): boolean | null => (typeof v === 'boolean' ? v : null);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const object = (v: unknown): Inputs | null =>
  typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Inputs) : null;

/** The facts that the inputs of a case state about one enterprise. */
export function factsOf(book: PolicyBook, inputs: Inputs, subject: string): Facts {
  const facts = noFacts(subject);
  const yearNumber = numberOf(inputs.year)?.toNumber() ?? null;
  const exportsFrom = day(inputs.exportsFrom);
  facts.year = yearNumber ?? (exportsFrom ? Number(exportsFrom.slice(0, 4)) : null);
  facts.applicationOn = day(inputs.applicationOn) ?? day(inputs.applicationDate) ?? day(inputs.appliedOn);
  facts.appliedAt = moment(inputs.appliedAt) ?? facts.applicationOn;
  facts.snapshot = day(inputs.snapshot);
  facts.registeredDistrict = text(inputs.registeredDistrict);
  facts.movedInOn = day(inputs.movedIntoDistrict);
  const taxPaid = numberOf(inputs.taxPaidCny);
  facts.paysTax = flag(inputs.paysTax) ?? (taxPaid ? taxPaid.gt(0) : null);
  facts.filesTax = flag(inputs.filesTax) ?? flag(inputs.taxFilings);
  facts.blacklisted = flag(inputs.blacklisted);
  facts.listings = listingsOf(inputs);
  facts.paidBefore = paidBeforeOf(inputs);
  facts.rates = {
    average: first(inputs, ['fxCnyPerUsdAverage', 'fxPeriodAverage', 'fxAverage']),
    periodEnd: first(inputs, ['fxPeriodEnd', 'fxYearEnd', 'fxCnyPerUsdPeriodEnd']),
    application: first(inputs, [
      'fxApplication',
      'fxApplicationDate',
      'fxOnApplication',
      'fxCnyPerUsdApplication',
    ]),
  };
  facts.approvedCny = first(inputs, ['approvedCny', 'approvedAmountCny']);
  facts.higherLevelCny = first(inputs, HIGHER_LEVEL);
  const status = text(inputs.policyStatus);
  facts.policy = {
    status: status === 'draft' || status === 'adopted' ? status : null,
    validFrom: day(inputs.validFrom),
  };
  for (const measure of book.measures.values()) {
    const given = givenOf(inputs, measure.inputs, measure.unit) ?? inYears(inputs, measure.months ?? []);
    if (given) facts.given.set(measure.id, given);
  }
  facts.flows = flowsOf(inputs, facts);
  facts.problems = problemsOf(book, inputs);
  return facts;
}

const first = (inputs: Inputs, keys: readonly string[]): Dec | null =>
  keys.map((k) => numberOf(inputs[k])).find((n) => n !== undefined) ?? null;

function givenOf(inputs: Inputs, keys: readonly string[], unit: string): Given | undefined {
  for (const key of keys) {
    const value = inputs[key];
    if (value === null || value === undefined) continue;
    if (typeof value === 'boolean') return { flag: value };
    if (unit === 'title' || unit === 'text') {
      const titles = (Array.isArray(value) ? value : [value]).filter(
        (v): v is string => typeof v === 'string',
      );
      return { titles };
    }
    const numbers = (Array.isArray(value) ? value : [value]).map(numberOf);
    if (numbers.every((n) => n !== undefined)) return { numbers };
  }
  return undefined;
}

/** A figure given in months, as years. */
function inYears(inputs: Inputs, keys: readonly string[]): Given | undefined {
  const months = first(inputs, keys);
  return months ? { numbers: [months.div(12)] } : undefined;
}

const LISTINGS: readonly Listing['kind'][] = ['fiscal-penalty', 'abnormal', 'serious'];

function listingsOf(inputs: Inputs): Listing[] {
  const found: Listing[] = [];
  const add = (
    kind: Listing['kind'],
    list: string,
    listedOn: string | null,
    removedOn: string | null,
    source: string | null = null,
  ) => found.push({ kind, list, listedOn, removedOn, source });
  if (day(inputs.listedOn)) add('blacklist', '失信主体黑名单', day(inputs.listedOn), day(inputs.removedOn));
  if (day(inputs.fiscalPenaltyOn))
    add('fiscal-penalty', '财政违法行为处罚处分', day(inputs.fiscalPenaltyOn), null);
  for (const entry of list(inputs.listings)) {
    const e = object(entry);
    if (e)
      add(
        LISTINGS.find((kind) => kind === e.kind) ?? 'blacklist',
        text(e.list) ?? '',
        day(e.listedOn),
        day(e.removedOn),
        text(e.source),
      );
  }
  return found;
}

function paidBeforeOf(inputs: Inputs): Facts['paidBefore'] {
  const paid = Array.isArray(inputs.paidBefore)
    ? inputs.paidBefore
    : inputs.paidBefore
      ? [inputs.paidBefore]
      : [];
  const rows = paid.flatMap((p): Facts['paidBefore'] => {
    const o = object(p);
    const cny = o ? (numberOf(o.awardCny) ?? numberOf(o.cny) ?? new Dec(0)) : numberOf(p);
    if (!cny) return [];
    return [{ clause: text(o?.clause), year: numberOf(o?.year)?.toNumber() ?? null, cny }];
  });
  const sum = numberOf(inputs.paidBeforeCny);
  return sum?.gt(0) ? [...rows, { clause: null, year: null, cny: sum }] : rows;
}

function flowsOf(inputs: Inputs, facts: Facts): Flow[] {
  const flows: Flow[] = [];
  const rate = (currency: string, of: Inputs) =>
    numberOf(of[`fxCnyPer${titleCase(currency)}`]) ?? numberOf(inputs[`fxCnyPer${titleCase(currency)}`]);
  const stated = modeOf(/\d{4}/.test(text(inputs.mode) ?? '') ? (text(inputs.mode) ?? '') : '');
  const make = (currency: string, amount: Dec, part: Partial<Flow>, of: Inputs = inputs): Flow => {
    const year = part.year ?? facts.year;
    return {
      basis: 'stated',
      of: 'own',
      regime: part.basis || part.off ? null : stated.regime,
      direction: stated.direction,
      year,
      month: null,
      registered: registeredThen(facts, year, part.month ?? null),
      attributed: null,
      currency,
      amount,
      cnyPerUnit: currency === 'CNY' ? new Dec(1) : rate(currency, of),
      cnyPerUsd: rate('USD', of),
      usdPerUnit: numberOf(inputs[`publishedUsdPer${titleCase(currency)}`]),
      ...part,
    };
  };
  for (const [key, value] of Object.entries(inputs)) {
    const named = flowNamed(key);
    const amount = numberOf(value);
    if (!named || !amount) continue;
    // A turnover given in both USD and CNY is one flow.
    const pair = named.currency === 'CNY' ? key.replace(/Cny/, 'Usd') : key.replace(/Usd/, 'Cny');
    const other = pair === key ? undefined : numberOf(inputs[pair]);
    if (other && named.currency === 'CNY') continue;
    const part: Partial<Flow> = { ...named.flow, ...periodOf(named.period, facts) };
    if (part.afterCutOff) {
      part.backOn = day(inputs.laterReturnDate);
      part.afterCutOff = facts.snapshot === null || part.backOn === null || part.backOn > facts.snapshot;
    }
    flows.push(make(named.currency, amount, other ? { ...part, cny: other } : part));
  }
  for (const [currency, modes] of [
    ['USD', object(inputs.usdByMode)],
    ['CNY', object(inputs.cnyByMode)],
  ] as const)
    for (const [mode, value] of Object.entries(modes ?? {})) {
      const amount = numberOf(value);
      // Beside a sale of the same goods the amounts by regime are what customs knows; alone they are the turnover.
      const basis = flows.some((f) => f.basis === 'sale') ? 'declared' : 'stated';
      if (amount) flows.push(make(currency, amount, { basis, ...modeOf(mode) }));
    }
  for (const row of list(inputs.records)) {
    const record = object(row);
    if (record) flows.push(...recordFlows(record, make));
  }
  return splitAttributed(flows);
}

function recordFlows(
  record: Inputs,
  make: (currency: string, amount: Dec, part: Partial<Flow>, of: Inputs) => Flow,
): Flow[] {
  const month = /^\d{4}-\d{2}/.exec(text(record.month) ?? text(record.date) ?? '')?.[0] ?? null;
  const year = numberOf(record.year)?.toNumber() ?? (month ? Number(month.slice(0, 4)) : null);
  const mode = text(record.regime) ?? text(record.mode);
  const part: Partial<Flow> = {
    month,
    ...(year === null ? {} : { year }),
    ...(mode ? modeOf(mode) : {}),
  };
  const short: Record<string, string> = {
    usd: 'turnoverUsd',
    cny: 'turnoverCny',
    eur: 'turnoverEur',
    jpy: 'turnoverJpy',
    gbp: 'turnoverGbp',
  };
  const amounts = Object.entries(record).flatMap(([key, value]) => {
    const named = flowNamed(short[key] ?? key);
    const amount = numberOf(value);
    return named && amount ? [{ named, amount }] : [];
  });
  const both = amounts.find((a) => a.named.currency === 'CNY');
  const inUsd = amounts.find((a) => a.named.currency === 'USD');
  if (both && inUsd)
    return [make('USD', inUsd.amount, { ...part, ...inUsd.named.flow, cny: both.amount }, record)];
  return amounts.map(({ named, amount }) => make(named.currency, amount, { ...part, ...named.flow }, record));
}

const titleCase = (currency: string): string => currency[0] + currency.slice(1).toLowerCase();

function periodOf(period: string, facts: Facts): Partial<Flow> {
  const year = facts.year;
  if (year === null || period === '' || period === 'SamePeriod') return {};
  return /Later|Next/.test(period)
    ? { backOn: `${year + 1}-01-01` }
    : { year: year - 1, backOn: `${year}-12-31` };
}

/** Registered in the district then; null when the enterprise moved in within the time of the figure. */
function registeredThen(facts: Facts, year: number | null, month: string | null): boolean | null {
  const moved = facts.movedInOn;
  if (moved === null) return true;
  if (month !== null) return month > moved.slice(0, 7) ? true : month < moved.slice(0, 7) ? false : null;
  if (year === null) return null;
  return year > Number(moved.slice(0, 4)) || moved.endsWith('-01-01')
    ? year >= Number(moved.slice(0, 4))
    : year < Number(moved.slice(0, 4))
      ? false
      : null;
}

/** A part attributed by the statistics bureau stands beside the whole: the whole is split. */
function splitAttributed(flows: Flow[]): Flow[] {
  const part = flows.find((f) => f.attributed === true);
  const whole = flows.find(
    (f) =>
      f.basis === 'stated' &&
      f.of === 'own' &&
      !f.off &&
      f.attributed === null &&
      f.currency === part?.currency,
  );
  if (!part || !whole) return flows;
  const rest = Dec.max(0, whole.amount.minus(part.amount));
  return [...flows.filter((f) => f !== whole), { ...whole, amount: rest, cny: undefined, attributed: false }];
}

/** Amounts that are unknown to everyone, or that cannot be read: they are never ignored silently. */
function problemsOf(book: PolicyBook, inputs: Inputs): Line[] {
  const known = knownNames(book);
  const problems: Line[] = [];
  for (const [key, value] of Object.entries(inputs)) {
    if (value === null || value === undefined) continue;
    const isKnown =
      known.has(key) || flowNamed(key) || RATE.test(key) || PUBLISHED.test(key) || CLAUSE_AMOUNT.test(key);
    const scalar = typeof value === 'string' || typeof value === 'number';
    const money = namesMoney(key) || flowNamed(key) !== undefined || RATE.test(key);
    if (isKnown && money && scalar && numberOf(value) === undefined)
      problems.push(
        line(
          `${key} 不是数字：${String(value).slice(0, 40)}`,
          `${key} is not a number: ${String(value).slice(0, 40)}`,
        ),
      );
    if (!isKnown && scalar && numberOf(value) !== undefined && namesMoney(key)) {
      const like = nearest(key, known);
      problems.push(
        line(
          `不认识输入 ${key}${like ? `（是否为 ${like}？）` : ''}，不能忽略金额`,
          `the input ${key} is not known${like ? ` (${like}?)` : ''}; an amount is not ignored`,
        ),
      );
    }
  }
  for (const [path, value] of nestedAmounts(inputs))
    if (numberOf(value) === undefined)
      problems.push(
        line(
          `${path} 不是数字：${String(value).slice(0, 40)}`,
          `${path} is not a number: ${String(value).slice(0, 40)}`,
        ),
      );
  return problems;
}

/** Amounts that stand in a list or block (by regime, by month, paid before): path and what was written. */
function nestedAmounts(inputs: Inputs): [path: string, value: unknown][] {
  const found: [string, unknown][] = [];
  const add = (path: string, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number') found.push([path, value]);
  };
  for (const block of ['usdByMode', 'cnyByMode'])
    for (const [mode, value] of Object.entries(object(inputs[block]) ?? {})) add(`${block}.${mode}`, value);
  for (const block of ['records', 'paidBefore'])
    for (const [i, row] of list(inputs[block]).entries())
      for (const [key, value] of Object.entries(object(row) ?? {}))
        if (namesMoney(key) || RATE.test(key) || /^(usd|cny|eur|jpy|gbp)$/.test(key))
          add(`${block}[${i}].${key}`, value);
  for (const [key, value] of Object.entries(inputs))
    if (namesMoney(key)) for (const [i, item] of list(value).entries()) add(`${key}[${i}]`, item);
  return found;
}

/** Inputs that no clause reads and that are no money: named, so that nobody believes they counted. */
export function unusedOf(book: PolicyBook, inputs: Inputs): string[] {
  const known = knownNames(book);
  return Object.entries(inputs)
    .filter(
      ([key, v]) =>
        v !== null &&
        !known.has(key) &&
        !flowNamed(key) &&
        !RATE.test(key) &&
        !PUBLISHED.test(key) &&
        !CLAUSE_AMOUNT.test(key) &&
        !namesMoney(key),
    )
    .map(([key]) => key);
}

const knownNames = (book: PolicyBook): Set<string> =>
  new Set([
    ...Object.keys(FACTS),
    ...[...book.measures.values()].flatMap((m) => [...m.inputs, ...(m.months ?? [])]),
  ]);

/** Amounts that share the pot: `computed`, `otherAwardsCny`, `clause4Cny` and the like; `unread`: whose is no number. */
export function potEntriesOf(book: PolicyBook, inputs: Inputs): { entries: PotEntry[]; unread: string[] } {
  const entries: PotEntry[] = [];
  const unread: string[] = [];
  const push = (subject: string, value: unknown, clauseId: string | null) => {
    const o = object(value);
    const cny = o ? (numberOf(o.awardCny) ?? numberOf(o.cny) ?? numberOf(o.amountCny)) : numberOf(value);
    const clause = text(o?.clause) ?? clauseId;
    const whose = text(o?.subject) ?? text(o?.uscc) ?? subject;
    if (cny) entries.push({ subject: whose, clause, cny });
    else unread.push(whose);
  };
  if (Array.isArray(inputs.computed)) inputs.computed.forEach((v, i) => push(String(i + 1), v, null));
  for (const [name, value] of Object.entries(object(inputs.computed) ?? {}))
    push(name, value, book.clause(name) ? name : null);
  if (inputs.otherAwardsCny !== undefined) push('其他奖励 / other awards', inputs.otherAwardsCny, null);
  for (const [key, value] of Object.entries(inputs)) {
    const number = CLAUSE_AMOUNT.exec(key)?.[1];
    if (number === undefined) continue;
    const id = [...book.policies.values()]
      .filter((p) => p.rules.pot)
      .flatMap((p) => p.clauses)
      .map((c) => c.id)
      .find((c) => c.replace(/^[^-]*-0*/, '').toLowerCase() === number.toLowerCase());
    push(key, value, id ?? null);
  }
  return { entries, unread };
}

/** The enterprises of a case: its own figures, or one for each of `entities`. */
export function enterprisesOf(book: PolicyBook, inputs: Inputs): Facts[] {
  const entities = list(inputs.entities).flatMap((e) => {
    const one = object(e);
    return one ? [one] : [];
  });
  if (entities.length === 0)
    return [factsOf(book, inputs, text(inputs.uscc) ?? text(inputs.name) ?? '企业 / enterprise')];
  const { entities: _entities, ...shared } = inputs;
  return entities.map((e, i) =>
    factsOf(book, { ...shared, ...e }, text(e.uscc) ?? text(e.name) ?? String(i + 1)),
  );
}

/** The committee's order of priority, where the case gives one. */
export const priorityOf = (inputs: Inputs): string[] | undefined => {
  const order = list(inputs.priority).length > 0 ? list(inputs.priority) : list(inputs.priorityOrder);
  return order.length > 0 ? order.map(String) : undefined;
};
