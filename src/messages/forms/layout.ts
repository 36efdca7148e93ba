import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mappingPath } from '../../base/root.js';
import { textSchema } from '../../terms/text.js';
import { listIn, repeats, type FormField, type FormMapping, type FormNode } from './formMapping.js';

/** Cells of a row stand on a grid of so many parts. */
export const GRID = 20;

const cellSchema = z.strictObject({
  /** Element names in the node of the section, or `Node.Element` of another single node. */
  fields: z.array(z.string().regex(/^(\w+\.)?\w+$/)).min(1),
  /** Left out where the name of its only field says enough. */
  label: textSchema.optional(),
  span: z.int().min(1).max(GRID).optional(),
});

const sectionSchema = z.strictObject({
  id: z.string().regex(/^[a-z]+$/),
  title: textSchema,
  node: z.string(),
  /** `cells`: laid out; `list`: entries of a node that repeats; `rest`: what of the node stands nowhere else. */
  kind: z.enum(['cells', 'list', 'rest']),
  /** It stands on the printed form. */
  print: z.boolean().default(false),
  cells: z.array(cellSchema).default([]),
  /** Lists inside each entry. */
  inner: z.array(z.strictObject({ node: z.string(), title: textSchema })).default([]),
});

const layoutSchema = z.strictObject({
  message: z.string(),
  validFrom: z.iso.date(),
  source: z.string().min(1),
  seen: z.boolean(),
  title: textSchema,
  /** Numbers at the head of the form: those that receipts gave, by kind, and where the form itself carries them. */
  numbers: z.array(z.strictObject({ number: z.string(), field: z.string().optional(), label: textSchema })),
  statement: textSchema,
  seals: z.array(textSchema),
  sections: z.array(sectionSchema).min(1),
});

export type LayoutCell = z.output<typeof cellSchema>;
export type LayoutSection = z.output<typeof sectionSchema>;
/** How people see a form: its own paper, cell by cell (`mappings/<family>-<edition>/layout.json`). */
export type FormLayout = z.output<typeof layoutSchema>;

/** A place of a layout: the node, the field, and where it stands in the form. */
export interface LaidField {
  node: FormNode;
  field: FormField;
}

/** Finds the node of a section, and what an entry of it is made of. Throws, naming it, when there is none such. */
export function nodeOfLayout(mapping: Pick<FormMapping, 'root'>, name: string): FormNode {
  const node = mapping.root.find((one) => one.node === name);
  if (!node) throw new Error(`the layout names no node of the form: ${name}`);
  return node;
}

/** What one entry of a node that repeats is made of. */
export const entryOf = (node: FormNode): FormNode => listIn(node) ?? node;

/** The field a cell names, in the node of its section or in another. Throws, naming it, when there is none such. */
export function fieldOfLayout(
  mapping: Pick<FormMapping, 'root'>,
  section: FormNode,
  name: string,
): LaidField {
  const [at, leaf] = name.includes('.') ? name.split('.') : [undefined, name];
  const node = at === undefined ? section : nodeOfLayout(mapping, at);
  const field = node.fields.find((one) => one.name === leaf);
  if (!field) throw new Error(`the layout names no field of ${node.node}: ${name}`);
  return { node, field };
}

/** Fields of a node that have words in both languages and stand in no cell of the layout. */
export function restOf(layout: FormLayout, node: FormNode): FormField[] {
  const laid = new Set(
    layout.sections.flatMap((section) =>
      section.cells.flatMap(({ fields }) =>
        fields.map((name) => (name.includes('.') ? name : `${section.node}.${name}`)),
      ),
    ),
  );
  const numbered = new Set(layout.numbers.flatMap(({ field }) => field ?? []));
  return node.fields.filter((field) => {
    const place = `${node.node}.${field.name}`;
    return field.en !== undefined && !field.deprecated && !laid.has(place) && !numbered.has(place);
  });
}

/**
 * Reads the layout of a form; undefined where its folder has none. Throws, naming file and place, when it names what the form
 * does not have or what has no words in both languages.
 */
export function loadLayout(mapping: FormMapping, dir: string = mappingPath()): FormLayout | undefined {
  const file = join(dir, `${mapping.family}-${mapping.edition}`, 'layout.json');
  if (!existsSync(file)) return undefined;
  const read = layoutSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
  const layout = read.data;
  try {
    if (layout.message !== mapping.message) throw new Error(`it is not the layout of ${mapping.message}`);
    for (const section of layout.sections) verify(mapping, section);
    for (const { field } of layout.numbers)
      if (field) fieldOfLayout(mapping, nodeOfLayout(mapping, field.split('.')[0] ?? ''), field);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  return layout;
}

function verify(mapping: FormMapping, section: LayoutSection): void {
  const node = nodeOfLayout(mapping, section.node);
  const isList = repeats(node) || listIn(node) !== undefined;
  if (isList !== (section.kind === 'list')) throw new Error(`${section.id}: ${section.node} is another kind`);
  for (const { fields } of section.cells)
    for (const name of fields) {
      const { field } = fieldOfLayout(mapping, entryOf(node), name);
      if (field.en === undefined) throw new Error(`${section.id}: ${name} has no English name`);
    }
  for (const { node: name } of section.inner)
    if (!entryOf(node).children.some((child) => child.node === name))
      throw new Error(`${section.id}: ${section.node} has no list ${name}`);
}
