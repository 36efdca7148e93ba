import { z } from 'zod';
import type { Dec } from '../base/decimal.js';
import type { PolicyBook } from './book.js';
import { enterprisesOf, potEntriesOf, priorityOf, unusedOf, type Inputs } from './caseInputs.js';
import { answer, type Answer } from './compute.js';
import { asText, line, type Line } from './lines.js';
import { numberOf } from './caseFlows.js';
import { touching } from './clause.js';
import { choiceOf, readChoices } from './readings.js';

const block = z.record(z.string(), z.unknown());
const caseSchema = z.looseObject({
  id: z.coerce.string(),
  clauses: z.array(z.string()),
  inputs: block.default({}),
  readings: z.unknown().optional(),
  expected: z
    .looseObject({ status: z.string(), awardCny: z.union([z.string(), z.number(), z.null()]).optional() })
    .optional(),
  awardIsTotal: z.boolean().optional(),
  perYear: z.array(z.string()).optional(),
  neverAcceptableCny: z.string().optional(),
  afterLaterReturn: z
    .looseObject({ status: z.string(), restatedTurnoverUsd: z.string().optional() })
    .optional(),
});
/** A file of worked cases: the readings they share, and each case's figures and what is expected. */
export const caseFileSchema = z.looseObject({
  baselineReading: block.default({}),
  cases: z.array(z.unknown()),
});
export type AwardCase = z.output<typeof caseSchema>;

/** One line of `gateway award check`. */
export interface CheckedCase {
  id: string;
  status: string;
  /** CNY with two decimals; null where none can be said. */
  awardCny: string | null;
  arithmetic: string;
}

export interface Checked {
  line: CheckedCase;
  /** True, false, or null for a case that expects nothing. */
  passed: boolean | null;
}

/** Computes one case with the engine of the rounds and compares it with what it expects. Never throws for a bad case. */
export function checkCase(book: PolicyBook, baseline: Inputs, raw: unknown): Checked {
  const parsed = caseSchema.safeParse(raw);
  if (!parsed.success) {
    const id = typeof raw === 'object' && raw !== null && 'id' in raw ? String(raw.id) : '';
    const why = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    return { line: { id, status: 'needs-decision', awardCny: null, arithmetic: why }, passed: false };
  }
  const one = parsed.data;
  const { made, lines } = answerCase(book, baseline, one);
  const awardCny = made.cny === null ? null : made.cny.toFixed(2);
  return {
    line: { id: one.id, status: made.status, awardCny, arithmetic: asText([...made.lines, ...lines]) },
    passed: one.expected ? meets(one, made) : null,
  };
}

/** The answer to a case, with what has to be said about its readings and inputs. */
export function answerCase(
  book: PolicyBook,
  baseline: Inputs,
  one: AwardCase,
): { made: Answer; lines: Line[] } {
  const own = overridesOf(book, one);
  const { choices, unread } = readChoices(book, { ...baseline, ...own });
  const { entries: others, unread: unreadPot } = potEntriesOf(book, one.inputs);
  const question = {
    // A clause whose amount is handed in is not computed again: its amount counts against the pot.
    clauses: one.clauses.filter((id) => !others.some((o) => o.clause === id)),
    enterprises: enterprisesOf(book, one.inputs),
    others,
    total: one.awardIsTotal ?? false,
    pots: [],
    ...(priorityOf(one.inputs) ? { priority: priorityOf(one.inputs)! } : {}),
  };
  const computed = answer(book, question, choices);
  // An amount of the pot that nobody can read is never left out of the sum in silence.
  const made: Answer =
    unreadPot.length === 0 ? computed : { ...computed, status: 'needs-decision', cny: null };
  const unused = unusedOf(book, one.inputs);
  return {
    made,
    lines: [
      ...unread,
      ...unreadPot.map((whose) => line(`${whose} 的金额不是数字`, `the amount of ${whose} is not a number`)),
      ...(unused.length > 0
        ? [line(`未用的输入：${unused.join('、')}`, `inputs that no clause reads: ${unused.join(', ')}`)]
        : []),
    ],
  };
}

/**
 * A reading given as words alone: the one ambiguity of the case (or of its clauses, where it names none) that has such a
 * choice. Words that fit none or several are handed on under their own text, and so are listed as not understood.
 */
function placed(book: PolicyBook, one: AwardCase, text: string): Record<string, string> {
  const named = (one as Record<string, unknown>).ambiguities;
  const ids = Array.isArray(named)
    ? named.map(String)
    : one.clauses.flatMap((id) => {
        const found = book.clause(id);
        return found ? touching(found.policy, found.clause) : [];
      });
  const fits = [...new Set(ids)].filter((id) => {
    const ambiguity = book.ambiguities.get(id);
    return ambiguity !== undefined && choiceOf(ambiguity, text) !== undefined;
  });
  return { [fits.length === 1 ? fits[0]! : text]: text };
}

/** Readings a case chooses for itself: an object by ambiguity, a list of `{ambiguity, choice}`, or words alone. */
function overridesOf(book: PolicyBook, one: AwardCase): Record<string, unknown> {
  const loose = one as Record<string, unknown>;
  const found: Record<string, unknown> = {};
  for (const given of [
    loose.baselineReading,
    one.inputs.readings,
    loose.overrides,
    loose.readingOverrides,
    loose.reading,
    one.readings,
  ]) {
    if (Array.isArray(given))
      for (const g of given as unknown[]) {
        const o = (typeof g === 'object' && g !== null ? g : {}) as Record<string, unknown>;
        const id = o.ambiguity ?? o.id;
        if (typeof id === 'string') found[id] = o.choice ?? o.reading ?? o.text ?? null;
      }
    else if (typeof given === 'object' && given !== null) Object.assign(found, given);
    else if (typeof given === 'string') Object.assign(found, placed(book, one, given));
  }
  return found;
}

/** Everything the case expects holds: status, amount, yearly amounts, what a later return does, what must never be. */
function meets(one: AwardCase, made: Answer): boolean {
  const expected = one.expected;
  if (!expected || expected.status !== made.status) return false;
  if (expected.awardCny !== undefined && !sameMoney(expected.awardCny, made.cny)) return false;
  if (one.neverAcceptableCny && made.cny?.eq(one.neverAcceptableCny)) return false;
  const clauses = made.enterprises.flatMap((e) => e.clauses);
  if (one.perYear) {
    const years = clauses.flatMap((c) => c.perYear);
    if (years.length !== one.perYear.length || !years.every((y, i) => sameMoney(one.perYear?.[i] ?? null, y)))
      return false;
  }
  const later = one.afterLaterReturn;
  if (later) {
    const review = clauses.map((c) => c.review).find((r) => r !== null);
    if (later.status === 'needs-decision' && !review) return false;
    if (later.restatedTurnoverUsd && !review?.restatedUsd.eq(later.restatedTurnoverUsd)) return false;
  }
  return true;
}

function sameMoney(expected: string | number | null, made: Dec | null): boolean {
  if (expected === null || made === null) return expected === null && made === null;
  const number = numberOf(expected);
  return number !== undefined && number.eq(made.toDecimalPlaces(2));
}

/** Checks a whole file; what the lines and the closing count are made of. */
export function checkCases(book: PolicyBook, file: z.output<typeof caseFileSchema>): Checked[] {
  return file.cases.map((c) => checkCase(book, file.baselineReading, c));
}
