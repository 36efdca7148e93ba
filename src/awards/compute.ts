import { Dec } from '../base/decimal.js';
import type { PolicyBook } from './book.js';
import { computeClause, statusText, type ClauseResult, type Status } from './clause.js';
import { consolidate, type Facts } from './facts.js';
import { asText, line, money, type Line } from './lines.js';
import { potOf, type PotEntry, type PotResult } from './pot.js';
import type { Ambiguity, Clause, Policy } from './policy.js';
import { Missing, readerFor, Undecided, type Choices } from './readings.js';

/** What one enterprise gets: clause by clause, after 就高不重复. */
export interface EnterpriseResult {
  subject: string;
  status: Status;
  cny: Dec | null;
  clauses: (ClauseResult & { kept: boolean; lost: Line | null })[];
  lines: Line[];
}

/** What a question about awards asks: clauses, enterprises, amounts of others that share the pot. */
export interface Question {
  clauses: readonly string[];
  enterprises: readonly Facts[];
  /** Amounts that were computed elsewhere and count against the pot (or stand outside it). */
  others: readonly PotEntry[];
  /** The answer is the sum of all awards, the others included. */
  total: boolean;
  /** The pot to check although no clause asks for it. */
  pots: readonly string[];
  /** The order of priority, where the committee fixed one. */
  priority?: readonly string[];
}

export interface Answer {
  status: Status;
  cny: Dec | null;
  lines: Line[];
  enterprises: EnterpriseResult[];
  pots: PotResult[];
  /** Readings that would change the result and that nobody chose. */
  open: { ambiguity: string; alternatives: { choice: string; status: Status; cny: Dec | null }[] }[];
}

const ZERO = new Dec(0);
const RANK: readonly Status[] = [
  'award',
  'needs-decision',
  'excluded',
  'no-award',
  'not-in-force',
  'not-defined',
];
const strongest = (all: readonly Status[]): Status => RANK.find((s) => all.includes(s)) ?? 'not-defined';

/**
 * Answers a question under the chosen readings. A reading that nobody chose is tried in all its choices: when all give
 * the same, it does not matter and the result stands; when they differ, the result is `needs-decision` and says which
 * reading, with what each choice would give. Never a silent guess.
 */
export function answer(book: PolicyBook, question: Question, choices: Choices): Answer {
  try {
    return under(book, question, choices);
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    return tryAll(book, question, choices, error.ambiguity);
  }
}

function tryAll(book: PolicyBook, question: Question, choices: Choices, ambiguity: Ambiguity): Answer {
  const chosen = choices.get(ambiguity.id);
  const tried: { choice: string; text: Line; made: Answer }[] = [];
  for (const reading of ambiguity.readings) {
    if (reading.choice === chosen) continue;
    const made = answer(book, question, new Map(choices).set(ambiguity.id, reading.choice));
    tried.push({ choice: reading.choice, text: reading.text, made });
  }
  const first = tried[0]?.made;
  if (!first) throw new Error(`${ambiguity.id} has no other reading to try`);
  if (tried.every(({ made }) => sameResult(made, first)))
    return {
      ...first,
      lines: [
        ...first.lines,
        line(
          `${ambiguity.id} ${ambiguity.title.zh}：未选读法，各读法结果相同`,
          `${ambiguity.id} ${ambiguity.title.en}: no reading was chosen; all give the same`,
        ),
      ],
    };
  const alternatives = tried.map(({ choice, made }) => ({ choice, status: made.status, cny: made.cny }));
  const show = ({ status, cny }: Answer, language: 'zh' | 'en') =>
    `${statusText(status)[language]}${cny ? ` ${money(cny)}` : ''}`;
  return {
    status: 'needs-decision',
    cny: null,
    lines: [
      line(
        `须决定 ${ambiguity.id} ${ambiguity.title.zh}：${ambiguity.question.zh}`,
        `${ambiguity.id} ${ambiguity.title.en} has to be decided: ${ambiguity.question.en}`,
      ),
      ...tried.map(({ text, made }) =>
        line(`“${text.zh}” → ${show(made, 'zh')}`, `"${text.en}" → ${show(made, 'en')}`),
      ),
    ],
    enterprises: [],
    pots: [],
    open: [
      { ambiguity: ambiguity.id, alternatives },
      ...first.open.filter((o) => o.ambiguity !== ambiguity.id),
    ],
  };
}

const sameResult = (a: Answer, b: Answer): boolean =>
  a.status === b.status && (a.cny === null ? b.cny === null : b.cny !== null && a.cny.eq(b.cny));

function under(book: PolicyBook, question: Question, choices: Choices): Answer {
  const wanted = question.clauses.flatMap((id) => {
    const found = book.clause(id);
    return found ? [found] : [];
  });
  const policies = [...new Set([...wanted.map((w) => w.policy), ...ruleOwners(book, question.clauses)])];
  const lines: Line[] = question.clauses
    .filter((id) => !book.clause(id) && !book.rule(id))
    .map((id) => line(`没有条款 ${id}`, `there is no clause ${id}`));
  let enterprises = [...question.enterprises];
  if (enterprises.length > 1 && policies[0]) {
    const reader = readerFor(book, choices, policies[0], []);
    if (reader.ask('group').choice === 'consolidated') {
      lines.push(line('关联企业合并计算', 'affiliates are consolidated'));
      enterprises = [consolidate(enterprises)];
    }
  }
  const results = wanted.length === 0 ? [] : enterprises.map((e) => enterprise(book, wanted, e, choices));
  for (const r of results) {
    if (results.length > 1) lines.push(line(`${r.subject}:`, `${r.subject}:`));
    lines.push(...r.lines);
  }
  const pots = policies.flatMap((policy) => pot(book, policy, question, results, choices));
  for (const p of pots) lines.push(...p.lines);
  const over = pots.find((p) => p.status === 'needs-decision');
  const statuses = [
    ...results.map((r) => r.status),
    ...(results.length === 0 ? pots.map((p) => p.status) : []),
  ];
  const status = over ? 'needs-decision' : statuses.length === 0 ? 'not-defined' : together(statuses);
  return {
    status,
    cny: amountOf(status, question, results, pots),
    lines,
    enterprises: results,
    pots,
    open: [],
  };
}

/** Several enterprises: one that needs a decision keeps the whole sum open. */
const together = (all: readonly Status[]): Status =>
  all.includes('needs-decision') ? 'needs-decision' : strongest(all);

function amountOf(
  status: Status,
  question: Question,
  results: readonly EnterpriseResult[],
  pots: readonly PotResult[],
): Dec | null {
  if (status === 'needs-decision' || status === 'not-defined') return null;
  const cut = pots.find((p) => p.cut);
  if (question.total || results.length === 0 || cut) {
    const scaled = pots.reduce((a, p) => a.plus(p.paid), ZERO);
    if (question.total || results.length === 0) return scaled;
    const mine = pots.flatMap((p) => p.entries).filter((e) => results.some((r) => e.subject === r.subject));
    const outside = results
      .flatMap((r) => r.clauses.filter((c) => c.kept && c.cny))
      .filter((c) => !pots.some((p) => p.policy === c.policy));
    return [...mine.map((e) => e.granted), ...outside.map((c) => c.cny ?? ZERO)].reduce(
      (a, b) => a.plus(b),
      ZERO,
    );
  }
  const amounts = results.map((r) => r.cny);
  if (amounts.every((a) => a === null)) return null;
  return amounts.reduce<Dec>((a, b) => a.plus(b ?? 0), ZERO);
}

const ruleOwners = (book: PolicyBook, ids: readonly string[]): Policy[] =>
  ids.flatMap((id) => {
    const found = book.rule(id);
    return found ? [found.policy] : [];
  });

function enterprise(
  book: PolicyBook,
  wanted: readonly { policy: Policy; clause: Clause }[],
  facts: Facts,
  choices: Choices,
): EnterpriseResult {
  const clauses = wanted.map(({ policy, clause }) => ({
    ...computeClause(book, policy, clause, facts, choices),
    kept: true,
    lost: null as Line | null,
  }));
  const lines: Line[] = [];
  for (const c of clauses) {
    const found = book.clause(c.clause);
    if (clauses.length > 1 && found)
      lines.push(line(`${c.clause} ${found.clause.title.zh}：`, `${c.clause} ${found.clause.title.en}:`));
    lines.push(...c.lines);
  }
  for (const policy of new Set(wanted.map((w) => w.policy)))
    lines.push(...compete(book, policy, clauses, facts, choices));
  const kept = clauses.filter((c) => c.kept);
  const awarded = kept.filter((c) => c.status === 'award');
  const open = kept.filter((c) => c.status === 'needs-decision');
  const matters = open.filter((o) => !outbid(book, o, awarded));
  const status =
    matters.length > 0
      ? 'needs-decision'
      : strongest(kept.filter((c) => !open.includes(c)).map((c) => c.status));
  const sum = awarded.reduce((a, c) => a.plus(c.cny ?? 0), ZERO);
  const cny =
    status === 'award'
      ? sum
      : status === 'needs-decision' || status === 'not-defined' || kept.every((c) => c.cny === null)
        ? null
        : ZERO;
  if (status === 'award' && sum.isZero())
    return { subject: facts.subject, status: 'no-award', cny: ZERO, clauses, lines };
  return { subject: facts.subject, status, cny, clauses, lines };
}

/** A clause that could not be computed does not matter when it could not beat what its group already gives. */
function outbid(book: PolicyBook, open: ClauseResult, awarded: readonly ClauseResult[]): boolean {
  const group = groupOf(book, open.clause);
  if (group === null || open.atMost === null) return false;
  const best = awarded.filter((a) => a.policy === open.policy && groupOf(book, a.clause) === group);
  return best.some((a) => a.cny !== null && open.atMost !== null && a.cny.gte(open.atMost));
}

const groupOf = (book: PolicyBook, id: string): string | null => {
  const clause = book.clause(id)?.clause;
  return clause?.kind === 'award' ? clause.conflictGroup : null;
};

/** 就高不重复 inside each group of a policy, after caps; marks what lost and says why. */
function compete(
  book: PolicyBook,
  policy: Policy,
  clauses: EnterpriseResult['clauses'],
  facts: Facts,
  choices: Choices,
): Line[] {
  const rule = policy.rules.conflict;
  if (!rule) return [];
  const reader = readerFor(book, choices, policy, rule.ambiguities);
  const lines: Line[] = [];
  const mine = clauses.filter((c) => c.policy === policy.id && c.status === 'award');
  const groups = new Set(mine.map((c) => groupOf(book, c.clause)).filter((g) => g !== null));
  for (const group of groups) {
    const rivals = mine.filter((c) => groupOf(book, c.clause) === group);
    if (rivals.length < 2) continue;
    const { choice } = reader.ask('conflict');
    const amounts = rivals.map((r) => `${r.clause} ${money(r.cny ?? ZERO)}`).join('，');
    if (choice === 'add') {
      lines.push(line(`不同条款为不同项目，相加：${amounts}`, `different clauses add up: ${amounts}`));
      continue;
    }
    const best = rivals.reduce((a, b) => ((b.cny ?? ZERO).gt(a.cny ?? ZERO) ? b : a));
    for (const rival of rivals)
      if (rival !== best) {
        rival.kept = false;
        rival.lost = line(
          `就高不重复：${best.clause} ${money(best.cny ?? ZERO)} 元不低于 ${rival.clause} ${money(rival.cny ?? ZERO)} 元`,
          `the highest only: ${best.clause} ${money(best.cny ?? ZERO)} CNY is not below ${rival.clause} ${money(rival.cny ?? ZERO)} CNY`,
        );
      }
    lines.push(
      line(
        `就高不重复（封顶后比较）：${amounts} → ${money(best.cny ?? ZERO)} 元`,
        `the highest only, compared after caps: ${amounts} → ${money(best.cny ?? ZERO)} CNY`,
      ),
    );
  }
  lines.push(
    ...netHigher(
      mine,
      facts,
      reader.ambiguity('conflict') !== undefined,
      () => reader.ask('conflict').choice,
    ),
  );
  return lines;
}

/** Takes off what a higher level paid for the same project, where that reading was chosen. */
function netHigher(
  mine: EnterpriseResult['clauses'],
  facts: Facts,
  touched: boolean,
  choice: () => string,
): Line[] {
  const kept = mine.filter((c) => c.kept && c.cny);
  const higher = facts.higherLevelCny;
  if (!touched || higher === null || higher.isZero() || kept.length === 0) return [];
  if (choice() !== 'net-higher')
    return [
      line(
        `上级资金 ${money(higher)} 元按所选读法不扣除`,
        `${money(higher)} CNY of higher-level funds are not taken off under this reading`,
      ),
    ];
  let left = higher;
  for (const c of kept) {
    const off = Dec.min(left, c.cny ?? ZERO);
    c.cny = (c.cny ?? ZERO).minus(off);
    left = left.minus(off);
  }
  const sum = kept.reduce((a, c) => a.plus(c.cny ?? 0), ZERO);
  return [
    line(
      `扣除上级资金 ${money(higher)} 元 → ${money(sum)} 元`,
      `less ${money(higher)} CNY of higher-level funds → ${money(sum)} CNY`,
    ),
  ];
}

/** When an enterprise applied, where a case says so; otherwise its place in the case is its place in time. */
const timeOf = (facts: Facts | undefined): { appliedAt?: string } =>
  facts?.appliedAt ? { appliedAt: facts.appliedAt } : {};

/** The yearly pot of a policy over all awards of the question and the amounts handed in. */
function pot(
  book: PolicyBook,
  policy: Policy,
  question: Question,
  results: readonly EnterpriseResult[],
  choices: Choices,
): PotResult[] {
  if (!policy.rules.pot) return [];
  const entries: PotEntry[] = [
    ...question.others,
    ...results.flatMap((r) =>
      r.clauses
        .filter((c) => c.kept && c.policy === policy.id && c.status === 'award' && c.cny)
        .map((c): PotEntry => ({
          subject: r.subject,
          clause: c.clause,
          cny: c.cny ?? ZERO,
          ...timeOf(question.enterprises.find((e) => e.subject === r.subject)),
        })),
    ),
  ];
  if (entries.length === 0 && results.length > 0) return [];
  const reader = readerFor(book, choices, policy, policy.rules.pot.ambiguities);
  try {
    return [potOf(policy, entries, reader, question.priority)];
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return [
      {
        policy: policy.id,
        status: 'needs-decision',
        used: ZERO,
        limit: ZERO,
        paid: ZERO,
        cut: false,
        entries: [],
        lines: [error.what],
      },
    ];
  }
}

/** The arithmetic of an answer as one text. */
export const arithmeticOf = (a: Answer): string => asText(a.lines);
