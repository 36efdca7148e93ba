import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { factKinds } from '../checks/enterpriseFacts.js';
import { nameKey } from '../orders/columns/names.js';
import { textSchema, type Text } from '../terms/text.js';

const wordSchema = z.strictObject({
  code: z.string().min(1),
  text: textSchema,
  words: z.array(z.string().min(1)).default([]),
});

export const factGroups = ['identity', 'qualification', 'place', 'list', 'credit'] as const;

const kindSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  text: textSchema,
  group: z.enum(factGroups),
  aliases: z.array(z.string().min(1)).default([]),
  /** What the fact is about: words of a list, any text, a calendar year, or nothing more than the kind. */
  subject: z.union([z.enum(['free', 'none', 'year']), z.array(wordSchema).min(1)]),
  /** Answers the fact may have; without them it has none. */
  value: z.array(wordSchema).min(1).optional(),
  /** Whether it bears a number (of a licence, a filing, a document). */
  number: z.boolean().default(false),
  /** At most one is in force on a day: a new one ends the one before. */
  single: z.boolean().default(false),
  /** Figures are attributed by it. */
  attributes: z.boolean().default(false),
});
const fileSchema = z.strictObject({
  title: textSchema,
  validFrom: z.iso.date(),
  source: z.string().min(1),
  seen: z.boolean(),
  kinds: z.array(kindSchema).min(1),
});

/** A kind of fact that the registry keeps (`mappings/registry/kinds.json`): one kind more is an entry more. */
export type RegistryKind = z.output<typeof kindSchema>;

export interface RegistryKinds {
  all: readonly RegistryKind[];
  byId: ReadonlyMap<string, RegistryKind>;
  /** By id, text or alias. */
  named(text: string): RegistryKind | undefined;
}

/** Reads the kinds. Throws for a name that means two of them, and when a kind that rules judge by is missing. */
export function loadRegistryKinds(file = mappingPath('registry', 'kinds.json')): RegistryKinds {
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { kinds } = parsed.data;
  const byName = new Map<string, RegistryKind>();
  for (const kind of kinds)
    for (const name of [kind.id, kind.text.zh, kind.text.en, ...kind.aliases]) {
      const other = byName.get(nameKey(name));
      if (other && other !== kind) throw new Error(`${file}: ${name} means ${other.id} and ${kind.id}`);
      byName.set(nameKey(name), kind);
    }
  const byId = new Map(kinds.map((kind) => [kind.id, kind]));
  for (const needed of [...factKinds, 'name', 'type', 'district', 'park', 'tax-district', 'statistics'])
    if (!byId.has(needed)) throw new Error(`${file}: the kind ${needed} is missing`);
  return { all: kinds, byId, named: (text) => byName.get(nameKey(text)) };
}

/** What a subject or value says to people; a text that is no word of a list stands for itself. */
export const wordOf = (
  words: RegistryKind['subject'] | RegistryKind['value'],
  code: string,
): Text | undefined => (Array.isArray(words) ? words.find((w) => w.code === code)?.text : undefined);
