import { Dec, isPlainDecimal } from '../../base/decimal.js';
import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { nearestField, suggestion, type Field, type FieldDictionary } from '../fields.js';
import { nearest } from '../../base/nearest.js';
import { draftOfValue } from './formDraft.js';
import { leavesOf, type Leaves } from '../leaves.js';
import type { OrderLine } from '../order.js';
import { emptyOrder, type Built } from './draft.js';

/** Goods lines of one order that are read at all; the limit of its messages is a tenth of it. */
const maxOrderLines = 1000;
const longestKey = 60;
const mostGuesses = 20;

type Members = ReadonlyMap<string, Field>;

/** The order model as a tree of known keys, made once from the dictionary. */
interface Shape {
  leaves: Members;
  groups: ReadonlyMap<string, Members>;
  lines: Members;
}

const shapes = new WeakMap<FieldDictionary, Shape>();

function shapeOf(dictionary: FieldDictionary): Shape {
  let shape = shapes.get(dictionary);
  if (!shape) {
    const members = (group: string | undefined): Members =>
      new Map(dictionary.fields.filter((f) => f.group === group).map((f) => [f.leaf, f]));
    const groups = [...new Set(dictionary.fields.map((f) => f.group))].filter((g) => g !== undefined);
    shape = {
      leaves: members(undefined),
      groups: new Map(groups.filter((g) => g !== 'lines').map((g) => [g, members(g)])),
      lines: members('lines'),
    };
    shapes.set(dictionary, shape);
  }
  return shape;
}

/**
 * Reads a parsed JSON value as an order: known keys only (I14 with the nearest known key), texts, numbers or booleans
 * where a value belongs (I16 otherwise). Numbers become plain decimal text. Everything right is kept even when something
 * else is wrong. `keys` counts the keys that were visited.
 */
export function orderOfValue(value: unknown, dictionary: FieldDictionary): Built & { keys: number } {
  if (!isObject(value))
    return {
      faults: [
        makeFault('I16', '', { key: '订单', expectedZh: '一个对象 {…}', expectedEn: 'an object {…}' }),
      ],
      keys: 0,
    };
  // A wrapper whose orders do not come first cannot be read in pieces.
  if (Array.isArray(value.orders)) return { faults: [makeFault('I13', '')], keys: 0 };
  const shape = shapeOf(dictionary);
  const faults: Fault[] = [];
  const order = emptyOrder();
  const own = leavesOf(order) ?? {};
  let keys = 0;
  let guesses = 0;

  const unknown = (key: string, path: string, choices: Iterable<string>, prefix: string): void => {
    // Looking for what was meant is the dear part of it.
    const known = ++guesses > mostGuesses || key.length > longestKey ? [] : choices;
    const close = nearest(key, known);
    const near =
      close !== undefined
        ? `${prefix}${close}`
        : known === choices
          ? nearestField(key, dictionary)?.path
          : undefined;
    faults.push(
      makeFault('I14', path.slice(0, 200), {
        key: key.slice(0, longestKey),
        ...suggestion(near === undefined ? undefined : { zh: near, en: near }),
      }),
    );
  };
  const fill = (leaves: Leaves, members: Members, source: Record<string, unknown>, prefix: string): void => {
    for (const key of Object.keys(source)) {
      keys++;
      const field = members.get(key);
      if (!field) {
        unknown(key, prefix + key, members.keys(), prefix);
        continue;
      }
      const text = leafText(source[key]);
      if (text === null)
        faults.push(wrongShape(prefix + key, '一个值（文本或数字）', 'a single value, text or number'));
      else leaves[field.leaf] = text;
    }
  };

  for (const key of Object.keys(value)) {
    keys++;
    const member = value[key];
    const group = shape.groups.get(key);
    if (shape.leaves.has(key)) {
      keys--;
      fill(own, shape.leaves, { [key]: member }, '');
    } else if (group) {
      const target = leavesOf(order, key);
      if (isObject(member) && target) fill(target, group, member, `${key}.`);
      else if (member !== null) faults.push(wrongShape(key, '一个对象 {…}', 'an object {…}'));
    } else if (key === 'lines') {
      if (Array.isArray(member)) readLines(member);
      else if (member !== null) faults.push(wrongShape(key, '商品数组 […]', 'an array of goods lines'));
    } else if (key === 'declaration' || key === 'application') {
      const read = draftOfValue(member, key);
      if (read.draft) order[key] = read.draft;
      faults.push(...read.faults);
    } else if (key !== 'errors') {
      unknown(key, key, [...shape.leaves.keys(), ...shape.groups.keys(), 'lines'], '');
    }
  }
  return { order, faults, keys };

  function readLines(items: readonly unknown[]): void {
    if (items.length > maxOrderLines) {
      faults.push(makeFault('I38', 'lines', { length: String(items.length), max: String(maxOrderLines) }));
      return;
    }
    items.forEach((item, i) => {
      const line: OrderLine = {};
      if (isObject(item)) fill(line as Leaves, shape.lines, item, `lines[${i}].`);
      else faults.push(wrongShape(`lines[${i}]`, '一个对象 {…}', 'an object {…}'));
      order.lines.push(line);
    });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrongShape = (path: string, expectedZh: string, expectedEn: string): Fault =>
  makeFault('I16', path, { key: path, expectedZh, expectedEn });

/** Trimmed text, undefined for nothing, null for what is not a single value. */
function leafText(value: unknown): string | undefined | null {
  switch (typeof value) {
    case 'string':
      return value.trim() || undefined;
    case 'number': {
      const text = String(value);
      return isPlainDecimal(text) ? text : new Dec(value).toFixed();
    }
    case 'boolean':
      return String(value);
    default:
      return value === null || value === undefined ? undefined : null;
  }
}
