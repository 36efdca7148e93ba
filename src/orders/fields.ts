import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';
import { nearest } from '../base/nearest.js';
import { cleanings } from './values.js';

/** How a value is written: see `values.ts` for what each format accepts. */
export const fieldFormats = ['text', 'code', 'decimal', 'integer', 'instant', 'date'] as const;

const fieldSchema = z.strictObject({
  path: z.string().regex(/^([a-zA-Z]+(\[\])?\.)?[a-zA-Z0-9]+$/),
  header: textSchema,
  format: z.enum(fieldFormats),
  example: z.string(),
  /** Where an import order says something else. */
  exampleImport: z.string().optional(),
  help: textSchema,
  codes: z.string().optional(),
  aliases: z.array(z.string().min(1)).optional(),
  personal: z.boolean().optional(),
  /** A number or code that others look things up by: a picture in it is a mistake, never decoration. */
  key: z.boolean().optional(),
  /** How a text is put right before anybody judges it; see `values.ts`. */
  clean: z.enum(cleanings).optional(),
  /** What people write where there is nothing, in capitals: `无`. The message then leaves the element out. */
  blank: z.array(z.string().min(1)).optional(),
});

const fileSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string().min(1),
  fields: z.array(fieldSchema).min(1),
});

/** One field of the order as people see it: its column header, format, code table and help. */
export interface Field extends z.output<typeof fieldSchema> {
  /** The object of the order that holds it (`seller`, `lines`), undefined for the order itself. */
  group: string | undefined;
  /** The last part of the path. */
  leaf: string;
  /** True for a field of a goods line. */
  ofLine: boolean;
}

/** The field dictionary (`mappings/orders/fields.json`): every field of the order model, once. */
export interface FieldDictionary {
  readonly fields: readonly Field[];
  readonly byPath: ReadonlyMap<string, Field>;
  /** Normalised header, alias or path to field; see `headerKey`. */
  readonly byHeader: ReadonlyMap<string, Field>;
}

/** Columns that the product itself adds to an error file; they are skipped when the file comes back. */
export const errorColumns = ['错误代码', '错误位置', '错误说明', '处理办法', '来源'] as const;

/**
 * What a header is compared by: width, case, white space, `*` and notes in brackets do not count, so
 * `＊订单编号（必填）` is the same column as `订单编号`.
 */
export function headerKey(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\([^)]*\)|\[[^\]]*\]|【[^】]*】/g, '')
    .replace(/[\s*\u200b\ufeff]/g, '');
}

const errorColumnKeys: ReadonlySet<string> = new Set(errorColumns.map(headerKey));

/**
 * Reads and validates the field dictionary. Throws when its shape is wrong, when a path comes twice, when a code field
 * names no table, or when one header would mean two fields.
 */
export function loadFields(file = mappingPath('orders', 'fields.json')): FieldDictionary {
  const parsed = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const byPath = new Map<string, Field>();
  const byHeader = new Map<string, Field>();
  const fields = parsed.fields.map((entry): Field => {
    const parts = entry.path.split('.');
    const leaf = parts.at(-1) ?? entry.path;
    const group = parts.length > 1 ? parts[0]?.replace('[]', '') : undefined;
    return { ...entry, group, leaf, ofLine: group === 'lines' };
  });
  for (const field of fields) {
    if (byPath.has(field.path)) throw new Error(`${file}: field ${field.path} comes twice`);
    if ((field.format === 'code') !== (field.codes !== undefined))
      throw new Error(`${file}: field ${field.path} must have a code table exactly when its format is code`);
    byPath.set(field.path, field);
    for (const name of [field.header.zh, field.header.en, field.path, ...(field.aliases ?? [])]) {
      const key = headerKey(name);
      const other = byHeader.get(key);
      if ((other && other !== field) || errorColumnKeys.has(key))
        throw new Error(`${file}: the header ${name} of ${field.path} is taken`);
      byHeader.set(key, field);
    }
  }
  return { fields, byPath, byHeader };
}

/**
 * What the dictionary alone cannot say: that every code table it names exists. Throws, naming field and table.
 */
export function verifyFields({ fields }: FieldDictionary, codes: { has(table: string): boolean }): void {
  for (const { path, codes: table } of fields)
    if (table !== undefined && !codes.has(table))
      throw new Error(
        `mappings/orders/fields.json: field ${path} names code table ${table}, which mappings/codes does not have`,
      );
}

/** `（是否应为“订单编号”？）` and its English, for the nearest known word, or two empty texts. */
export function suggestion(near: Text | undefined): { hintZh: string; hintEn: string } {
  return near
    ? { hintZh: `，是否应为“${near.zh}”？`, hintEn: `; did you mean "${near.en}"?` }
    : { hintZh: '', hintEn: '' };
}

/** The field whose header, alias or path is most like the given word. */
export function nearestField(word: string, dictionary: FieldDictionary): Field | undefined {
  const key = nearest(headerKey(word), dictionary.byHeader.keys());
  return key === undefined ? undefined : dictionary.byHeader.get(key);
}
