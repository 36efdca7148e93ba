import { isDay, readIso, time14 } from '../base/clock.js';
import type { FieldMapping, FormatName } from './mapping.js';

/** Data of an order, or of a filing, as the mapping's paths see them; an `Order` fits. Leaves are text. */
export type OrderData = Readonly<Record<string, unknown>>;

/** What a message says of one document besides its order. */
export interface DocumentFacts {
  /** 36 characters, upper case. */
  guid: string;
  /** 1 new, 2 change, 3 delete. */
  appType: string;
  appTime: Date;
  /** 1 stored, 2 declared. */
  appStatus: string;
  /** The enterprise's own number of a list. */
  copNo?: string;
  /** Given by the electronic port. */
  preNo?: string;
  /** Given by customs. */
  invtNo?: string;
  /** The number by which its receipts name it, where that is none of the order's. */
  key?: string;
}

export interface DocumentInput {
  order: OrderData;
  document: DocumentFacts;
}

/** An element of another namespace inside ExtendMessage. */
export interface ForeignElement {
  name: string;
  namespace: string;
  text?: string;
  children?: readonly ForeignElement[];
}

/** Who carries the message (BaseTransfer), who else gets the receipts, and what rides along. */
export interface Transfer {
  copCode: string;
  copName: string;
  dxpMode: 'DXP';
  dxpId: string;
  note?: string;
  subscriptions?: readonly { status: string; dxpMode: string; dxpAddress: string; note?: string }[];
  extensions?: readonly { name: string; version: string; content: ForeignElement }[];
}

export interface Envelope {
  /** Of the message, not of a document: 36 characters, upper case. */
  guid: string;
  transfer: Transfer;
}

/** Where a compiled field finds its values: the roots, and the items of the lists around it. */
export interface Scope {
  order: OrderData;
  document: Partial<DocumentFacts>;
  transfer: Partial<Transfer>;
  item?: unknown;
  /** Position of the item in its list, from 0. */
  index: number;
  outer?: Scope;
}

/** The `as` names around a node, outermost first. */
export type ItemNames = readonly string[];

type Bag = Readonly<Record<string, unknown>> | undefined;
export type Getter = (scope: Scope) => unknown;

/** Resolves a path once, so that reading a value is a few property accesses and nothing else. */
export function compilePath(path: string, items: ItemNames): Getter {
  const [root = '', ...keys] = path.split('.');
  const start = rootGetter(root, items);
  const [a = '', b = '', c = ''] = keys;
  if (keys.length === 1) return (scope) => start(scope)?.[a];
  if (keys.length === 2) return (scope) => (start(scope)?.[a] as Bag)?.[b];
  if (keys.length === 3) return (scope) => ((start(scope)?.[a] as Bag)?.[b] as Bag)?.[c];
  throw new RangeError(`path ${path} must have two to four parts`);
}

function rootGetter(root: string, items: ItemNames): (scope: Scope) => Bag {
  if (root === 'order' || root === 'filing') return (scope) => scope.order;
  if (root === 'document') return (scope) => scope.document;
  if (root === 'transfer') return (scope) => scope.transfer;
  const hops = items.length - 1 - items.lastIndexOf(root);
  if (hops >= items.length) throw new RangeError(`${root} is not in scope`);
  if (hops === 0) return (scope) => scope.item as Bag;
  return (scope) => {
    let at: Scope | undefined = scope;
    for (let i = 0; i < hops; i++) at = at?.outer;
    return at?.item as Bag;
  };
}

/**
 * A leaf as text. The order model makes every leaf text; a number is taken as well.
 *
 * @throws RangeError for anything else, which no checked order holds
 */
export function leafText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new RangeError(`a value must be text, not ${typeof value}`);
}

/** True for nothing and for the empty text: unknown values are left out of a message, never sent empty. */
export const isMissing = (value: unknown): value is undefined | null | '' =>
  value === undefined || value === null || value === '';

/** The instant as a Date, if it is a moment that exists. */
function instantOf(value: unknown): Date | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value;
  return typeof value === 'string' ? readIso(value) : undefined;
}

/**
 * The formats a mapping may name. Each turns a value of the order model into the text of the message, undefined when
 * the value is not one. `time14`: instant (UTC) → yyyyMMddHHmmss in Asia/Shanghai. `date8`: yyyy-MM-dd → yyyyMMdd.
 * `day8`: instant (UTC) → yyyyMMdd of that moment in Asia/Shanghai.
 */
export const formats: Readonly<Record<FormatName, (value: unknown) => string | undefined>> = {
  time14: (value) => {
    const instant = instantOf(value);
    return instant && time14(instant);
  },
  day8: (value) => {
    const instant = instantOf(value);
    return instant && time14(instant).slice(0, 8);
  },
  date8: (value) => {
    return typeof value === 'string' && isDay(value) ? value.replaceAll('-', '') : undefined;
  },
};

export const pathsOf = (field: FieldMapping): readonly string[] =>
  field.from === undefined ? [] : [field.from].flat();

/** The first filled value of the field's paths, as it stands in the order. */
export function compileSource(field: FieldMapping, items: ItemNames): Getter {
  const getters = pathsOf(field).map((path) => compilePath(path, items));
  const [first] = getters;
  if (getters.length === 1 && first) return first;
  return (scope) => {
    for (const get of getters) {
      const value = get(scope);
      if (!isMissing(value)) return value;
    }
    return undefined;
  };
}
