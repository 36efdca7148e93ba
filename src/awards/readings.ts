import type { PolicyBook } from './book.js';
import { line, type Line } from './lines.js';
import type { Ambiguity, Policy, Reading, Slot } from './policy.js';

/** A choice that nobody made, although the result needs it. */
export class Undecided extends Error {
  constructor(readonly ambiguity: Ambiguity) {
    super(`${ambiguity.id}: no reading was chosen`);
  }
}

/** A figure or fact without which the clause cannot be computed. */
export class Missing extends Error {
  constructor(readonly what: Line) {
    super(what.en);
  }
}

/** The readings chosen, by ambiguity id. */
export type Choices = ReadonlyMap<string, string>;

/** What counts where no text leaves it open: the plain rule of the field. */
const PLAIN: Partial<Record<Slot, string>> = {
  above: 'inclusive',
  rate: 'record',
  'turnover-basis': 'declared',
  attribution: 'while-registered',
  'moment-9810': 'departure',
  recurrence: 'year-once',
  excess: 'whole',
  conflict: 'highest',
  'pot-overflow': 'stop',
  'look-back': 'any-listed-day',
  'tax-duty': 'paid',
  returns: 'net-original',
  'served-count': 'distinct',
  'platform-scope': 'third-party',
  rounding: 'fen',
  'tier-edge': 'higher',
  'text-precedence': 'annex',
  validity: 'in-force',
  ceiling: 'maximum',
  'increment-base': 'threshold',
  'tax-base': 'entered',
  'cross-rate': 'via-cny',
  group: 'entity',
  'cut-off': 'frozen',
  'base-year': 'calendar',
  'title-join': 'either',
  'incubator-tiers': 'highest-once',
  'tier-sum': 'one',
  'edge-years': 'turnover',
};

/**
 * Answers what the engine asks about one clause. An ambiguity that touches the clause decides the slot; without one the
 * plain rule holds. Keeps what was used, so that every sheet can print it.
 */
export class Reader {
  readonly used = new Map<string, string>();
  readonly notes: Line[] = [];

  constructor(
    private readonly book: PolicyBook,
    private readonly choices: Choices,
    private readonly touching: readonly string[],
  ) {}

  /** The ambiguity that decides the slot here; undefined when the text leaves nothing open. */
  ambiguity(slot: Slot): Ambiguity | undefined {
    return this.touching.map((id) => this.book.ambiguities.get(id)).find((a) => a?.decides === slot);
  }

  /** The reading for a slot. Throws {@link Undecided} when a person has to choose and nobody did. */
  ask(slot: Slot): { choice: string; reading: Reading | undefined } {
    const ambiguity = this.ambiguity(slot);
    if (!ambiguity) return { choice: PLAIN[slot] ?? '', reading: undefined };
    const choice = this.choices.get(ambiguity.id) ?? this.unset(ambiguity);
    const reading = ambiguity.readings.find((r) => r.choice === choice);
    if (!reading) throw new Undecided(ambiguity);
    this.used.set(ambiguity.id, choice ?? '');
    return { choice: reading.choice, reading };
  }

  /** The choice for a slot that changes no result, if one was made. */
  choiceOrNone(slot: Slot): string | undefined {
    const ambiguity = this.ambiguity(slot);
    const choice = ambiguity && this.choices.get(ambiguity.id);
    if (ambiguity && choice) this.used.set(ambiguity.id, choice);
    return choice;
  }

  private unset(ambiguity: Ambiguity): string | undefined {
    const unset = ambiguity.unset;
    if (!unset) return undefined;
    const choice = 'choice' in unset ? unset.choice : unset.choices[this.choices.get(unset.follows) ?? ''];
    if (choice !== undefined && !this.used.has(ambiguity.id))
      this.notes.push(
        line(`${ambiguity.id} 未选读法：${unset.why.zh}`, `${ambiguity.id} was not chosen: ${unset.why.en}`),
      );
    return choice;
  }
}

/** A reader for a clause or a rule of a policy. */
export const readerFor = (
  book: PolicyBook,
  choices: Choices,
  policy: Policy,
  ids: readonly string[],
): Reader => new Reader(book, choices, [...ids, ...policy.ambiguities]);

const plainText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s"'“”‘’.,;:，；。：、]+/g, '');

/**
 * The choice that a text names: the choice's own name, one of its texts or wordings, or one of them before a colon or
 * bracket, or the only one that is contained in the text. Undefined when none or more than one fits: a text that is not
 * understood is no choice.
 */
export function choiceOf(ambiguity: Ambiguity, given: string): string | undefined {
  const candidates = ambiguity.readings.map((r) => ({
    choice: r.choice,
    words: [r.choice, r.text.zh, r.text.en, ...r.words].map(plainText),
  }));
  const heads = [given, given.split(/[:：(（]/)[0] ?? ''].map(plainText).filter((t) => t !== '');
  for (const head of heads) {
    const exact = candidates.filter((c) => c.words.includes(head));
    if (exact.length === 1) return exact[0]!.choice;
  }
  const whole = heads[0] ?? '';
  const long = candidates
    .map((c) => ({
      choice: c.choice,
      length: Math.max(0, ...c.words.filter((w) => w.length >= 5 && whole.includes(w)).map((w) => w.length)),
    }))
    .filter((c) => c.length > 0)
    .sort((a, b) => b.length - a.length);
  if (long[0] && long[0].length > (long[1]?.length ?? 0)) return long[0].choice;
  return undefined;
}

/** Reads choices from a file's block `{A01: text, …}`; what is null is no choice, what is not understood is listed. */
export function readChoices(
  book: PolicyBook,
  block: Readonly<Record<string, unknown>>,
): { choices: Map<string, string>; unread: Line[] } {
  const choices = new Map<string, string>();
  const unread: Line[] = [];
  for (const [id, given] of Object.entries(block)) {
    if (given === null || given === undefined || given === '') continue;
    const ambiguity = book.ambiguities.get(id);
    const text =
      typeof given === 'string'
        ? given
        : typeof given === 'object' && 'choice' in given
          ? String(given.choice)
          : JSON.stringify(given);
    const choice = ambiguity && choiceOf(ambiguity, text);
    if (choice === undefined)
      unread.push(
        line(`${id} 的读法“${text}”不在可选之列`, `${id}: the reading "${text}" is not among the choices`),
      );
    else choices.set(id, choice);
  }
  return { choices, unread };
}
