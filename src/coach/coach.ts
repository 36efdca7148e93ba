import type { Text } from '../terms/text.js';
import { fillText } from '../terms/text.js';
import {
  fillTemplate,
  loadCoachBook,
  loadSandboxEntries,
  type CoachAction,
  type CoachBook,
  type Entry,
  type FormEntry,
} from './book.js';

/** What a receipt says, as far as the coach reads it. */
export interface Said {
  /** The receipt's own type, for example `CEB604Message`; where it is not known, the type of the document it answers. */
  receiptType: string;
  /** returnStatus. */
  status: string;
  /** returnInfo. */
  info?: string | null | undefined;
  /** First `[Code:…]` of returnInfo. */
  infoCode?: string | null | undefined;
}

export interface Explanation {
  /** The code it goes by: the `[Code:…]` when there is one, else returnStatus. */
  code: string;
  /** The official text; values the port filled in stand in brackets. */
  title: Text;
  cause: Text;
  remedy: Text;
  action: CoachAction;
  /** Order paths the code speaks of. */
  fields: string[];
  /** What the port filled into the official text. */
  values: string[];
  source: string;
  /** How it was found: by the code, by the text, by the range of the code, by the status alone. */
  by: 'code' | 'text' | 'range' | 'status';
  /** False when the code stands in no table. */
  known: boolean;
  /** Where two numberings disagree about the code: which one was followed, and why. */
  note: Text | null;
}

type Found = Omit<Explanation, 'code'>;

/**
 * Explains refusals and failures: what happened, which field it concerns, what to do. The exact code comes first, then
 * the wording, then the range of the code for the kind of receipt, then the status. Export and import number their
 * business errors differently; the kind of receipt decides which numbering holds. Receipts of goods declarations, inspection
 * and certificates have tables of their own: what these do not know, no other explains.
 */
export class Coach {
  constructor(private readonly book: CoachBook = loadCoachBook()) {}

  explain(said: Said): Explanation {
    const code = said.infoCode ?? said.status;
    const info = (said.info ?? '').trim();
    const own = this.book.forms.get(said.receiptType);
    if (own) return { code: said.status, ...this.form(own, said.status, info) };
    const found =
      this.customsCode(said.infoCode) ??
      this.platformCode(said.status) ??
      this.business(said, info) ??
      this.status(said.receiptType, said.status, said.infoCode ?? null);
    return { code, ...found };
  }

  /**
   * Statuses and codes of customs that stand in the tables; the others, and all of the receipts that have tables of their
   * own, have to be looked at one by one.
   */
  get listed(): { statuses: string[]; infoCodes: string[]; ownTables: string[] } {
    const { statuses, customs, forms } = this.book;
    return {
      statuses: [...statuses.keys()],
      infoCodes: [...customs.keys()],
      ownTables: [...forms.keys()],
    };
  }

  private form(entries: readonly FormEntry[], status: string, info: string): Found {
    const entry = entries.find(
      ({ pattern, says }) =>
        pattern.test(status) && (says === undefined || says.some((w) => info.includes(w))),
    );
    if (!entry)
      return { ...entryFound(this.fallback('unknown'), 'status', this.book.sources.statuses), known: false };
    return entryFound(entry, entry.says ? 'text' : 'code', this.book.sources.forms);
  }

  private customsCode(infoCode: string | null | undefined): Found | undefined {
    const entry = infoCode ? this.book.customs.get(infoCode) : undefined;
    return entry && entryFound(entry, 'code', this.book.sources.customs);
  }

  private platformCode(status: string): Found | undefined {
    const entry = this.book.platform.get(status);
    return entry && entryFound(entry, 'code', this.book.sources.platform);
  }

  private business({ receiptType, status }: Said, info: string): Found | undefined {
    if (!/^-\d+$/.test(status)) return undefined;
    const byCode = this.book.business.get(status);
    const exported = this.book.exportReceipts.has(receiptType);
    const worded = this.worded(info, byCode);
    if (byCode && (!exported || worded?.entry === byCode))
      return entryFound(byCode, 'code', this.book.sources.business, worded?.values);
    const note =
      byCode && exported
        ? fillText(this.book.conflict, { code: status, other: fillTemplate(byCode.text, []).zh })
        : null;
    if (worded)
      return { ...entryFound(worded.entry, 'text', this.book.sources.business, worded.values), note };
    const n = Number(status);
    const range = exported
      ? this.book.ranges.find((r) => (r.receipt ?? receiptType) === receiptType && n <= r.from && n >= r.to)
      : undefined;
    if (!range) return undefined;
    const { text: title, cause, remedy, action, fields } = range;
    const source = this.book.sources.export;
    return {
      title,
      cause,
      remedy,
      action,
      fields: [...fields],
      values: [],
      source,
      by: 'range',
      known: true,
      note,
    };
  }

  /** The official text the info is an instance of, the one of the code first. */
  private worded(info: string, first: Entry | undefined): { entry: Entry; values: string[] } | undefined {
    if (info === '') return undefined;
    const own = this.book.templates.filter((t) => t.entry === first);
    for (const { entry, pattern } of [...own, ...this.book.templates]) {
      const match = pattern.exec(info);
      if (match) return { entry, values: match.slice(1).map((v) => (v ?? '').trim()) };
    }
    return undefined;
  }

  private status(receiptType: string, status: string, infoCode: string | null): Found {
    const { statuses, sources } = this.book;
    const exact = statuses.get(status);
    const entry =
      exact ??
      (receiptType === 'CEB900Message' ? statuses.get('900') : undefined) ??
      this.fallback(/^-\d+$/.test(status) ? 'negative' : 'unknown');
    const known = (exact !== undefined && infoCode === null) || receiptType === 'CEB900Message';
    return { ...entryFound(entry, 'status', sources.statuses), known };
  }

  private fallback(code: 'negative' | 'unknown'): Entry {
    const entry = this.book.statuses.get(code);
    if (!entry) throw new Error(`coach/statuses.json has no entry ${code}`);
    return entry;
  }
}

function entryFound(
  entry: Omit<Entry, 'code'>,
  by: Found['by'],
  source: string,
  values: readonly string[] = [],
): Found {
  return {
    title: fillTemplate(entry.text, values),
    cause: entry.cause,
    remedy: entry.remedy,
    action: entry.action,
    fields: [...entry.fields],
    values: [...values],
    source: entry.source ?? source,
    by,
    known: true,
    note: null,
  };
}

let loaded: Coach | undefined;
/** The coach of the project's own tables, read once. */
export const coach = (): Coach => (loaded ??= new Coach());

/**
 * From now on the codes of the sandbox are explained, too. Only for a gateway that may not reach a live host: a real
 * receipt is never explained by what the sandbox made up.
 */
export function explainSandboxCodes(): void {
  const book = loadCoachBook();
  loaded = new Coach({ ...book, customs: new Map([...loadSandboxEntries(), ...book.customs]) });
}

/** The same without what the port filled in for one document, which may name a person. */
export function withoutValues({ title, values, ...rest }: Explanation): Explanation {
  const blank = (s: string) =>
    values.filter(Boolean).reduce((text, v) => text.replaceAll(`[${v}]`, '[…]'), s);
  return { ...rest, values: [], title: { zh: blank(title.zh), en: blank(title.en) } };
}

export type ShortExplanation = Pick<
  Explanation,
  'code' | 'title' | 'cause' | 'remedy' | 'action' | 'fields' | 'known'
>;

/** The short form shown beside a receipt or document, without runtime values; null when there is nothing to do. */
export function coachShort(said: Said): ShortExplanation | null {
  const { code, title, cause, remedy, action, fields, known } = withoutValues(coach().explain(said));
  return action === 'none' ? null : { code, title, cause, remedy, action, fields, known };
}
