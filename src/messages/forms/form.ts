import type { Fault } from '../../base/fault.js';
import type { Text } from '../../terms/text.js';
import type { Catalogue } from '../catalogue.js';
import type { FieldMapping, MessageMapping, NodeMapping } from '../mapping.js';
import type { OrderData } from '../values.js';
import type { FamilyDocument } from '../families/family.js';
import { compileFormCheck, type Stage } from './checkForm.js';
import { composeForm, type ComposedForm, type FormData } from './compose.js';
import { listIn, loadFormMappings, type FormField, type FormMapping, type FormNode } from './formMapping.js';
import { FormValues, pathsOf } from './formValues.js';
import { loadLayout, type FormLayout } from './layout.js';
import { writeForm } from './writeForm.js';

/** A form as its document fills it; what only the document or the draft decides is added by its family. */
export interface Form {
  readonly mapping: FormMapping;
  /** The same as other messages show themselves: titles, fields and where their values come from. */
  readonly shown: MessageMapping;
  /** How people see it; undefined for a form that has none. */
  readonly layout: FormLayout | undefined;
  /** Fills the form from order, numbers and what people gave. */
  compose(input: FamilyDocument): ComposedForm;
  /** False while something is missing without which it cannot leave, and that only a person can fill in. */
  isComplete(input: FamilyDocument, stage: Stage): boolean;
  /** Every fault of one document; a draft needs less than a declaration. */
  check(input: FamilyDocument, stage: Stage): Fault[];
  write(data: FormData): Buffer;
}

/** What people filled in by element name, as the order holds it. */
export const draftOf = ({ draft }: Pick<FormMapping, 'draft'>, order: OrderData): unknown => order[draft];

/** The name of a place in what people gave for a form, with the number of its entry: `商品名称（第 2 项）`. */
export function labelOfDraft(forms: readonly Form[], path: string): Text | undefined {
  const [draft, ...steps] = path.split('.');
  const mapping = forms.find((form) => form.mapping.draft === draft)?.mapping;
  let nodes: readonly FormNode[] = mapping?.root ?? [];
  let number: string | undefined;
  let fields: readonly FormField[] = [];
  for (const [i, step] of steps.entries()) {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const node = nodes.find((one) => one.node === name);
    if (!node) {
      const field = i === steps.length - 1 ? fields.find((one) => one.name === name) : undefined;
      return field && numbered({ zh: field.zh, en: field.en ?? field.name }, number);
    }
    const inner = listIn(node) ?? node;
    if (index !== undefined) number = String(Number(index) + 1);
    if (i === steps.length - 1) return numbered({ zh: node.zh, en: node.node }, number);
    ({ fields, children: nodes } = inner);
  }
  return undefined;
}

const numbered = ({ zh, en }: Text, n: string | undefined): Text =>
  n === undefined ? { zh, en } : { zh: `${zh}（第 ${n} 项）`, en: `${en} (item ${n})` };

/** Lists of a form that have one entry for each goods line of the order. */
export const listsPerLine = ({ root, draft }: FormMapping): { draft: string; node: string }[] =>
  root.filter((node) => (listIn(node) ?? node).each === 'order.lines').map(({ node }) => ({ draft, node }));

/** Reads and compiles every form. Throws, naming the form and field, when one names something that does not exist. */
export function loadForms(catalogue: Pick<Catalogue, 'codes'>, dir?: string): Form[] {
  const { mappings, conversions } = loadFormMappings(dir);
  const values = new FormValues(catalogue.codes, conversions);
  return mappings.map((mapping) => {
    for (const node of mapping.root) verify(node, values, catalogue.codes, mapping.message, []);
    const check = compileFormCheck(mapping, catalogue);
    const compose = ({ order, document, numbers = {} }: FamilyDocument) =>
      composeForm(mapping, values, { order, document, numbers, items: {} }, draftOf(mapping, order));
    return {
      mapping,
      shown: shownMapping(mapping),
      layout: loadLayout(mapping, dir),
      compose,
      check: (input, stage) => check.faults(compose(input), draftOf(mapping, input.order), stage),
      isComplete: (input, stage) => check.missing(compose(input), stage).length === 0,
      write: (data) => writeForm(mapping, data),
    };
  });
}

function verify(
  node: FormNode,
  values: FormValues,
  codes: Catalogue['codes'],
  at: string,
  items: readonly string[],
): void {
  const inScope = node.as === undefined ? items : [...items, node.as];
  const place = `${at}/${node.node}`;
  const sources = [...node.fields, ...node.rows.flatMap((row) => Object.values(row.set))];
  for (const source of sources)
    try {
      values.verify(source, inScope);
    } catch (error) {
      throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  for (const { name, codes: own, named, places } of node.fields)
    for (const table of [own, named?.by, places?.codes])
      if (table !== undefined && !codes.has(table))
        throw new Error(`${place}/${name}: no code table ${table}`);
  for (const row of node.rows)
    for (const name of Object.keys(row.set))
      if (!node.fields.some((field) => field.name === name)) throw new Error(`${place}: no field ${name}`);
  for (const child of node.children) verify(child, values, codes, place, inScope);
}

const shownField = (field: FormField): FieldMapping => ({
  name: field.name,
  zh: field.zh,
  type: field.type,
  required: field.needs.some((need) => need === 'draft' || need === 'declare' || need === 'node'),
  ...(field.codes === undefined ? {} : { codes: field.codes }),
  ...(field.default === undefined ? {} : { default: field.default }),
  ...(pathsOf(field).length === 0 ? {} : { from: [...pathsOf(field)] }),
  ...(field.desc === undefined ? {} : { desc: field.desc }),
});

const shownNode = (node: FormNode): NodeMapping => ({
  node: node.node,
  repeat: node.repeat,
  zh: node.zh,
  ...(node.each === undefined ? {} : { each: node.each }),
  ...(node.as === undefined ? {} : { as: node.as }),
  fields: node.fields.map(shownField),
  children: node.children.map(shownNode),
});

const shownMapping = (mapping: FormMapping): MessageMapping => ({
  message: mapping.message,
  edition: mapping.edition,
  validFrom: mapping.validFrom,
  title: mapping.title,
  flow: mapping.flow,
  direction: mapping.direction,
  source: mapping.source,
  document: mapping.document,
  responsible: [...mapping.responsible],
  key: [...mapping.key],
  root: mapping.root.map(shownNode),
});
