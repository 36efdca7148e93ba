import { z } from 'zod';
import type { Text } from '../terms/text.js';

const codeValueSchema = z.strictObject({
  zh: z.string().min(1).optional(),
  en: z.string().min(1).optional(),
  /** ISO 4217 letters of a currency. */
  iso: z.string().optional(),
  /** ISO 3166 alpha-3 letters of a country. */
  iso3: z.string().optional(),
  /** Customs code of the country a port lies in. */
  country: z.string().optional(),
});
export type CodeValue = z.output<typeof codeValueSchema>;

/** The shape of a file in `mappings/codes`. */
export const codeTableSchema = z.strictObject({
  table: z.string().min(1),
  title: z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }),
  source: z.string().min(1),
  validFrom: z.iso.date(),
  values: z.record(z.string(), codeValueSchema),
});
type CodeTableFile = z.output<typeof codeTableSchema>;

/** Names are compared without case and without the spaces people put around or inside them. */
const folded = (name: string) => name.replace(/\s+/g, '').toLowerCase();

/** One customs code table. */
export class CodeTable {
  readonly name: string;
  readonly title: Text;
  readonly source: string;
  readonly values: ReadonlyMap<string, CodeValue>;
  /** Folded name → code; null where two codes share the name. Built on first use: most tables are only ever looked up. */
  #byName: Map<string, string | null> | undefined;

  constructor(file: CodeTableFile) {
    this.name = file.table;
    this.title = file.title;
    this.source = file.source;
    this.values = new Map(Object.entries(file.values));
  }

  has(code: string): boolean {
    return this.values.has(code);
  }

  /** What a code means; a language that the table lacks falls back to the other, then to the code itself. */
  text(code: string): Text | undefined {
    const value = this.values.get(code);
    if (!value) return undefined;
    return { zh: value.zh ?? value.en ?? code, en: value.en ?? value.zh ?? code };
  }

  /**
   * Finds the code a person means: the code itself, ISO letters (USD, USA), or the exact Chinese or English name
   * (美元, 个). Undefined when nothing or more than one code bears that name: a guess would end up in a declaration.
   */
  resolve(input: string): string | undefined {
    const wanted = input.trim();
    if (this.values.has(wanted)) return wanted;
    return (this.#byName ??= this.#names()).get(folded(wanted)) ?? undefined;
  }

  #names(): Map<string, string | null> {
    const names = new Map<string, string | null>();
    for (const [code, value] of this.values) {
      for (const name of new Set([value.zh, value.en, value.iso, value.iso3].map((n) => n && folded(n)))) {
        if (name) names.set(name, names.has(name) ? null : code);
      }
    }
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
