import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../../base/root.js';
import { errorColumns, type Field, type FieldDictionary } from '../fields.js';
import type { CodeTables } from '../values.js';
import type { ProductLabels } from './products.js';

const fileSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string().min(1),
  names: z.array(
    z.strictObject({
      field: z.string(),
      /** Names that mean this field and nothing else. */
      sure: z.array(z.string().min(1)).default([]),
      /** Names that may mean this field: a person is asked. */
      maybe: z.array(z.string().min(1)).default([]),
      /** Names that mean this field in a table where no other column does. */
      standIn: z.array(z.string().min(1)).default([]),
    }),
  ),
  /** Columns that people's files have and no message needs. */
  ignored: z.array(z.string().min(1)),
  totals: z.array(z.string().min(1)),
  footnotes: z.array(z.string().min(1)),
  weights: z.strictObject({ paths: z.array(z.string()), units: z.record(z.string(), z.string()) }),
  /** For each amount, the field that holds its currency. */
  money: z.record(z.string(), z.string()),
  /** What stands before or after an amount, and the currencies it may mean, the likeliest first. */
  signs: z.record(z.string(), z.array(z.string()).min(1)),
  /** How the parts of a cell are called that holds several products. */
  products: z.strictObject({
    source: z.string().min(1),
    labels: z.array(z.strictObject({ field: z.string(), names: z.array(z.string().min(1)).min(1) })),
    ignored: z.array(z.string().min(1)),
    pieces: z.array(z.string().min(1)),
    /** Fields that one value of the row fills for every product of its cell. */
    shared: z.array(z.string()),
  }),
});

/** What one header may mean: at most one field for sure, others to choose from. */
export interface NameMeaning {
  sure?: Field;
  /** 3 for the product's own names, 2 for synonyms: the stronger name wins when two columns want one field. */
  rank: number;
  maybe: Field[];
}

/** Everything the gateway knows about how people name columns (`mappings/orders/columns.json`). */
export interface ColumnNames {
  dictionary: FieldDictionary;
  /** By `nameKey`. */
  meanings: ReadonlyMap<string, NameMeaning>;
  ignored: ReadonlySet<string>;
  totals: ReadonlySet<string>;
  footnotes: readonly string[];
  weightPaths: ReadonlySet<string>;
  /** Kilograms in one unit, as decimal text. */
  weightUnits: ReadonlyMap<string, string>;
  moneyPaths: ReadonlyMap<string, string>;
  /** Fields that a name means where no other column of the table does, by `nameKey`. */
  standIns: ReadonlyMap<string, Field>;
  products: ProductLabels;
  /** The codes of the currencies that a sign, a name or ISO letters may mean; empty for none. */
  currenciesOf(text: string): readonly string[];
}

/** What names are compared by: letters and digits, half-width, without case; brackets and punctuation do not count. */
export const nameKey = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** No header is longer; what is, is cut before it is looked at. */
const longestHeader = 200;

const brackets = /\(([^)]*)\)|\[([^\]]*)\]|【([^】]*)】|\{([^}]*)\}|<([^>]*)>/g;

/** Notes in brackets of a header: `毛重（公斤）` has 公斤. */
export const bracketed = (header: string): string[] =>
  [...header.slice(0, longestHeader).normalize('NFKC').matchAll(brackets)].map((m) =>
    (m.slice(1).find((part) => part !== undefined) ?? '').trim(),
  );

/**
 * The keys a header is looked up by, the fullest first: as a whole, without its brackets, then its parts
 * (`订单编号 / Order No.`, two lines in one cell) and what stands in brackets (`数量(qty)`).
 */
export function headerKeys(header: string): string[] {
  const text = header.slice(0, longestHeader).normalize('NFKC');
  const bare = text.replace(brackets, '');
  const parts = bare.split(/[/\n\r|]/);
  const keys = [text, bare, ...(parts.length > 1 ? parts : []), ...bracketed(header)].map(nameKey);
  return [...new Set(keys.filter((key) => key !== ''))];
}

/**
 * Reads the names of columns. Throws, naming the place, for a field or code table that does not exist, and for a name
 * that would mean two fields for sure.
 */
export function loadColumnNames(
  dictionary: FieldDictionary,
  codes: CodeTables,
  file = mappingPath('orders', 'columns.json'),
): ColumnNames {
  const parsed = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const meanings = new Map<string, NameMeaning>();
  const fieldAt = (path: string): Field => {
    const field = dictionary.byPath.get(path);
    if (!field) throw new Error(`${file}: ${path} is not a field of the order`);
    return field;
  };
  const add = (name: string, field: Field, rank: number) => {
    const key = nameKey(name);
    const found = meanings.get(key);
    if (!found) return void meanings.set(key, { sure: field, rank, maybe: [] });
    if (found.sure && found.sure !== field)
      throw new Error(`${file}: ${name} means ${found.sure.path} and ${field.path}`);
    if (!found.sure) Object.assign(found, { sure: field, rank });
  };
  for (const field of dictionary.fields)
    for (const name of [field.header.zh, field.header.en, field.path, ...(field.aliases ?? [])])
      add(name, field, 3);
  for (const { field: path, sure } of parsed.names) for (const name of sure) add(name, fieldAt(path), 2);
  for (const { field: path, maybe } of parsed.names)
    for (const name of maybe) {
      const key = nameKey(name);
      const found = meanings.get(key) ?? { rank: 0, maybe: [] };
      const field = fieldAt(path);
      if (found.sure !== field && !found.maybe.includes(field)) found.maybe.push(field);
      meanings.set(key, found);
    }
  for (const path of [
    ...parsed.weights.paths,
    ...Object.entries(parsed.money).flat(),
    ...parsed.products.shared,
  ])
    fieldAt(path);
  const signs = new Map(
    Object.entries(parsed.signs).map(([sign, isos]) => [
      sign.normalize('NFKC').toLowerCase(),
      isos.flatMap((iso) => codes.get('currency')?.resolve(iso) ?? []),
    ]),
  );
  const own = new Set(errorColumns.map(nameKey));
  return {
    dictionary,
    meanings,
    ignored: new Set([...parsed.ignored.map(nameKey).filter((key) => !meanings.has(key)), ...own]),
    totals: new Set(parsed.totals.map(nameKey)),
    footnotes: parsed.footnotes.map(nameKey),
    weightPaths: new Set(parsed.weights.paths),
    weightUnits: new Map(Object.entries(parsed.weights.units)),
    moneyPaths: new Map(Object.entries(parsed.money)),
    standIns: new Map(
      parsed.names.flatMap(({ field, standIn }) => standIn.map((name) => [nameKey(name), fieldAt(field)])),
    ),
    products: {
      fields: new Map(
        parsed.products.labels.flatMap(({ field, names }) =>
          names.map((name) => [nameKey(name), fieldAt(field)]),
        ),
      ),
      ignored: new Set(parsed.products.ignored.map(nameKey)),
      pieces: new Set(parsed.products.pieces),
      shared: new Set(parsed.products.shared),
    },
    currenciesOf(text) {
      const word = text.normalize('NFKC').trim().toLowerCase();
      if (word === '') return [];
      const signed = signs.get(word);
      if (signed && signed.length > 0) return signed;
      if (/^\d+$/.test(word)) return [];
      const code = codes.get('currency')?.resolve(word.toUpperCase()) ?? codes.get('currency')?.resolve(word);
      return code === undefined ? [] : [code];
    },
  };
}
