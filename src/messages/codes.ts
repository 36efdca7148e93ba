import { nearest } from '../base/nearest.js';
import { z } from 'zod';
import { textSchema, type Text } from '../terms/text.js';

const codeValueSchema = z.strictObject({
  zh: z.string().min(1).optional(),
  en: z.string().min(1).optional(),
  /** ISO 4217 letters of a currency. */
  iso: z.string().optional(),
  /** ISO 3166 alpha-3 letters of a country. */
  iso3: z.string().optional(),
  /** Customs code of the country a port lies in. */
  country: z.string().optional(),
  /** What people and programs write instead: `RMB`, `PCS`, ISO alpha-2 letters, UN/LOCODE. */
  aliases: z.array(z.string().min(1)).min(1).optional(),
  /** False where the code itself was not seen in a source. */
  seen: z.boolean().optional(),
});
export type CodeValue = z.output<typeof codeValueSchema>;

/** The shape of a file in `mappings/codes`. */
export const codeTableSchema = z.strictObject({
  table: z.string().min(1),
  title: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
  /**
   * The form every code of the table has, where the table is a snapshot that may lack newer ones: a code of this form
   * that it does not hold is doubtful, not wrong.
   */
  openForm: z
    .string()
    .refine((form) => isPattern(form), 'must be a regular expression')
    .optional(),
  values: z.record(z.string(), codeValueSchema),
});
type CodeTableFile = z.output<typeof codeTableSchema>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

/** Names are compared without case and without the spaces people put around or inside them. */
const folded = (name: string) => name.replace(/\s+/g, '').toLowerCase();

/** What is longer is no name of a code; more guesses than this are not kept. */
const longestName = 40;
const keptGuesses = 1000;

/** One customs code table. */
export class CodeTable {
  readonly name: string;
  readonly title: Text;
  readonly source: string;
  readonly values: ReadonlyMap<string, CodeValue>;
  readonly #openForm: RegExp | undefined;
  /** Folded name → code; null where two codes share the name. Built on first use: most tables are only ever looked up. */
  #byName: Map<string, string | null> | undefined;
  /** Guesses made so far: a file repeats its mistakes. */
  readonly #near = new Map<string, string | null>();

  constructor(file: CodeTableFile) {
    this.name = file.table;
    this.title = file.title;
    this.source = file.source;
    this.values = new Map(Object.entries(file.values));
    this.#openForm = file.openForm === undefined ? undefined : new RegExp(`^(?:${file.openForm})$`);
  }

  has(code: string): boolean {
    return this.values.has(code);
  }

  /** True for a code that the table does not hold and that may yet exist: it has the form of one. */
  mayExist(code: string): boolean {
    return !this.has(code) && (this.#openForm?.test(code) ?? false);
  }

  /** What a code means; a language that the table lacks falls back to the other, then to the code itself. */
  text(code: string): Text | undefined {
    const value = this.values.get(code);
    if (!value) return undefined;
    return { zh: value.zh ?? value.en ?? code, en: value.en ?? value.zh ?? code };
  }

  /**
   * Finds the code a person means: the code itself, ISO letters (USD, USA), an alias (RMB, PCS), or the exact Chinese or
   * English name (美元, 个). Undefined when nothing or more than one code bears that name: a guess would end up in a declaration.
   */
  resolve(input: string): string | undefined {
    const wanted = input.trim();
    if (this.values.has(wanted)) return wanted;
    const upper = wanted.toUpperCase();
    if (this.values.has(upper)) return upper;
    return (this.#byName ??= this.#names()).get(folded(wanted)) ?? undefined;
  }

  /**
   * The code whose name, or whose own digits, are most like a text that is no code; undefined when none is near. One
   * letter may differ in a short name: what is suggested is read by a person, never taken.
   */
  nearest(text: string): string | undefined {
    const wanted = folded(text).slice(0, longestName);
    const known = this.#near.get(wanted);
    if (known !== undefined) return known === null ? undefined : known;
    const names = (this.#byName ??= this.#names());
    const name = nearest(wanted, [...names.keys(), ...this.values.keys()]);
    const code =
      name === undefined ? undefined : this.values.has(name) ? name : (names.get(name) ?? undefined);
    if (this.#near.size < keptGuesses) this.#near.set(wanted, code ?? null);
    return code;
  }

  #names(): Map<string, string | null> {
    const names = new Map<string, string | null>();
    const add = (code: string, given: readonly (string | undefined)[], into: Map<string, string | null>) => {
      for (const name of new Set(given.map((n) => n && folded(n))))
        if (name) into.set(name, into.has(name) ? null : code);
    };
    for (const [code, { zh, en, iso, iso3 }] of this.values) add(code, [zh, en, iso, iso3], names);
    // An alias never takes the name of another code, even where that name is ambiguous.
    const aliases = new Map<string, string | null>();
    for (const [code, value] of this.values) add(code, value.aliases ?? [], aliases);
    for (const [name, code] of aliases) if (!names.has(name)) names.set(name, code);
    return names;
  }
}

/** All code tables by name. */
export class CodeTables {
  readonly #tables: ReadonlyMap<string, CodeTable>;

  constructor(tables: Iterable<CodeTable>) {
    this.#tables = new Map([...tables].map((table) => [table.name, table]));
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  /** Throws RangeError for a table that `mappings/codes` does not hold. */
  get(table: string): CodeTable {
    const found = this.#tables.get(table);
    if (!found) throw new RangeError(`code table ${table} is not in mappings/codes`);
    return found;
  }

  names(): string[] {
    return [...this.#tables.keys()].sort();
  }
}
