import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fillText, type Text } from '../../terms/text.js';
import { trackSchema, type Track } from '../../terms/track.js';
import { verdictSchema, type Verdict } from '../../terms/verdict.js';

const meaningSchema = z.strictObject({
  zh: z.string().min(1),
  en: z.string().min(1),
  /** Who speaks; one of `phases`. */
  phase: z.string(),
  /** How far along: of two statuses the higher rank is the later state, whatever arrived first. */
  rank: z.int(),
  verdict: verdictSchema,
  /** Whose word it is; customs' own when nothing is said. */
  track: trackSchema.default('customs'),
  /** The document is taken off the books: what was released before counts no more. */
  voids: z.boolean().default(false),
  /** What the sources say, each in its own words, where they differ. */
  wordings: z.record(z.string(), z.string()).optional(),
});

/**
 * The receipts of one family (`mappings/<family>-<edition>/statuses.json`): what each status means and in which order
 * statuses overrule each other.
 */
export const statusTableSchema = z
  .strictObject({
    source: z.string(),
    /** False where the source was not seen itself. */
    seen: z.boolean().optional(),
    validFrom: z.iso.date(),
    pattern: z.string().optional(),
    /** Who speaks, the last over those before: the electronic port, then customs. */
    phases: z.array(z.string()).min(1),
    /** What decides between two receipts, first to last. */
    decides: z.array(z.enum(['phase', 'time', 'rank'])).min(1),
    statuses: z.record(z.string(), meaningSchema),
    /** Statuses that stand in no list but follow a pattern, the first match counts. */
    patterns: z.array(meaningSchema.extend({ matches: z.string() })).default([]),
    /** A status that nobody knows; `{status}` in its texts stands for it. */
    unknown: meaningSchema,
    /** Refusals that only say "I have this document already": statuses by pattern, and words they contain. */
    duplicates: z
      .strictObject({
        source: z.string(),
        matches: z.string().default('^-'),
        phrases: z.array(z.string().min(4)),
      })
      .optional(),
  })
  .superRefine((table, issues) => {
    const meanings = [...Object.values(table.statuses), ...table.patterns, table.unknown];
    for (const phase of new Set(meanings.map((m) => m.phase)))
      if (!table.phases.includes(phase))
        issues.addIssue({ code: 'custom', path: ['phases'], message: `no phase ${phase}` });
  });
export type StatusTableData = z.output<typeof statusTableSchema>;

/** Reads a family's table. Throws, naming the file, when it has a wrong shape. */
export function loadStatusTable(file: string): StatusTable {
  const read = statusTableSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
  return new StatusTable(read.data);
}

export interface StatusMeaning {
  text: Text;
  phase: string;
  rank: number;
  verdict: Verdict;
  track: Track;
  voids: boolean;
}

const meaningOf = ({
  zh,
  en,
  phase,
  rank,
  verdict,
  track,
  voids,
}: z.output<typeof meaningSchema>): StatusMeaning => ({
  text: { zh, en },
  phase,
  rank,
  verdict,
  track,
  voids,
});

/** One family's receipts: meanings and their order. Pure; read once at start. */
export class StatusTable {
  readonly #known: ReadonlyMap<string, StatusMeaning>;
  readonly #patterns: readonly { matches: RegExp; meaning: StatusMeaning }[];

  constructor(readonly data: StatusTableData) {
    this.#known = new Map(Object.entries(data.statuses).map(([code, s]) => [code, meaningOf(s)]));
    this.#patterns = data.patterns.map((p) => ({ matches: new RegExp(p.matches), meaning: meaningOf(p) }));
  }

  /** What a status means; one that nobody knows is kept and shown as it is. */
  meaning(status: string): StatusMeaning {
    const known = this.#known.get(status);
    if (known) return known;
    const like = this.#patterns.find((p) => p.matches.test(status))?.meaning;
    if (like) return { ...like, text: fillText(like.text, { status }) };
    const unknown = meaningOf(this.data.unknown);
    return { ...unknown, text: fillText(unknown.text, { status }) };
  }

  /** The port says that it holds a document of this number already (已存在相同编号…). */
  isDuplicate(status: string, info: string): boolean {
    const { duplicates } = this.data;
    if (!duplicates || !new RegExp(duplicates.matches).test(status)) return false;
    return duplicates.phrases.some((phrase) => info.includes(phrase));
  }

  /** Of two receipts of one document and track, whether the first decides over the second: the same for any order of arrival. */
  overrules(a: Spoken, b: Spoken): boolean {
    const [ma, mb] = [this.meaning(a.status), this.meaning(b.status)];
    for (const by of this.data.decides) {
      const [x, y] = [this.#measure(by, a, ma), this.#measure(by, b, mb)];
      if (x !== y) return x > y;
    }
    // Two unlike receipts that nothing tells apart: any fixed choice will do, as long as it is fixed.
    return `${a.status}|${a.infoCode ?? ''}` > `${b.status}|${b.infoCode ?? ''}`;
  }

  #measure(by: 'phase' | 'time' | 'rank', said: Spoken, meaning: StatusMeaning): number {
    if (by === 'phase') return this.data.phases.indexOf(meaning.phase);
    return by === 'time' ? (said.time?.getTime() ?? 0) : meaning.rank;
  }
}

/** What a receipt says, as far as its place among the others goes. */
export interface Spoken {
  status: string;
  /** The authority's own time; the arrival plays no part. */
  time: Date | undefined;
  infoCode?: string | undefined;
}
