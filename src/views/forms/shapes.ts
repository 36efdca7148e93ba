import { z } from 'zod';
import { textSchema } from '../../terms/text.js';

/** One value of a form as it stands, and where a person changes it. */
export const formFieldSchema = z
  .object({
    /** Element name in the message. */
    name: z.string(),
    label: textSchema,
    value: z.string(),
    /** The name of the code, where the value is one. */
    text: textSchema.nullable(),
    /** Who says it: the order, a person for this form, the default of the field, the gateway itself (numbers, keys). */
    origin: z.enum(['order', 'given', 'default', 'gateway']).nullable(),
    /** The path of a correction that changes it, with the value and code table of that place; null where nobody can. */
    edit: z
      .object({ path: z.string(), value: z.string(), codes: z.string().nullable(), max: z.int().nullable() })
      .nullable(),
    /** Places at which faults of it are told. */
    paths: z.array(z.string()),
    /** Without it the draft does not leave, or is not declared. */
    need: z.enum(['draft', 'declare']).nullable(),
  })
  .meta({ id: 'GoodsFormField' });

const cellSchema = z.object({ label: textSchema, span: z.int(), fields: z.array(formFieldSchema) });

const entrySchema = z.object({
  /** The path that takes the entry out when it is set to null; null where it follows the order or the gateway. */
  remove: z.string().nullable(),
  cells: z.array(cellSchema),
  more: z.array(formFieldSchema),
});

const listSchema = z.object({
  id: z.string(),
  title: textSchema,
  columns: z.array(textSchema),
  entries: z.array(entrySchema),
  /** An empty entry at the next free place; `path` is the list, `next` the number in its paths. */
  add: z.object({ path: z.string(), next: z.int(), entry: entrySchema }).nullable(),
});

const sectionSchema = z.object({
  id: z.string(),
  title: textSchema,
  /** It stands on the printed form. */
  print: z.boolean(),
  cells: z.array(cellSchema),
  list: listSchema.nullable(),
  /** Lists inside the entries of `list`, by entry. */
  inner: z.array(z.array(listSchema)),
});

/** A form (报关单、检验检疫申请) of a declaration, laid out as its paper. */
export const goodsFormSchema = z
  .object({
    documentId: z.string(),
    messageType: z.string(),
    title: textSchema,
    statement: textSchema,
    seals: z.array(textSchema),
    /** Numbers given by customs and inspection; null while there is none. */
    numbers: z.array(z.object({ label: textSchema, value: z.string().nullable() })),
    sections: z.array(sectionSchema),
    /** Empty fields without which it does not leave, and without which it is not declared. */
    missing: z.object({ draft: z.int(), declare: z.int() }),
  })
  .meta({ id: 'GoodsForm' });

export const goodsFormsSchema = z
  .object({
    declarationId: z.string(),
    /** Of the order; sent back with a correction. */
    revision: z.int(),
    forms: z.array(goodsFormSchema),
  })
  .meta({ id: 'GoodsForms' });
