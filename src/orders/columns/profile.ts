import { z } from 'zod';
import { mappingPath } from '../../base/root.js';
import type { FieldDictionary } from '../fields.js';
import { readMappings } from '../../base/mappingFile.js';
import { headerKeys, nameKey } from './names.js';
import { textSchema } from '../../terms/text.js';

/** One column of a profile: its header as the file has it, and the field it fills; null for a column nobody needs. */
export const profileColumnSchema = z.strictObject({
  header: z.string().trim().min(1).max(200),
  field: z.string().nullable(),
  /** Several columns fill one text, with this between them. */
  join: z.string().max(3).optional(),
  /** Only what stands behind the last of these marks is the value: `EMS:EA123456789CN`. */
  after: z.string().min(1).max(3).optional(),
  /** The rows of an order each give a part: the values are added up. */
  sum: z.boolean().optional(),
  /** The unit of a weight (`g`, `kg`), the currency of an amount (`USD`), where the header does not say. */
  unit: z.string().max(10).optional(),
  currency: z.string().max(10).optional(),
});

export const dateOrders = ['ymd', 'mdy', 'dmy'] as const;

/** How the columns of one kind of file are read: shipped in `mappings/profiles`, or saved by a seller. */
export const profileBodySchema = z.strictObject({
  columns: z.array(profileColumnSchema).max(500),
  /** Values every order of such a file has where the file itself says nothing, by path of the order. */
  values: z.record(z.string(), z.string().max(500)).default({}),
  /** How `03/04/2026` is meant. */
  dateOrder: z.enum(dateOrders).default('ymd'),
});
export type ProfileBody = z.output<typeof profileBodySchema>;

const shippedSchema = profileBodySchema.extend({
  id: z.string().regex(/^[a-z][a-z0-9-]+$/),
  title: textSchema,
  source: z.string().min(1),
  /** False where the column names come from descriptions and not from a file of the shop itself. */
  seen: z.boolean(),
  validFrom: z.iso.date(),
  /** Headers that together show a file to be of this kind. */
  signature: z.array(z.string()).min(1),
});
export type ShippedProfile = z.output<typeof shippedSchema>;

/** What a reader needs of a profile, shipped or saved. */
export const profileSchema = profileBodySchema.extend({ name: z.string() });
export type Profile = z.output<typeof profileSchema>;

/** Every problem of a profile's content in words: unknown fields, values that are no field. Empty when it is good. */
export function profileProblems(
  body: ProfileBody,
  dictionary: FieldDictionary,
): { path: string; name: string }[] {
  const unknown = (name: string | null) => name !== null && !dictionary.byPath.has(name);
  return [
    ...body.columns.flatMap((c, i) =>
      unknown(c.field) ? [{ path: `columns.${i}.field`, name: c.field ?? '' }] : [],
    ),
    ...Object.keys(body.values).flatMap((path) =>
      unknown(path) ? [{ path: `values.${path}`, name: path }] : [],
    ),
  ];
}

/** The profiles of `mappings/profiles`. Throws, naming file and field, when one is wrong or an id comes twice. */
export function loadProfiles(dictionary: FieldDictionary, dir = mappingPath('profiles')): ShippedProfile[] {
  const seen = new Set<string>();
  return readMappings(dir, 'profiles', shippedSchema).map(({ where, content }) => {
    const [wrong] = profileProblems(content, dictionary);
    if (wrong) throw new Error(`${where}: ${wrong.path}: ${wrong.name} is not a field of the order`);
    if (seen.has(content.id)) throw new Error(`${where}: profile ${content.id} is already taken`);
    seen.add(content.id);
    return content;
  });
}

/** The shipped profile whose signature the header holds; the one with the longest signature when several do. */
export function recognise(
  header: readonly string[],
  profiles: readonly ShippedProfile[],
): ShippedProfile | undefined {
  const keys = new Set(header.flatMap(headerKeys));
  return profiles
    .filter((profile) => profile.signature.every((name) => keys.has(nameKey(name))))
    .sort((a, b) => b.signature.length - a.signature.length)[0];
}
