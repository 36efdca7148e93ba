import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { nameKey } from '../orders/columns/names.js';
import { textSchema } from '../terms/text.js';

const choiceSchema = z.strictObject({
  code: z.string().min(1),
  text: textSchema,
  /** Other words people write for it. */
  words: z.array(z.string().min(1)).default([]),
});

const columnSchema = z.strictObject({
  key: z.string().regex(/^[a-zA-Z0-9]+$/),
  header: textSchema,
  aliases: z.array(z.string().min(1)).default([]),
  format: z.enum(['text', 'day', 'decimal', 'choice']),
  required: z.boolean().default(false),
  max: z.int().positive().default(200),
  choices: z.array(choiceSchema).optional(),
  example: z.string(),
});

const sheetSchema = z.strictObject({
  title: textSchema,
  validFrom: z.iso.date(),
  source: z.string().min(1),
  columns: z.array(columnSchema).min(1),
});

export type Choice = z.output<typeof choiceSchema>;
export type SheetColumn = z.output<typeof columnSchema>;
/** A table that people fill in: its columns with names, forms and words; data of `mappings/sheets`. */
export type Sheet = z.output<typeof sheetSchema>;

/** Reads a sheet of `mappings/sheets` by name. Throws, naming file and place, when two columns share a name. */
export function loadSheet(name: string): Sheet {
  const file = mappingPath('sheets', `${name}.json`);
  const parsed = sheetSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const names = new Map<string, string>();
  for (const column of parsed.data.columns) {
    if ((column.format === 'choice') !== (column.choices !== undefined))
      throw new Error(`${file}: ${column.key} has choices exactly when it is a choice`);
    for (const name of namesOf(column)) {
      const other = names.get(nameKey(name));
      if (other !== undefined && other !== column.key)
        throw new Error(`${file}: ${name} means ${other} and ${column.key}`);
      names.set(nameKey(name), column.key);
    }
  }
  return parsed.data;
}

/** Every name by which a column is known. */
export const namesOf = ({ key, header, aliases }: SheetColumn): string[] => [
  key,
  header.zh,
  header.en,
  ...aliases,
];

/** The choice a text means, by code or any of its words. */
export const choiceOf = (choices: readonly Choice[], text: string): Choice | undefined => {
  const key = nameKey(text);
  return choices.find((c) =>
    [c.code, c.text.zh, c.text.en, ...c.words].some((word) => nameKey(word) === key),
  );
};
