import type { PolicyBook } from './book.js';
import type { Candidate } from './candidates.js';
import { answer, type Answer } from './compute.js';
import type { Facts } from './facts.js';
import { line, type Line } from './lines.js';
import type { Policy } from './policy.js';
import { readerFor, type Choices } from './readings.js';

/** A candidate with its facts and the clauses it is a candidate for. */
export interface Applicant {
  candidate: Candidate;
  facts: Facts;
  clauses: readonly string[];
}

/** Codes that an input names: one or several, with commas or as a list. */
const codesOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value])
    .flatMap((v) => (typeof v === 'string' ? v.split(/[,，、;；\s]+/) : []))
    .filter((v) => v !== '');

/** Applicants that stand under the same control (`affiliatedWith` of either), each group in the order of their codes. */
export function groupsOf(applicants: readonly Applicant[]): Applicant[][] {
  const of = new Map<string, string>(
    applicants.map(({ candidate }) => [candidate.enterprise, candidate.enterprise]),
  );
  const head = (code: string): string => {
    const up = of.get(code) ?? code;
    return up === code ? code : head(up);
  };
  for (const { candidate } of applicants)
    for (const other of codesOf(candidate.inputs.affiliatedWith))
      if (of.has(other)) {
        const [a = '', b = ''] = [head(candidate.enterprise), head(other)].sort();
        of.set(b, a);
      }
  const groups = new Map<string, Applicant[]>();
  for (const one of applicants) {
    const at = head(one.candidate.enterprise);
    groups.set(at, [...(groups.get(at) ?? []), one]);
  }
  return [...groups.values()];
}

/**
 * The answers of a group of affiliates, in its order. As the reading says: each by itself; all figures together, which the
 * first of them bears, with the others named; where nobody chose and it makes a difference, each needs the decision.
 */
export function answersOf(
  book: PolicyBook,
  policy: Policy,
  group: readonly Applicant[],
  choices: Choices,
): Answer[] {
  const alone = () => group.map(({ facts, clauses }) => ask(book, clauses, [facts], choices));
  const reading = readerFor(book, choices, policy, []).ambiguity('group');
  if (group.length < 2 || !reading) return alone();
  const clauses = [...new Set(group.flatMap((one) => one.clauses))];
  const whole = ask(
    book,
    clauses,
    group.map((one) => one.facts),
    choices,
  );
  const names = group.map(({ candidate }) => candidate.name || candidate.enterprise);
  const open = whole.open.some((o) => o.ambiguity === reading.id);
  if (open) return group.map(() => ({ ...whole, lines: [affiliated(names), ...whole.lines] }));
  if (choices.get(reading.id) !== 'consolidated')
    return alone().map((a) => ({ ...a, lines: [affiliated(names), ...a.lines] }));
  const [first = ''] = names;
  return group.map((_, i) =>
    i === 0 ? whole : { ...whole, status: 'no-award', cny: null, enterprises: [], lines: [borneBy(first)] },
  );
}

const ask = (
  book: PolicyBook,
  clauses: readonly string[],
  enterprises: readonly Facts[],
  choices: Choices,
): Answer => answer(book, { clauses, enterprises, others: [], total: false, pots: [] }, choices);

const affiliated = (names: readonly string[]): Line =>
  line(`关联企业：${names.join('、')}`, `affiliates: ${names.join(', ')}`);

const borneBy = (name: string): Line =>
  line(
    `与关联企业合并计算，结果列在 ${name}`,
    `computed together with its affiliates; the result stands with ${name}`,
  );
