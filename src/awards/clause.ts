import { Dec, decimal } from '../base/decimal.js';
import type { PolicyBook } from './book.js';
import { eligibilityBar, termBar } from './eligibility.js';
import type { Facts } from './facts.js';
import { run } from './formulas.js';
import { approved, cap, round } from './limits.js';
import { line, money, shown, type Line } from './lines.js';
import { Figures } from './measures.js';
import type { AwardClause, Clause, Condition, Policy } from './policy.js';
import { Missing, readerFor, type Choices, type Reader } from './readings.js';
import type { Years } from './turnover.js';

/** How a result stands; the words of the case files. */
export type Status = 'award' | 'no-award' | 'excluded' | 'not-defined' | 'needs-decision' | 'not-in-force';

const STATUSES: Record<Status, Line> = {
  award: line('奖励', 'award'),
  'no-award': line('未达标准', 'no award'),
  excluded: line('不在支持范围', 'not in scope'),
  'not-defined': line('条文未规定金额', 'no amount in the text'),
  'needs-decision': line('待决定', 'needs a decision'),
  'not-in-force': line('不在执行期或仅为征求意见稿', 'not in force, or only a draft'),
};

/** A status in words. */
export const statusText = (status: Status): Line => STATUSES[status];

/** What one clause gives one enterprise. */
export interface ClauseResult {
  clause: string;
  policy: string;
  status: Status;
  /** CNY; null where no amount can be said. */
  cny: Dec | null;
  /** One amount a year where the clause pays so. */
  perYear: Dec[];
  /** The amount is the most that may be granted (不超过, 最高). */
  maximum: boolean;
  lines: Line[];
  /** Readings it used, by ambiguity. */
  readings: Record<string, string>;
  /** What it would have been as an estimate (测算), for a draft. */
  estimateCny: Dec | null;
  /** The highest it could be, where it could not be computed. */
  atMost: Dec | null;
  records: number;
  /** What came back after the cut-off, USD; the turnover with it taken off. */
  review: { laterUsd: Dec; restatedUsd: Dec } | null;
}

interface Working {
  book: PolicyBook;
  policy: Policy;
  facts: Facts;
  reader: Reader;
  lines: Line[];
}

/** Ambiguities that touch a clause: its own, those of its policy's rules, those of the whole policy. */
export const touching = (policy: Policy, clause: Clause): string[] => [
  ...new Set([
    ...clause.ambiguities,
    ...Object.values(policy.rules).flatMap((r) => r?.ambiguities ?? []),
    ...policy.ambiguities,
  ]),
];

/**
 * Computes one clause for one enterprise under the chosen readings. Throws `Undecided` when a reading is needed that
 * nobody chose; a missing figure ends as `needs-decision`.
 */
export function computeClause(
  book: PolicyBook,
  policy: Policy,
  clause: Clause,
  facts: Facts,
  choices: Choices,
): ClauseResult {
  const reader = readerFor(book, choices, policy, touching(policy, clause));
  const lines: Line[] = [];
  const result = (status: Status, cny: Dec | null, more: Partial<ClauseResult> = {}): ClauseResult => ({
    clause: clause.id,
    policy: policy.id,
    status,
    cny,
    perYear: [],
    maximum: clause.kind === 'award' && clause.maximum,
    lines: [...lines, ...reader.notes],
    readings: Object.fromEntries(reader.used),
    estimateCny: null,
    atMost: null,
    records: 0,
    review: null,
    ...more,
  });
  const zero = new Dec(0);
  const term = termBar(facts, policy, clause, reader);
  if (term && !term.estimate) {
    lines.push(...term.lines);
    return result('not-in-force', zero);
  }
  const bar = eligibilityBar(facts, policy, clause.kind === 'award' ? clause : undefined, reader);
  if (bar) {
    lines.push(...bar.lines);
    return result('excluded', zero);
  }
  if (clause.kind !== 'award') {
    lines.push(...notDefined(clause, reader));
    return result('not-defined', null);
  }
  const work: Working = { book, policy, facts, reader, lines };
  const problem = facts.problems[0];
  try {
    const made = award(work, clause);
    if (term && made.status === 'award') {
      lines.push(...term.lines, line(`测算 ${money(made.cny)} 元`, `estimate ${money(made.cny)} CNY`));
      return result('not-in-force', null, { estimateCny: made.cny, records: made.records });
    }
    if (term) {
      lines.push(...term.lines);
      return result('not-in-force', null, { estimateCny: made.cny });
    }
    if (problem && made.status === 'award') {
      lines.push(problem);
      return result('needs-decision', null, { atMost: made.cny });
    }
    return result(made.status, made.cny, {
      perYear: made.perYear,
      records: made.records,
      review: made.review,
    });
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    lines.push(error.what, ...(problem ? [problem] : []));
    if (term) return result('not-in-force', null);
    return result('needs-decision', null, { atMost: clause.cap ? decimal(clause.cap.amount) : null });
  }
}

function notDefined(clause: Clause, reader: Reader): Line[] {
  if (clause.kind === 'non-monetary') return [line('该条不涉及资金', 'the clause gives no money')];
  const waits = reader.ambiguity('undefined') && reader.choiceOrNone('undefined') === 'wait';
  return [
    line(
      '条文没有规定金额：列出数据，奖励未规定（不是 0）',
      'the text gives no amount: figures are reported, the award is not defined (not 0)',
    ),
    ...(waits ? [line('等待申报指南', 'waiting for the application guide')] : []),
  ];
}

interface Made {
  status: 'award' | 'no-award' | 'excluded' | 'not-in-force';
  cny: Dec;
  perYear: Dec[];
  records: number;
  review: ClauseResult['review'];
}

const nothing = (status: Made['status'] = 'no-award'): Made => ({
  status,
  cny: new Dec(0),
  perYear: [],
  records: 0,
  review: null,
});

function award(work: Working, clause: AwardClause): Made {
  const { facts, reader, lines } = work;
  if (reader.ambiguity('tax-base') && reader.ask('tax-base').choice === 'disabled') {
    lines.push(line('该条停用（公平竞争审查）', 'the clause is disabled (fair-competition review)'));
    return nothing('not-in-force');
  }
  const periods = periodsOf(work, clause);
  if (periods.length === 0) return nothing();
  let total: Made | undefined;
  for (const { years, label } of periods) {
    if (label) lines.push(line(label, label));
    const made = inPeriod(work, clause, new Figures(work.book, facts, reader, years));
    total = total
      ? { ...made, status: total.status === 'award' ? 'award' : made.status, cny: total.cny.plus(made.cny) }
      : made;
    if (made.status === 'award' && !payEachYear(reader, clause)) break;
  }
  return total ?? nothing();
}

const payEachYear = (reader: Reader, clause: AwardClause): boolean =>
  clause.recurrence === 'annual' ||
  (reader.ambiguity('recurrence') !== undefined && reader.ask('recurrence').choice === 'year-each');

/**
 * The periods to measure, after what was paid before: the year of the case, each year the figures name, or all years
 * together under the cumulative reading. None when it was paid already.
 */
function periodsOf(work: Working, clause: AwardClause): { years: Years; label: string }[] {
  const { facts, reader, lines, policy } = work;
  const start = Number((policy.validFrom ?? policy.earliestFrom ?? '0').slice(0, 4));
  const paid = facts.paidBefore.filter(
    (p) => (p.clause === null || p.clause === clause.id) && (p.year === null || p.year >= start),
  );
  const flowYears = [...new Set(facts.flows.filter((f) => !f.off).map((f) => f.year))].filter(
    (y) => y !== null,
  );
  const manyYears = flowYears.some((y) => y !== (facts.year ?? flowYears[0]));
  const byMeasure = work.book.measures.get(clause.measure)?.flows !== undefined;
  const say = (zh: string, en: string) => void lines.push(line(zh, en));
  const retail = reader.ambiguity('retail-scope') !== undefined;
  let cumulative = false;
  if (clause.recurrence === 'one-off') {
    if (paid.length > 0) {
      const each =
        reader.ambiguity('recurrence') && !retail && reader.ask('recurrence').choice === 'year-each';
      const years = paid.map((p) => p.year ?? '?').join('、');
      if (!each || paid.some((p) => p.year === null || p.year === facts.year)) {
        say(`一次性：${years} 年已奖励 → 0`, `one-off: already paid in ${years} → 0`);
        return [];
      }
      say(
        `按每年一次：${years} 年的奖励不影响本年`,
        `once a year: the award of ${years} does not bar this year`,
      );
    }
    if (byMeasure && manyYears)
      cumulative = (retail ? reader.ask('retail-scope') : reader.ask('recurrence')).choice === 'cumulative';
  } else if (
    clause.recurrence === 'annual' &&
    clause.cap?.per !== 'cumulative' &&
    clause.formula.fn !== 'schedule'
  ) {
    if (facts.year !== null && paid.some((p) => p.year === facts.year)) {
      say(`${facts.year} 年已补贴 → 0`, `already paid for ${facts.year} → 0`);
      return [];
    }
  }
  if (!byMeasure) return [{ years: null, label: '' }];
  const until = facts.year ?? Math.max(0, ...flowYears);
  if (cumulative) {
    say('自施行起累计', 'cumulative since the policy started');
    return [{ years: flowYears.filter((y) => y <= until && y >= start), label: '' }];
  }
  if (facts.year !== null) return [{ years: [facts.year], label: '' }];
  if (flowYears.length <= 1) return [{ years: null, label: '' }];
  return flowYears
    .filter((y) => y >= start)
    .sort((a, b) => a - b)
    .map((y) => ({ years: [y], label: `${y}:` }));
}

function inPeriod(work: Working, clause: AwardClause, figures: Figures): Made {
  const { facts, reader, lines } = work;
  for (const condition of clause.conditions ?? []) {
    const failed = conditionFails(condition, figures, work);
    if (failed) return nothing(failed);
  }
  if (clause.titles && !titlesHeld(work, clause, figures)) return nothing();
  const turnover = figures.turnover(clause.measure);
  if (turnover) lines.push(...turnover.lines.splice(0));
  const review =
    turnover && !turnover.later.isZero()
      ? { laterUsd: turnover.later, restatedUsd: turnover.restatedUsd }
      : null;
  if (clause.threshold) {
    const { value: bound, op, word } = clause.threshold;
    const unit = clause.threshold.unit === 'count' ? '' : ` ${clause.threshold.unit}`;
    const value = figures.number(clause.measure);
    const reached = meets(value, op, bound, word, work);
    const shownBound = `${shown(decimal(bound))}${unit}`;
    const compared = `${shown(value)}${unit} ${reached ? (value.eq(bound) ? '=' : '>') : value.eq(bound) ? '=' : '<'} ${shownBound}`;
    say(
      lines,
      `${compared}，${reached ? '达到' : '未达到'}条文的“${word}”${reached ? '' : ' → 0'}`,
      `${compared}: ${reached ? 'reaches' : 'does not reach'} the threshold${reached ? '' : ' → 0'}`,
    );
    if (!reached) return { ...nothing(), review, records: turnover?.records ?? 0 };
  }
  const amounts = run({
    clause,
    figures,
    facts,
    reader,
    say: (l) => {
      if (turnover) lines.push(...turnover.lines.splice(0));
      lines.push(l);
    },
  });
  const capped = cap(work, clause, amounts);
  const ceiling = capped.reduce((a, b) => a.plus(b), new Dec(0));
  if (capped.length > 1) {
    const added = `${capped.map(money).join(' + ')} = ${money(ceiling)}`;
    say(lines, `合计 ${added} 元`, `together ${added} CNY`);
  }
  const net = approved(work, clause, round(work, ceiling));
  if (net.isZero()) {
    say(lines, '金额为 0', 'the amount is 0');
    return { ...nothing(), review };
  }
  return { status: 'award', cny: net, perYear: capped, records: turnover?.records ?? 0, review };
}

const say = (lines: Line[], zh: string, en: string): void => void lines.push(line(zh, en));

/** Whether a figure meets a bound; 以上 without （含） is read by the reading on it. */
function meets(value: Dec, op: '>=' | '>', bound: string, word: string, work: Working): boolean {
  if (op === '>') return value.gt(bound);
  const open = word.includes('以上') && !word.includes('含') && !word.includes('及以上');
  if (open && value.eq(bound)) return work.reader.ask('above').choice === 'inclusive';
  return value.gte(bound);
}

/** How a condition fails; undefined when it holds (or is to be proven by evidence). */
function conditionFails(c: Condition, figures: Figures, work: Working): 'no-award' | 'excluded' | undefined {
  const { text } = figures.measure(c.measure);
  const { lines, reader } = work;
  if ('is' in c) {
    const flag = figures.flag(c.measure);
    if (flag === undefined) {
      if (!c.scope) throw new Missing(figures.notGiven(c.measure));
      say(lines, `${text.zh}：须以材料证明`, `${text.en}: to be proven by evidence`);
      return undefined;
    }
    if (flag === c.is) return undefined;
    say(lines, `条件“${text.zh}”不满足 → 0`, `the condition "${text.en}" is not met → 0`);
    return c.scope ? 'excluded' : 'no-award';
  }
  if (c.onlyIn === 'annex' && reader.ask('text-precedence').choice === 'body') return undefined;
  const value = figures.number(c.measure);
  const holds = meets(value, c.op, c.value, c.word, work);
  say(
    lines,
    `${text.zh} ${shown(value)}（${c.word} ${shown(decimal(c.value))}）${holds ? '满足' : '不满足 → 0'}`,
    `${text.en} ${shown(value)} (${c.op} ${shown(decimal(c.value))}) ${holds ? 'holds' : 'does not hold → 0'}`,
  );
  return holds ? undefined : 'no-award';
}

function titlesHeld(work: Working, clause: AwardClause, figures: Figures): boolean {
  const wanted = clause.titles;
  if (!wanted) return true;
  const held = figures.titles(wanted.measure);
  if (!held) {
    say(work.lines, '称号：须以材料证明', 'titles: to be proven by evidence');
    return true;
  }
  const has = wanted.needs.filter((n) => held.some((h) => h.includes(n)));
  const enough =
    has.length === wanted.needs.length ||
    (has.length > 0 && work.reader.ask('title-join').choice === 'either');
  if (!enough)
    say(
      work.lines,
      `称号 ${held.join('、') || '无'} 不满足 → 0`,
      `the titles held (${held.join(', ') || 'none'}) do not suffice → 0`,
    );
  return enough;
}
