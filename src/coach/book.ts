import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';

/** What the enterprise does next: declare again as it is, correct and declare again, wait, call somebody, nothing. */
export const coachActions = ['resubmit', 'correct', 'wait', 'call', 'none'] as const;
export type CoachAction = (typeof coachActions)[number];

const entrySchema = z.strictObject({
  code: z.string().min(1),
  /** The official text; `[*]` and `*` stand for what the port fills in. */
  text: textSchema,
  cause: textSchema,
  remedy: textSchema,
  action: z.enum(coachActions),
  /** Order paths it speaks of. */
  fields: z.array(z.string()),
  /** Other wordings of the same. */
  like: z.array(z.string()).optional(),
  source: z.string().optional(),
  /** Of `statuses.json` only: stands for every negative status, for a receipt type, or for anything. */
  match: z.string().optional(),
});
export type Entry = z.output<typeof entrySchema>;

const head = { title: textSchema, source: z.string().min(1), validFrom: z.iso.date() };
const listSchema = z.strictObject({ ...head, entries: z.array(entrySchema).min(1) });
const importSchema = listSchema.extend({ receipts: z.array(z.string()) });
const exportSchema = z.strictObject({
  ...head,
  receipts: z.array(z.string()),
  /** Said when a code of an export receipt means something else in the import numbering. */
  conflict: textSchema,
  classes: z.array(
    z.strictObject({
      class: z.string(),
      cause: textSchema,
      remedy: textSchema,
      action: z.enum(coachActions),
    }),
  ),
  ranges: z.array(
    z.strictObject({
      from: z.int().negative(),
      to: z.int().negative(),
      receipt: z.string().optional(),
      class: z.string(),
      text: textSchema,
      fields: z.array(z.string()),
    }),
  ),
});

/** Codes of receipts that have a table of their own: the first entry that fits in code and words explains. */
const formEntrySchema = entrySchema.omit({ code: true, like: true, match: true }).extend({
  /** Pattern of the code. */
  matches: z.string().min(1),
  /** Words of which the receipt says one; left out, whatever it says. */
  says: z.array(z.string().min(1)).optional(),
});
export type FormEntry = z.output<typeof formEntrySchema> & { pattern: RegExp };
const formsSchema = z.strictObject({
  ...head,
  seen: z.boolean(),
  tables: z.array(
    z.strictObject({
      /** Types of receipts, and of documents that receipts of several types answer. */
      receipts: z.array(z.string()).min(1),
      entries: z.array(formEntrySchema).min(1),
    }),
  ),
});

export interface Range {
  from: number;
  to: number;
  receipt: string | undefined;
  text: Text;
  cause: Text;
  remedy: Text;
  action: CoachAction;
  fields: string[];
}

/** A wording of an official text, ready to be compared with what a receipt says. */
export interface Template {
  entry: Entry;
  pattern: RegExp;
}

/** Everything `mappings/coach` says, checked and put in order for looking up. */
export interface CoachBook {
  exportReceipts: ReadonlySet<string>;
  importReceipts: ReadonlySet<string>;
  /** `[Code:…]` of customs. */
  customs: ReadonlyMap<string, Entry>;
  /** Four-digit codes of the exchange platform. */
  platform: ReadonlyMap<string, Entry>;
  /** Negative codes in the import numbering. */
  business: ReadonlyMap<string, Entry>;
  ranges: readonly Range[];
  statuses: ReadonlyMap<string, Entry>;
  /** Of receipts that no other table speaks of, by their type. */
  forms: ReadonlyMap<string, readonly FormEntry[]>;
  templates: readonly Template[];
  conflict: Text;
  sources: Readonly<Record<'customs' | 'platform' | 'business' | 'export' | 'statuses' | 'forms', string>>;
}

/** Reads `mappings/coach/*.json`. Throws when a file has a wrong shape, a code comes twice or a range names no class. */
export function loadCoachBook(dir = mappingPath('coach')): CoachBook {
  const read = (name: string): unknown => JSON.parse(readFileSync(`${dir}/${name}.json`, 'utf8'));
  const customs = listSchema.parse(read('customs'));
  const platform = listSchema.parse(read('platform'));
  const business = importSchema.parse(read('import'));
  const exported = exportSchema.parse(read('export'));
  const statuses = listSchema.parse(read('statuses'));
  const forms = formsSchema.parse(read('forms'));
  return {
    exportReceipts: new Set(exported.receipts),
    importReceipts: new Set(business.receipts),
    customs: byCode('customs', customs.entries),
    platform: byCode('platform', platform.entries),
    business: byCode('import', business.entries),
    ranges: exported.ranges.map(({ class: name, receipt, ...range }) => {
      const found = exported.classes.find((c) => c.class === name);
      if (!found) throw new Error(`coach/export.json: class ${name} is not defined`);
      return { ...range, receipt, cause: found.cause, remedy: found.remedy, action: found.action };
    }),
    statuses: byCode('statuses', statuses.entries),
    forms: byReceipt(forms.tables),
    // The longer wording first: 物流运单已存在 must not be taken for a shorter one that ends the same.
    templates: business.entries
      .flatMap((entry) => [entry.text.zh, ...(entry.like ?? [])].map((text) => ({ entry, text })))
      .sort((a, b) => b.text.length - a.text.length)
      .map(({ entry, text }) => ({ entry, pattern: patternOf(text) })),
    conflict: exported.conflict,
    sources: {
      customs: customs.source,
      platform: platform.source,
      business: business.source,
      export: exported.source,
      statuses: statuses.source,
      forms: forms.source,
    },
  };
}

function byCode(file: string, entries: readonly Entry[]): Map<string, Entry> {
  const map = new Map(entries.map((e) => [e.code, e]));
  if (map.size !== entries.length) throw new Error(`coach/${file}.json: a code comes twice`);
  return map;
}

/** The entries of each type of receipt, of several tables one after the other. */
function byReceipt(tables: z.output<typeof formsSchema>['tables']): Map<string, FormEntry[]> {
  const map = new Map<string, FormEntry[]>();
  for (const { receipts, entries } of tables) {
    const own = entries.map((entry) => ({ ...entry, pattern: new RegExp(entry.matches) }));
    for (const receipt of receipts) map.set(receipt, [...(map.get(receipt) ?? []), ...own]);
  }
  return map;
}

/** `清单[*]已经申报过` as a pattern; the port writes a value with or without the brackets. */
function patternOf(text: string): RegExp {
  const source = text
    .split(/(\[+\*\]+|\*)/)
    .map((part) => (/^\[*\*\]*$/.test(part) ? '\\[*(.*?)\\]*' : part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source.replace(/\\?[!！。]+$/, '')}[!！。]?$`, 's');
}

/** The official text with what the port filled in; `…` where nothing is known of it. */
export function fillTemplate(text: Text, values: readonly string[]): Text {
  const fill = (s: string) => {
    let i = 0;
    return s.replace(/\[+\*\]+|\*/g, () => {
      const value = values[i++];
      return value ? `[${value}]` : '[…]';
    });
  };
  return { zh: fill(text.zh), en: fill(text.en) };
}

/** Codes that only the sandbox port uses (`mappings/sandbox/coach.json`): for a gateway that speaks with the sandbox alone. */
export function loadSandboxEntries(file = mappingPath('sandbox', 'coach.json')): ReadonlyMap<string, Entry> {
  return byCode('sandbox', listSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).entries);
}
