import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mappingPath } from '../../base/root.js';
import { messageTypeSchema } from '../../terms/messageType.js';
import { textSchema } from '../../terms/text.js';
import { fieldMappingSchema, repeatPattern } from '../mapping.js';

/**
 * The shape of a message that is a form of its own (报关单、检验检疫申请、原产地证书): what stands in it comes from an order, and what
 * the order does not say a person fills in by element name. Such mappings stand beside those of the cross-border
 * messages, in `mappings/<family>-<edition>/messages`.
 */

/** How a value of the order becomes one of the form; the fixed list, see `formValues.ts`. */
export const formFormats = ['date8', 'day8', 'customsCode', 'creditCode', 'orgCode'] as const;
export type FormFormat = (typeof formFormats)[number];

/**
 * When a field must be filled: to be stored as a draft (暂存), to be declared (申报), with a signature of ours, or whenever
 * its node is there at all.
 */
const needSchema = z.enum(['draft', 'declare', 'signed', 'node']);
export type Need = z.output<typeof needSchema>;

const sourceSchema = {
  from: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  fixed: z.string().optional(),
  format: z.enum(formFormats).optional(),
  /** Name of a conversion of code tables (`conversions.json`). */
  convert: z.string().optional(),
};
export type FormSource = z.output<z.ZodObject<typeof sourceSchema>>;

const formFieldSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
  zh: z.string().min(1),
  /** As people read it in English; a field of a layout has one. */
  en: z.string().min(1).optional(),
  type: fieldMappingSchema.shape.type,
  needs: z.array(needSchema).default([]),
  /** Position in the node as the source lists it; null where it is not known: then it is written last, when filled. */
  place: z.int().nullable(),
  /** It came from the inspection form when both became one (2018-08-01). */
  inspection: z.boolean().default(false),
  deprecated: z.boolean().default(false),
  personal: z.boolean().default(false),
  codes: z.string().optional(),
  /** What several codes are separated by. */
  separator: z.string().optional(),
  /** A table that names the value to people (its first `digits`, where the code begins with one of the table) and judges nothing. */
  named: z.strictObject({ by: z.string(), digits: z.int().min(1).optional() }).optional(),
  /** The value is a code whose table nobody of the project has seen: it is shown as a code, not as if it were words. */
  coded: z.strictObject({ seen: z.literal(false) }).optional(),
  /** What each place of the value says, in order; every place is a code of the table. */
  places: z.strictObject({ codes: z.string(), titles: z.array(textSchema).min(1) }).optional(),
  default: z.string().optional(),
  /** Customs compares it with the order: what a person fills in must say what the order says. */
  agrees: z.boolean().default(false),
  desc: z.string().optional(),
  ...sourceSchema,
});
export type FormField = z.output<typeof formFieldSchema>;

/** An entry of a list that the gateway adds by itself when all its sources are filled. */
const rowSchema = z.strictObject({
  title: textSchema,
  set: z.record(z.string(), z.strictObject(sourceSchema)),
  /** Only under these regimes (监管方式). */
  regimes: z.array(z.string()).optional(),
});
export type FormRow = z.output<typeof rowSchema>;

export interface FormNode {
  node: string;
  zh: string;
  repeat: string;
  /** The list of the order it repeats over, and the name one item has below it. */
  each?: string | undefined;
  as?: string | undefined;
  /** False where the place of the node in the message was not verified: it is written only when filled. */
  certain: boolean;
  /** Empty elements are kept, as every sample does. */
  keepEmpty: boolean;
  /** Its fields stand directly in the element around it. */
  bare: boolean;
  rows: FormRow[];
  fields: FormField[];
  children: FormNode[];
}

const formNodeSchema: z.ZodType<FormNode> = z.lazy(() =>
  z.strictObject({
    node: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
    zh: z.string().min(1),
    repeat: z.string().regex(repeatPattern),
    each: z.string().optional(),
    as: z.string().optional(),
    certain: z.boolean().default(true),
    keepEmpty: z.boolean().default(false),
    bare: z.boolean().default(false),
    rows: z.array(rowSchema).default([]),
    fields: z.array(formFieldSchema).default([]),
    children: z.array(formNodeSchema).default([]),
  }),
);

const formMappingSchema = z.strictObject({
  message: messageTypeSchema,
  family: z.string(),
  edition: z.string(),
  validFrom: z.iso.date(),
  title: textSchema,
  flow: z.enum(['export', 'import', 'any']),
  direction: z.literal('send'),
  source: z.string().min(1),
  /** False where nobody of the project has read the source itself. */
  seen: z.boolean().default(true),
  note: textSchema.optional(),
  /** What it is, named once for the whole product: `declaration`, `application`, `certificate`, `certificate-attachment`. */
  document: z.string(),
  /** The property of an order, or of its own data, that holds what people fill in by element name. */
  draft: z.enum(['declaration', 'application', 'certificate', 'attachment']),
  /** It has data of its own: what is wrong is named at its own places, and everything missing one by one. */
  own: z.boolean().default(false),
  responsible: z.array(z.string()).min(1),
  key: z.array(z.string()).min(1),
  /** Without a namespace where none is known. */
  xml: z.strictObject({ namespace: z.string(), attributes: z.record(z.string(), z.string()) }),
  root: z.array(formNodeSchema).min(1),
});
export type FormMapping = z.output<typeof formMappingSchema>;

const conversionsSchema = z.strictObject({
  source: z.string(),
  seen: z.boolean().default(true),
  validFrom: z.iso.date(),
  conversions: z.record(
    z.string(),
    z.discriminatedUnion('to', [
      z.strictObject({ table: z.string(), to: z.enum(['iso3', 'iso', 'countryPort']) }),
      z.strictObject({
        table: z.string(),
        to: z.literal('values'),
        values: z.record(z.string(), z.string()),
      }),
    ]),
  ),
});
export type Conversions = z.output<typeof conversionsSchema>['conversions'];

/** Every form mapping, and the conversions of code tables they name. Throws, naming file and place, when one is wrong. */
export function loadFormMappings(dir: string = mappingPath()): {
  mappings: readonly FormMapping[];
  conversions: Conversions;
} {
  const folders = readdirSync(dir).filter((name) => /^(dec|ciq|coo|coofile)-/.test(name));
  const mappings = folders.sort().flatMap((folder) =>
    readdirSync(join(dir, folder, 'messages'))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => {
        const mapping = parsed(formMappingSchema, join(dir, folder, 'messages', name));
        if (`${mapping.family}-${mapping.edition}` !== folder || `${mapping.message}.json` !== name)
          throw new Error(`${folder}/messages/${name}: family, edition or message is not that of its place`);
        return mapping;
      }),
  );
  const conversions = folders.filter((name) => name.startsWith('dec-')).at(-1);
  return {
    mappings,
    conversions: conversions
      ? parsed(conversionsSchema, join(dir, conversions, 'conversions.json')).conversions
      : {},
  };
}

function parsed<T>(schema: z.ZodType<T>, file: string): T {
  const read = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
  return read.data;
}

/** A node that only holds a list: its data are the entries of the list. */
export function listIn(node: FormNode): FormNode | undefined {
  const [only, ...more] = node.children;
  return node.fields.length === 0 && only && more.length === 0 && repeats(only) ? only : undefined;
}

export const repeats = (node: FormNode): boolean => !/^(0\.\.)?1$/.test(node.repeat);
