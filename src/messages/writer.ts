import { readRepeat } from './fieldType.js';
import type { FieldMapping, NodeMapping } from './mapping.js';
import {
  compilePath,
  compileSource,
  formats,
  isMissing,
  leafText,
  type ForeignElement,
  type Transfer,
  type ItemNames,
  type Scope,
} from './values.js';
import { escapeText } from './xmlText.js';

/** Writes a part of a message in canonical form; the empty text when there is nothing to say. */
export type Write = (scope: Scope) => string;

/**
 * Compiles a node into a function that writes it, with its list if it repeats.
 * An optional node without content is left out.
 */
export function compileNode(node: NodeMapping, items: ItemNames = []): Write {
  if (node.each === undefined) return compileElement(node, items);
  const list = compilePath(node.each, items);
  const write = compileElement({ ...node, repeat: '1' }, [...items, node.as ?? '']);
  return (scope) => {
    const entries = list(scope);
    if (!Array.isArray(entries)) return '';
    let out = '';
    const inner: Scope = { ...scope, outer: scope };
    for (let i = 0; i < entries.length; i++) {
      inner.item = entries[i];
      inner.index = i;
      out += write(inner);
    }
    return out;
  };
}

function compileElement(node: NodeMapping, items: ItemNames): Write {
  const open = `<ceb:${node.node}>`;
  const close = `</ceb:${node.node}>`;
  const content = node.any ? compileForeign(items) : compileContent(node, items);
  if (readRepeat(node.repeat).min > 0) return (scope) => open + content(scope) + close;
  return (scope) => {
    const inside = content(scope);
    return inside === '' ? '' : open + inside + close;
  };
}

/** The fields of a node stand before its children in every message of the specification. */
function compileContent(node: NodeMapping, items: ItemNames): Write {
  const parts = [
    ...(node.fields ?? []).map((field) => compileField(field, items)),
    ...(node.children ?? []).map((child) => compileNode(child, items)),
  ];
  return (scope) => {
    let out = '';
    for (const write of parts) out += write(scope);
    return out;
  };
}

function compileField(field: FieldMapping, items: ItemNames): Write {
  const open = `<ceb:${field.name}>`;
  const close = `</ceb:${field.name}>`;
  if (field.fixed !== undefined) {
    const constant = open + escapeText(field.fixed) + close;
    return () => constant;
  }
  const source = compileSource(field, items);
  const otherwise = field.default === undefined ? '' : open + escapeText(field.default) + close;
  const format = field.format && formats[field.format];
  if (!format) {
    return (scope) => {
      const value = source(scope);
      if (isMissing(value)) return otherwise;
      return open + escapeText(leafText(value)) + close;
    };
  }
  return (scope) => {
    const value = source(scope);
    if (isMissing(value)) return otherwise;
    const text = format(value);
    if (text === undefined) throw new RangeError(`${field.name}: the value is not a ${field.format}`);
    return open + text + close;
  };
}

function compileForeign(items: ItemNames): Write {
  const content = compilePath(`${items.at(-1) ?? ''}.content`, items);
  return (scope) => {
    const element = content(scope);
    return isMissing(element) ? '' : writeForeign(element as ForeignElement, foreignPrefixes(scope.transfer));
  };
}

/**
 * Prefixes for the namespaces of what rides along, `ext1`, `ext2` … They are declared on the root: the sign-then-verify
 * gate takes no declaration anywhere else.
 */
export function foreignPrefixes({ extensions = [] }: Partial<Transfer>): ReadonlyMap<string, string> {
  const namespaces = new Set<string>();
  const visit = (element: ForeignElement): void => {
    if (element.namespace !== '') namespaces.add(element.namespace);
    for (const child of element.children ?? []) visit(child);
  };
  for (const { content } of extensions) visit(content);
  return new Map([...namespaces].sort().map((namespace, i) => [namespace, `ext${i + 1}`]));
}

function writeForeign(element: ForeignElement, prefixes: ReadonlyMap<string, string>): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(element.name))
    throw new RangeError(`${element.name} is not an element name`);
  const prefix = prefixes.get(element.namespace);
  const name = prefix === undefined ? element.name : `${prefix}:${element.name}`;
  const inside =
    escapeText(element.text ?? '') + (element.children ?? []).map((c) => writeForeign(c, prefixes)).join('');
  return `<${name}>${inside}</${name}>`;
}
