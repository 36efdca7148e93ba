import { listIn, repeats, type FormMapping, type FormNode, type FormRow } from './formMapping.js';
import type { FormScope, FormValues } from './formValues.js';

/** What stands in a form, by element name: texts, nodes, lists of nodes. A node that only holds a list is that list. */
export interface FormData {
  [name: string]: FormLeaf;
}
export type FormLeaf = string | FormData | FormData[];

/** A form as it will be written, and which of its values a person gave. */
export interface ComposedForm {
  data: FormData;
  /** Values by place (`DecHead.GrossWet`, `DecLists[0].GName`): what the sources say, where a person says something. */
  overruled: ReadonlyMap<string, string | undefined>;
  /** Values by place that nobody said: the default of the field. */
  defaulted: ReadonlySet<string>;
  /** Places of entries of lists that people gave, as their draft counts them; emptied ones before them are left out. */
  places: ReadonlyMap<FormData, string>;
}

const isData = (value: unknown): value is FormData =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of a filled leaf of what people gave; numbers are taken as they are written. */
export function givenText(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).trim() || undefined;
}

export const givenList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * Puts a form together: of each field what a person gave, else what its sources say, else its default. Pure; what is not
 * of the form is passed over here and named by the checks.
 */
export function composeForm(
  mapping: FormMapping,
  values: FormValues,
  scope: FormScope,
  given: unknown,
): ComposedForm {
  const overruled = new Map<string, string | undefined>();
  const defaulted = new Set<string>();
  const places = new Map<FormData, string>();
  const composer = new Composer(values, overruled, defaulted, places);
  const data: FormData = {};
  const bag = isData(given) ? given : {};
  for (const node of mapping.root) {
    const { [node.node]: own } = bag;
    const made = composer.node(node, scope, own, node.node);
    if (made !== undefined) data[node.node] = made;
  }
  return { data, overruled, defaulted, places };
}

class Composer {
  constructor(
    private readonly values: FormValues,
    private readonly overruled: Map<string, string | undefined>,
    private readonly defaulted: Set<string>,
    private readonly places: Map<FormData, string>,
  ) {}

  /** Undefined when nothing stands in it. */
  node(node: FormNode, scope: FormScope, given: unknown, place: string): FormLeaf | undefined {
    const inner = listIn(node);
    if (inner) return this.#list(inner, scope, givenList(given), place);
    if (repeats(node)) return this.#list(node, scope, givenList(given), place);
    const made = this.#content(node, scope, isData(given) ? given : {}, place);
    return Object.keys(made).length > 0 ? made : undefined;
  }

  #list(node: FormNode, scope: FormScope, given: unknown[], place: string): FormData[] | undefined {
    const entries: FormData[] = [];
    if (node.each !== undefined) {
      const items = scope.order[node.each.replace(/^order\./, '')];
      (Array.isArray(items) ? items : []).forEach((item: unknown, i) => {
        const below = { ...scope, items: { ...scope.items, [node.as ?? '']: numbered(item, i) } };
        entries.push(this.#content(node, below, isData(given[i]) ? given[i] : {}, `${place}[${i}]`));
      });
    } else {
      for (const row of node.rows) {
        const made = this.#row(row, scope);
        // What a person says of the same thing stands in its place.
        if (made && !given.some((own) => isData(own) && sameThing(own, made))) entries.push(made);
      }
      given.forEach((own, i) => {
        if (!isData(own) || isEmpty(own)) return;
        const entry = this.#content(node, scope, own, `${place}[${i}]`);
        this.places.set(entry, `${place}[${i}]`);
        entries.push(entry);
      });
    }
    return entries.length > 0 ? entries : undefined;
  }

  #row({ set, regimes }: FormRow, scope: FormScope): FormData | undefined {
    if (regimes && !regimes.includes(String(scope.order.regime ?? ''))) return undefined;
    const made: FormData = {};
    for (const [name, source] of Object.entries(set)) {
      const value = this.values.read(source, scope);
      if (value === undefined) return undefined;
      made[name] = value;
    }
    return made;
  }

  #content(node: FormNode, scope: FormScope, given: FormData, place: string): FormData {
    const made: FormData = {};
    for (const field of node.fields) {
      const own = givenText(given[field.name]);
      const sourced = this.values.read(field, scope);
      if (own !== undefined) this.overruled.set(`${place}.${field.name}`, sourced);
      const value = own ?? sourced ?? field.default;
      if (own === undefined && sourced === undefined && value !== undefined)
        this.defaulted.add(`${place}.${field.name}`);
      if (value !== undefined) made[field.name] = value;
    }
    for (const child of node.children) {
      const below = this.node(child, scope, given[child.node], `${place}.${child.node}`);
      if (below !== undefined) made[child.node] = below;
    }
    return made;
  }
}

/** An entry that was taken out keeps its place in the draft and says nothing. */
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.every(isEmpty)
    : isData(value)
      ? Object.values(value).every(isEmpty)
      : givenText(value) === undefined;

/** A line without a number has that of its place. */
const numbered = (item: unknown, index: number): unknown =>
  isData(item) && (item as Record<string, unknown>).gnum === undefined
    ? { ...item, gnum: String(index + 1) }
    : item;

/** Two entries are of one thing when the first thing they say (its kind) is the same. */
function sameThing(a: FormData, b: FormData): boolean {
  const kind = Object.keys(b).find((name) => /Code$/.test(name)) ?? Object.keys(b)[0] ?? '';
  return givenText(a[kind]) === b[kind];
}
