import { isPlainDecimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import type { Catalogue } from './catalogue.js';
import type { CodeTable } from './codes.js';
import { makeFieldFault } from './fieldFaults.js';
import { readFieldType, readRepeat } from './fieldType.js';
import type { FieldMapping, MessageMapping, NodeMapping } from './mapping.js';
import { fullPath, rootNames, type Names } from './valuePaths.js';
import { compilePath, formats, isMissing, leafText, pathsOf, type Getter, type Scope } from './values.js';
import { forbiddenAt, nameCharacter } from './xmlText.js';

/** Finds the faults of a part of a document and adds them to `faults`. */
export type Check = (scope: Scope, regime: string, faults: Fault[]) => void;

/** Reports one fault of a value. */
type Report = (code: string, params?: Record<string, string>, limit?: number) => void;
type ValueCheck = (value: string, report: Report) => void;

/**
 * Length in characters (Unicode code points). Not bytes: the specification counts `C..60` in characters and its schema
 * does so by `maxLength`, so a Chinese character counts as one. Not UTF-16 units: an emoji is one character, too.
 */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

interface Surroundings {
  mapping: MessageMapping;
  catalogue: Catalogue;
  names: Names;
  items: readonly string[];
}

/** Compiles the checks of a node, its fields and everything below it. */
export function compileChecks(node: NodeMapping, mapping: MessageMapping, catalogue: Catalogue): Check {
  return compileNode(node, { mapping, catalogue, names: rootNames, items: [] });
}

function compileNode(node: NodeMapping, around: Surroundings): Check {
  const list = node.each === undefined ? undefined : fullPath(node.each, around.names);
  if (node.each === undefined || list === undefined) return compileContent(node, around);
  const as = node.as ?? '';
  const inner = {
    ...around,
    names: new Map([...around.names, [as, `${list}[]`]]),
    items: [...around.items, as],
  };
  return compileList(node, list, compilePath(node.each, around.items), compileContent(node, inner), around);
}

function compileContent(node: NodeMapping, around: Surroundings): Check {
  const checks = [
    ...(node.fields ?? [])
      .filter((f) => f.fixed === undefined && f.from !== undefined)
      .map((f) => compileField(f, around)),
    ...(node.children ?? []).map((child) => compileNode(child, around)),
  ];
  return (scope, regime, faults) => {
    for (const check of checks) check(scope, regime, faults);
  };
}

function compileList(
  node: NodeMapping,
  path: string,
  list: Getter,
  check: Check,
  around: Surroundings,
): Check {
  const { min, max } = readRepeat(node.repeat);
  const field = node.zh ?? node.node;
  const report = (scope: Scope, code: string, params: Record<string, string>, limit: number) =>
    makeFieldFault(code, shownPath(path, scope), {
      params: { field, name: node.node, ...params },
      ...messageNames(around.mapping),
      limit,
    });
  return (scope, regime, faults) => {
    const found = list(scope);
    const entries: unknown[] = Array.isArray(found) ? found : [];
    const length = String(entries.length);
    if (entries.length < min) faults.push(report(scope, 'F15', { min: String(min), length }, -min));
    if (entries.length > max) faults.push(report(scope, 'F14', { max: String(max), length }, max));
    const inner: Scope = { ...scope, outer: scope };
    for (let i = 0; i < entries.length; i++) {
      inner.item = entries[i];
      inner.index = i;
      check(inner, regime, faults);
    }
  };
}

const messageNames = (mapping: MessageMapping) => ({
  documents: [mapping.title.zh],
  messages: [mapping.message],
});

/** `order.lines[].qty` in the third line is `lines[2].qty`; what is not of the order keeps its root. */
function shownPath(path: string, scope: Scope): string {
  let at: Scope | undefined = scope;
  let shown = path;
  for (let i = path.lastIndexOf('[]'); i >= 0; i = path.lastIndexOf('[]', i - 1)) {
    shown = `${shown.slice(0, i)}[${at?.index ?? 0}]${shown.slice(i + 2)}`;
    at = at?.outer;
  }
  return shown.replace(/^(order|filing)\./, '');
}

function compileField(field: FieldMapping, around: Surroundings): Check {
  const { mapping, catalogue, names, items } = around;
  const sources = pathsOf(field).map((path) => {
    const full = fullPath(path, names) ?? path;
    return { get: compilePath(path, items), full, personal: catalogue.paths.isPersonal(full) };
  });
  const [first] = sources;
  // The last one serves most places: filling it in cures the other lines and messages, too.
  const common = sources.at(-1);
  if (!first || !common) throw new RangeError(`${mapping.message} ${field.name} has no source`);
  const format = field.format && formats[field.format];
  const check = compileValueCheck(field, catalogue);
  const { requiredIn, optionalIn } = field;
  const about = messageNames(mapping);

  const addFault = (
    faults: Fault[],
    scope: Scope,
    source: (typeof sources)[number],
    code: string,
    params: Record<string, string>,
    limit: number,
    value?: unknown,
  ) => {
    const fault = { params: { field: field.zh, name: field.name, ...params }, ...about, limit };
    const hint = value === undefined || source.personal ? {} : { hint: showValue(value) };
    faults.push(makeFieldFault(code, shownPath(source.full, scope), { ...fault, ...hint }));
  };

  return (scope, regime, faults) => {
    let source = first;
    let value = first.get(scope);
    for (let i = 1; isMissing(value) && i < sources.length; i++) {
      const next = sources[i] as (typeof sources)[number];
      value = next.get(scope);
      if (!isMissing(value)) source = next;
    }
    if (isMissing(value)) {
      if (field.default !== undefined) return;
      if (field.required) addFault(faults, scope, common, 'F01', {}, 0);
      else if (requiredIn?.includes(regime)) addFault(faults, scope, common, 'F02', { regime }, 0);
      return;
    }
    const report: Report = (code, params = {}, limit = 0) => {
      addFault(faults, scope, source, code, params, limit, value);
    };
    if (requiredIn && !requiredIn.includes(regime) && !optionalIn?.includes(regime)) {
      report('F03', { regime, regimes: requiredIn.join('、') });
      return;
    }
    const text = format ? format(value) : leafText(value);
    if (text === undefined) report(field.format === 'date8' ? 'F17' : 'F16');
    else check(text, report);
  };
}

/** A value as it can be shown: characters that cannot be seen are named. */
function showValue(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  return leafText(value)
    .slice(0, 200)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (c) => `[${nameCharacter(c, 0)}]`);
}

/** Compiles what a filled value must be: XML characters, its code table, else its type. */
export function compileValueCheck(
  field: Pick<FieldMapping, 'type' | 'codes'>,
  catalogue: Pick<Catalogue, 'codes'>,
): ValueCheck {
  const type = compileType(field);
  const table = field.codes === undefined ? undefined : catalogue.codes.get(field.codes);
  const code = table && compileCode(table);
  return (value, report) => {
    const at = forbiddenAt(value);
    if (at >= 0) {
      const position = String(characters(value.slice(0, at)) + 1);
      report('F13', { position, character: nameCharacter(value, at) });
    }
    // A code of the wrong length is not in its table either: one fault says it.
    if (code) code(value, report);
    else type(value, report);
  };
}

/** `，最接近的是 502（美国）`, or nothing when no code is near. */
function suggestion(value: string, table: CodeTable): { near: string; nearEn: string } {
  const code = table.nearest(value);
  const text = code === undefined ? undefined : table.text(code);
  if (code === undefined || !text) return { near: '', nearEn: '' };
  return { near: `，最接近的是 ${code}（${text.zh}）`, nearEn: `; the nearest is ${code} (${text.en})` };
}

function compileCode(table: CodeTable): ValueCheck {
  const { values } = table;
  return (value, report) => {
    if (values.has(value)) return;
    if (table.mayExist(value)) report('F19', { table: table.title.zh, tableName: table.title.en });
    else report('F12', { table: table.title.zh, tableName: table.title.en, ...suggestion(value, table) });
  };
}

function compileType(field: Pick<FieldMapping, 'type'>): ValueCheck {
  const type = readFieldType(field.type);
  switch (type.kind) {
    case 'text':
      return compileText(type.min, type.max);
    case 'decimal':
      return compileDecimal(type.digits - type.fraction, type.fraction);
    case 'whole':
      return compileWhole(type.digits);
    case 'int':
      return checkInt;
  }
}

function compileText(min: number, max: number): ValueCheck {
  const [least, most] = [String(min), String(max)];
  return (value, report) => {
    // UTF-16 units are never fewer than characters: most values need no counting.
    if (value.length <= max && min <= 1) return;
    const length = characters(value);
    if (length >= min && length <= max) return;
    if (min === max) report('F06', { max: most, length: String(length) });
    else if (length > max) report('F04', { max: most, length: String(length) }, max);
    else report('F05', { min: least, length: String(length) }, -min);
  };
}

/** `N19,5` has 14 digits before the point and 5 after it; the schema's totalDigits alone would let more through. */
function compileDecimal(whole: number, fraction: number): ValueCheck {
  return (value, report) => {
    if (!isPlainDecimal(value)) {
      report('F07');
      return;
    }
    const sign = value.startsWith('-') ? 1 : 0;
    const point = value.indexOf('.');
    const before = (point < 0 ? value.length : point) - sign;
    const after = point < 0 ? 0 : value.length - point - 1;
    if (before > whole) report('F08', { max: String(whole), length: String(before) }, whole);
    if (after > fraction) report('F09', { max: String(fraction), length: String(after) }, fraction);
  };
}

function compileWhole(digits: number): ValueCheck {
  return (value, report) => {
    if (!/^\d+$/.test(value)) report('F10');
    else if (value.length > digits)
      report('F11', { max: String(digits), length: String(value.length) }, digits);
  };
}

const checkInt: ValueCheck = (value, report) => {
  if (!/^-?\d+$/.test(value)) report('F10');
  else if (BigInt(value) < -(2n ** 31n) || BigInt(value) >= 2n ** 31n) report('F18');
};
