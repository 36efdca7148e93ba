import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { schemaWords } from '../base/schemaWords.js';
import type { Text } from '../terms/text.js';
import { nearestField, suggestion, type Field, type FieldDictionary } from '../orders/fields.js';
import { labelOfDraft, type Form } from '../messages/forms/form.js';
import { normaliseOrder, type NormaliseContext } from '../orders/normalise.js';
import { leavesOf, type Leaves } from '../orders/leaves.js';
import { orderSchema, type Order } from '../orders/order.js';
import type { CodeTables } from '../orders/values.js';
import { transitions } from './transitions.js';

/** New values by order path (`list.ieDate`, `lines[0].qty`); null empties a field, `lines[2]: null` takes a line out. */
export type Changes = Readonly<Record<string, string | number | boolean | null>>;

/** One leaf that a correction changed, as it was and as it is; null where it was or is empty. */
export interface FieldChange {
  path: string;
  before: string | null;
  after: string | null;
}

export interface ChangeContext extends NormaliseContext {
  codes: CodeTables;
  /** Lists of drafts of forms that have one entry for each goods line: draft and node. */
  perLine: readonly { draft: string; node: string }[];
}

interface Place {
  /** Names and positions inside a draft of a form, the draft itself first. */
  draft?: readonly (string | number)[];
  /** 0-based line, undefined outside the lines. */
  line: number | undefined;
  /** Undefined for a whole line. */
  field: Field | undefined;
}

/** The drafts of forms that an order may bring: what people fill in by element name. */
const DRAFTS = ['declaration', 'application'] as const;

/** `declaration.DecLists[0].GoodsAttr` as its names and positions; undefined for a path of the order itself. */
function draftPlace(path: string): (string | number)[] | undefined {
  if (!/^(declaration|application)(\.\w+(\[\d{1,3}\])?)*$/.test(path)) return undefined;
  return [...path.matchAll(/([A-Za-z]\w*)|\[(\d+)\]/g)].map(([, name, index]): string | number =>
    index === undefined ? (name ?? '') : Number(index),
  );
}

/** Finds what a path of a request means; the fault T03 names the nearest field. */
function placeOf(path: string, dictionary: FieldDictionary): Place | Fault {
  const draft = draftPlace(path);
  if (draft) return { draft, line: undefined, field: undefined };
  const [, index, rest] = /^lines\[(\d{1,4})\](?:\.(\w+))?$/.exec(path) ?? [];
  if (index !== undefined && rest === undefined) return { line: Number(index), field: undefined };
  const field = dictionary.byPath.get(index === undefined ? path : `lines[].${rest ?? ''}`);
  if (field && field.ofLine === (index !== undefined))
    return { line: index === undefined ? undefined : Number(index), field };
  const near = nearestField(path.replace(/^.*\./, ''), dictionary);
  return makeFault('T03', path, { path, ...suggestion(near && { zh: near.path, en: near.path }) });
}

/**
 * Applies changes to an order as if it came in again: every value normalised, what follows from others filled. Returns
 * the new order, what differs leaf by leaf, every fault (T02, T03, T07, and the I faults of normalising), and for each
 * line which line it was before (0-based; null for a new one).
 */
export function applyChanges(
  body: Order,
  changes: Changes,
  context: ChangeContext,
): { body: Order; changes: FieldChange[]; faults: Fault[]; origins: (number | null)[] } {
  const dictionary = context.fields;
  const faults: Fault[] = [];
  const draft = structuredClone(body) as unknown as Record<string, unknown> & {
    lines: Record<string, unknown>[];
  };
  const removed = new Set<number>();
  const origins: (number | null)[] = body.lines.map((_, i) => i);
  const places = Object.entries(changes).map(([path, value]) => ({
    path,
    value,
    place: placeOf(path, dictionary),
  }));
  for (const { path, value, place } of places.sort((a, b) => lineOf(a.place) - lineOf(b.place))) {
    if ('code' in place) {
      faults.push(place);
      continue;
    }
    const { line, field } = place;
    if (place.draft) {
      setIn(draft, place.draft, value);
      continue;
    }
    if (line !== undefined) {
      if (line === draft.lines.length && field) {
        draft.lines.push({});
        origins.push(null);
      }
      const target = draft.lines[line];
      if (!target) {
        faults.push(makeFault('T07', path, { n: String(line + 1), count: String(body.lines.length) }));
      } else if (field) {
        target[field.leaf] = value;
      } else if (value === null) {
        removed.add(line);
      } else faults.push(makeFault('T03', path, { path, hintZh: '', hintEn: '' }));
      continue;
    }
    if (!field) continue;
    const group =
      field.group === undefined ? draft : ((draft[field.group] ??= {}) as Record<string, unknown>);
    group[field.leaf] = value;
  }
  if (removed.size > 0 || draft.lines.length !== body.lines.length) renumber(draft.lines, removed, changes);
  for (const index of fromTheEnd(removed)) origins.splice(index, 1);
  takeAlong(draft, removed, context.perLine);
  const parsed = orderSchema.safeParse(draft, { error: schemaWords });
  if (!parsed.success)
    throw new FaultError(
      parsed.error.issues.map((i) => makeFault('A04', i.path.join('.'), { reason: i.message })),
      400,
    );
  const { order, faults: unreadable } = normaliseOrder(parsed.data, context.codes, context);
  faults.push(...unreadable);
  // Against the old order as it would be read today, so that what reading fills in is not taken for a change.
  const changed = differences(normaliseOrder(body, context.codes, context).order, order, dictionary);
  for (const path of transitions().identity) {
    const change = changed.find((c) => c.path === path);
    const header = dictionary.byPath.get(path)?.header;
    if (change) faults.push(makeFault('T02', path, { field: header?.zh ?? path }));
  }
  return { body: order, changes: changed, faults, origins };
}

/** What was given for a goods line goes with it. */
function takeAlong(
  order: Readonly<Record<string, unknown>>,
  removed: ReadonlySet<number>,
  perLine: ChangeContext['perLine'],
): void {
  for (const { draft, node } of perLine) {
    const entries = (order[draft] as Record<string, unknown> | undefined)?.[node];
    if (Array.isArray(entries)) for (const index of fromTheEnd(removed)) entries.splice(index, 1);
  }
}

const lineOf = (place: Place | Fault): number => ('code' in place ? -1 : (place.line ?? -1));

const fromTheEnd = (indexes: ReadonlySet<number>): number[] => [...indexes].sort((a, b) => b - a);

/** After lines came or went, line numbers are given anew unless the correction gives them itself. */
function renumber(lines: Record<string, unknown>[], removed: ReadonlySet<number>, changes: Changes): void {
  for (const index of fromTheEnd(removed)) lines.splice(index, 1);
  if (Object.keys(changes).some((path) => path.endsWith('.gnum'))) return;
  for (const line of lines) line.gnum = undefined;
}

/** Sets a value inside a draft; lists and nodes on the way are made, what is emptied goes. */
function setIn(
  draft: Record<string, unknown>,
  place: readonly (string | number)[],
  value: string | number | boolean | null,
): void {
  const last = place.at(-1) ?? '';
  let at = draft as Record<string | number, unknown>;
  place.slice(0, -1).forEach((key, i) => {
    const next = at[key];
    if (typeof next !== 'object' || next === null) at[key] = typeof place[i + 1] === 'number' ? [] : {};
    at = at[key] as Record<string | number, unknown>;
  });
  if (value !== null) at[last] = String(value);
  // Entries of a list keep their places.
  else if (Array.isArray(at)) at[Number(last)] = {};
  else Reflect.deleteProperty(at, last);
}

/** Every leaf of a draft by its path. */
function draftLeaves(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (Array.isArray(value)) value.forEach((entry: unknown, i) => draftLeaves(entry, `${path}[${i}]`, into));
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) draftLeaves(inner, `${path}.${name}`, into);
  else if (value !== undefined && value !== null) into.set(path, String(value as string | number | boolean));
  return into;
}

/** Every leaf in which two orders differ, in the order of the field dictionary, lines by their position; drafts last. */
export function differences(before: Order, after: Order, dictionary: FieldDictionary): FieldChange[] {
  const found: FieldChange[] = [];
  const note = (path: string, b: unknown, a: unknown) => {
    const [was, is] = [text(b), text(a)];
    if (was !== is) found.push({ path, before: was, after: is });
  };
  const leaf = (order: Order, field: Field, line?: number): unknown => {
    const leaves =
      line === undefined ? leavesOf(order, field.group) : (order.lines[line] as Leaves | undefined);
    return leaves?.[field.leaf];
  };
  for (const field of dictionary.fields)
    if (!field.ofLine) note(field.path, leaf(before, field), leaf(after, field));
  for (let i = 0; i < Math.max(before.lines.length, after.lines.length); i++)
    for (const field of dictionary.fields)
      if (field.ofLine)
        note(field.path.replace('[]', `[${i}]`), leaf(before, field, i), leaf(after, field, i));
  for (const name of DRAFTS) {
    const [was, is] = [before, after].map((order) => draftLeaves(order[name], name, new Map()));
    for (const path of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]))
      note(path, was?.get(path), is?.get(path));
  }
  return found;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The dictionary's header of a path, with the line: `数量（第 2 行）`; of a draft the name its form has. */
export function labelOf(path: string, dictionary: FieldDictionary, forms: readonly Form[] = []): Text {
  if (draftPlace(path)) return labelOfDraft(forms, path) ?? { zh: path, en: path };
  const line = /^lines\[(\d+)\]/.exec(path)?.[1];
  const header = dictionary.byPath.get(path.replace(/\[\d+\]/, '[]'))?.header;
  if (!header) return { zh: path, en: path };
  if (line === undefined) return header;
  const n = Number(line) + 1;
  return { zh: `${header.zh}（第 ${n} 行）`, en: `${header.en} (line ${n})` };
}

export const isPersonal = (path: string, dictionary: FieldDictionary): boolean =>
  draftPlace(path) !== undefined || (dictionary.byPath.get(path.replace(/\[\d+\]/, '[]'))?.personal ?? false);
