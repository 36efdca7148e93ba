import type { z } from 'zod';
import { transitions } from '../../corrections/transitions.js';
import type { OrderData } from '../../messages/values.js';
import { numbersFor } from '../../documents/numbers.js';
import type { Catalogue } from '../../messages/catalogue.js';
import { readFieldType } from '../../messages/fieldType.js';
import { draftOf, type Form } from '../../messages/forms/form.js';
import { givenList, type ComposedForm, type FormData } from '../../messages/forms/compose.js';
import type { FormField, FormNode } from '../../messages/forms/formMapping.js';
import { pathsOf } from '../../messages/forms/formValues.js';
import {
  entryOf,
  fieldOfLayout,
  GRID,
  nodeOfLayout,
  restOf,
  type FormLayout,
  type LayoutCell,
  type LayoutSection,
} from '../../messages/forms/layout.js';
import type { FieldDictionary } from '../../orders/fields.js';
import type { Order } from '../../orders/order.js';
import type { Queryable } from '../../store/store.js';
import type { Text } from '../../terms/text.js';
import { orderPathOf, rawAt } from './orderPlaces.js';
import type { formFieldSchema, goodsFormSchema, goodsFormsSchema } from './shapes.js';
import { nameInForm } from './valueNames.js';

type FieldView = z.output<typeof formFieldSchema>;
type FormView = z.output<typeof goodsFormSchema>;
type Section = FormView['sections'][number];
type List = NonNullable<Section['list']>;
type Entry = List['entries'][number];
type Cell = Section['cells'][number];

interface DocumentRow {
  id: string;
  message_type: string;
  guid: string;
  app_type: string;
  cop_no: string;
  document_key: string;
}

/** What forms are read with. */
export interface FormsContext {
  catalogue: Catalogue;
  fields: FieldDictionary;
  now: Date;
}

/**
 * The forms of a declaration as people see them: every value with who says it and where it is changed. Undefined when none of
 * the tenants has the declaration.
 */
export async function goodsForms(
  db: Queryable,
  tenants: readonly string[],
  id: string,
  context: FormsContext,
): Promise<z.output<typeof goodsFormsSchema> | undefined> {
  const { rows } = await db.query<{ revision: number; body: Order }>(
    `select coalesce(r.revision, 1) as revision, coalesce(r.body, o.body) as body
       from declarations c join orders o on o.id = c.id
       left join lateral (select revision, body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      where c.id = $1 and c.tenant_id = any($2)`,
    [id, tenants],
  );
  const [found] = rows;
  if (!found) return undefined;
  const { rows: documents } = await db.query<DocumentRow>(
    `select id, message_type, guid, app_type, cop_no, document_key from documents
      where declaration_id = $1 and current and filing is null order by seq`,
    [id],
  );
  const forms = documents.flatMap((document) => {
    const form = context.catalogue.forms.find((one) => one.mapping.message === document.message_type);
    return form?.layout ? [{ document, form, layout: form.layout }] : [];
  });
  const kinds = forms.flatMap(({ layout }) => layout.numbers.map(({ number }) => number));
  const numbers = await numbersFor(
    db,
    forms.map(({ document }) => document.id),
    [...new Set([...kinds, 'clBlNo'])],
  );
  return {
    declarationId: id,
    revision: found.revision,
    forms: forms.map(({ document, form, layout }) =>
      new FormReader(form, layout, found.body, context, {
        id: document.id,
        facts: {
          guid: document.guid,
          appType: document.app_type,
          appTime: context.now,
          appStatus: '2',
          copNo: document.cop_no,
          key: document.document_key,
        },
        numbers: numbers.get(document.id) ?? {},
      }).read(),
    ),
  };
}

/** A form with data of its own, as people see it; undefined where it has no layout. */
export const ownForm = (
  form: Form,
  data: OrderData,
  context: FormsContext,
  document: ShownDocument,
): FormView | undefined => form.layout && new FormReader(form, form.layout, data, context, document).read();

/** The document a form is written for. */
export interface ShownDocument {
  id: string;
  facts: Parameters<Form['compose']>[0]['document'];
  numbers: Readonly<Record<string, string>>;
}

/** Formats that an order's value may not fit: what is wrong there is given for the form itself. */
const OF_REGISTER = new Set(['customsCode', 'creditCode', 'orgCode']);

class FormReader {
  readonly #composed: ComposedForm;
  readonly #given: unknown;

  constructor(
    private readonly form: Form,
    private readonly layout: FormLayout,
    private readonly order: OrderData,
    private readonly context: FormsContext,
    private readonly document: ShownDocument,
  ) {
    this.#composed = form.compose({ order, document: document.facts, numbers: document.numbers });
    this.#given = draftOf(form.mapping, order);
  }

  read(): FormView {
    const sections = this.layout.sections.map((section) => this.#section(section));
    const every = sections.flatMap(fieldsOf);
    const lacking = (need: FieldView['need']) =>
      every.filter((field) => field.need === need && field.value === '').length;
    return {
      documentId: this.document.id,
      messageType: this.form.mapping.message,
      title: this.layout.title,
      statement: this.layout.statement,
      seals: [...this.layout.seals],
      numbers: this.layout.numbers.map(({ number, field, label }) => ({
        label,
        value: this.document.numbers[number] ?? this.#valueAt(field) ?? null,
      })),
      sections,
      missing: { draft: lacking('draft'), declare: lacking('declare') },
    };
  }

  #valueAt(field: string | undefined): string | undefined {
    const [node = '', leaf = ''] = field?.split('.') ?? [];
    const data = this.#composed.data[node];
    const value = typeof data === 'object' && !Array.isArray(data) ? data[leaf] : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  #section(section: LayoutSection): Section {
    const node = nodeOfLayout(this.form.mapping, section.node);
    const { id, title, print } = section;
    if (section.kind === 'list') {
      const list = this.#list(
        node,
        section.node,
        this.#composed.data[section.node],
        at(this.#given, section.node),
        section,
      );
      const entries = this.#entriesOf(this.#composed.data[section.node]);
      return {
        id,
        title,
        print,
        cells: [],
        list: { ...list, id, title },
        inner: entries.map((entry, i) =>
          section.inner.map(({ node: name, title: innerTitle }) => {
            const child = entryOf(node).children.find((one) => one.node === name);
            if (!child) throw new Error(`${section.id}: no list ${name}`);
            const place = `${section.node}[${i}].${name}`;
            const given = at(givenList(at(this.#given, section.node))[i], name);
            return { ...this.#list(child, place, entry[name], given), id: name, title: innerTitle };
          }),
        ),
      };
    }
    const data = this.#composed.data[section.node];
    const own = typeof data === 'object' && !Array.isArray(data) ? data : {};
    const cells =
      section.kind === 'cells'
        ? section.cells.map((cell) => this.#cell(cell, node, own, section.node))
        : restOf(this.layout, node).map((field) => this.#lone(field, own, section.node, true));
    return { id, title, print, cells, list: null, inner: [] };
  }

  #entriesOf(value: FormData[string] | undefined): FormData[] {
    return Array.isArray(value) ? value : [];
  }

  /** The entries of a list; what a person added can be taken out, and one more can be added. */
  #list(
    node: FormNode,
    place: string,
    value: FormData[string] | undefined,
    given: unknown,
    section?: LayoutSection,
  ): List {
    const inner = entryOf(node);
    const cells = section?.cells ?? [];
    const entries = this.#entriesOf(value);
    const free = node.each === undefined && inner.each === undefined;
    const next = givenList(given).length;
    const laid = new Set(cells.flatMap(({ fields }) => fields));
    const shown = inner.fields.filter((field) => field.en !== undefined && !laid.has(field.name));
    const entry = (data: FormData, at: string, editable: boolean, remove: string | null): Entry =>
      cells.length > 0
        ? {
            remove,
            cells: cells.map((cell) => this.#cell(cell, inner, data, at, editable)),
            more: free ? [] : shown.map((field) => this.#field(field, data, at, editable)),
          }
        : { remove, cells: shown.map((field) => this.#lone(field, data, at, editable)), more: [] };
    return {
      id: node.node,
      title: { zh: node.zh, en: node.zh },
      columns:
        cells.length > 0
          ? cells.map((cell) => this.#labelOf(cell, inner))
          : shown.map((field) => textOf(field)),
      entries: entries.map((data, i) => {
        const own = this.#composed.places.get(data);
        const at = own ?? `${place}[${i}]`;
        return entry(data, at, !free || own !== undefined, own ? `${this.form.mapping.draft}.${own}` : null);
      }),
      add: free
        ? {
            path: `${this.form.mapping.draft}.${place}`,
            next,
            entry: entry({}, `${place}[${next}]`, true, `${this.form.mapping.draft}.${place}[${next}]`),
          }
        : null,
    };
  }

  #labelOf(cell: LayoutCell, node: FormNode): Text {
    return cell.label ?? textOf(fieldOfLayout(this.form.mapping, node, cell.fields[0] ?? '').field);
  }

  #cell(cell: LayoutCell, node: FormNode, data: FormData, place: string, editable = true): Cell {
    return {
      label: this.#labelOf(cell, node),
      span: cell.span ?? GRID,
      fields: cell.fields.map((name) => {
        const { node: where, field } = fieldOfLayout(this.form.mapping, node, name);
        if (where === node) return this.#field(field, data, place, editable);
        const other = this.#composed.data[where.node];
        return this.#field(
          field,
          typeof other === 'object' && !Array.isArray(other) ? other : {},
          where.node,
          editable,
        );
      }),
    };
  }

  #lone(field: FormField, data: FormData, place: string, editable: boolean): Cell {
    return { label: textOf(field), span: 4, fields: [this.#field(field, data, place, editable)] };
  }

  #field(field: FormField, data: FormData, place: string, editable: boolean): FieldView {
    const value = typeof data[field.name] === 'string' ? (data[field.name] as string) : '';
    const here = `${place}.${field.name}`;
    const draft = `${this.form.mapping.draft}.${here}`;
    const given = this.#composed.overruled.has(here);
    const sources = pathsOf(field);
    const fromOrder = sources.some((path) => /^(order|line)\./.test(path));
    const inOrder = this.form.mapping.own ? [] : sources.flatMap((path) => orderPathOf(path, place) ?? []);
    // Of several sources the one that says it.
    const orderPath = inOrder.find((path) => rawAt(this.order, path) !== '') ?? inOrder[0];
    const origin = given
      ? 'given'
      : value === ''
        ? null
        : this.#composed.defaulted.has(here)
          ? 'default'
          : fromOrder && editable
            ? 'order'
            : 'gateway';
    const needed =
      field.needs.includes('draft') || field.needs.includes('node')
        ? 'draft'
        : field.needs.includes('declare')
          ? 'declare'
          : null;
    return {
      name: field.name,
      label: textOf(field),
      value,
      text: value === '' ? null : this.#nameOf(field, value, orderPath, given),
      origin,
      edit: editable
        ? this.#edit(field, {
            value,
            draft,
            source: sources[0],
            orderPath,
            given: given || origin === 'default',
          })
        : null,
      paths: [draft, ...inOrder],
      need: needed,
    };
  }

  /** The name of a value; of one that was turned into the form's own, by the table of the order. */
  #nameOf(field: FormField, value: string, orderPath: string | undefined, given: boolean): Text | null {
    const { codes } = this.context.catalogue;
    const own = nameInForm(field, value, codes);
    if (own !== undefined) return own;
    if (field.convert === undefined || orderPath === undefined) return null;
    const table = this.context.fields.byPath.get(orderPath.replace(/\[\d+\]/, '[]'))?.codes;
    if (table === undefined) return null;
    const raw = given ? '' : rawAt(this.order, orderPath);
    if (raw !== '') return codes.get(table).text(raw) ?? null;
    // What does not come from the order (a default, or given for the form) is written as the form has it, in letters: CHN, USD.
    const code = /^[A-Z]{3}$/.test(value) ? codes.get(table).resolve(value) : undefined;
    return code === undefined ? null : (codes.get(table).text(code) ?? null);
  }

  /** Where a person changes a value: in the order, when that says it, else in what is given for the form. */
  #edit(
    field: FormField,
    {
      value,
      draft,
      source,
      orderPath,
      given,
    }: {
      value: string;
      draft: string;
      source: string | undefined;
      orderPath: string | undefined;
      given: boolean;
    },
  ): FieldView['edit'] {
    const own = { path: draft, value, codes: field.codes ?? null, max: lengthOf(field) };
    // What its default says, too, is overruled for the form.
    if (given) return own;
    if (source !== undefined && !/^(order|line)\./.test(source)) return null;
    if (orderPath === undefined || (field.format !== undefined && OF_REGISTER.has(field.format)))
      return field.agrees ? null : own;
    const known = this.context.fields.byPath.get(orderPath.replace(/\[\d+\]/, '[]'));
    const raw = rawAt(this.order, orderPath);
    // A value of the order that the form cannot take is given for the form itself.
    if (!known || (value === '' && raw !== '')) return own;
    if (transitions().identity.includes(orderPath)) return null;
    return { path: orderPath, value: raw, codes: known.codes ?? null, max: null };
  }
}

const at = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined;

const textOf = (field: FormField): Text => ({ zh: field.zh, en: field.en ?? field.name });

function lengthOf({ type }: FormField): number | null {
  const read = readFieldType(type);
  return read.kind === 'text' && Number.isFinite(read.max) ? read.max : null;
}

const fieldsOf = ({ cells, list, inner }: Section): FieldView[] => [
  ...cells.flatMap((cell) => cell.fields),
  ...[...(list ? [list] : []), ...inner.flat()].flatMap(({ entries }) =>
    entries.flatMap((entry) => [...entry.cells.flatMap((cell) => cell.fields), ...entry.more]),
  ),
];
