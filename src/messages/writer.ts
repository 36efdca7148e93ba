import { readRepeat } from './fieldType.js';
import type { FieldMapping, NodeMapping } from './mapping.js';
import {
  compilePath,
  compileSource,
  formats,
  isMissing,
  leafText,
  type ForeignElement,
  type ItemNames,
  type Scope,
} from './values.js';
import { escapeAttribute, escapeText } from './xmlText.js';

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
    return isMissing(element) ? '' : writeForeign(element as ForeignElement, '');
  };
}

/** Other people's elements, without prefix; the namespace is declared where it changes, as C14N wants it. */
function writeForeign(element: ForeignElement, around: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(element.name))
    throw new RangeError(`${element.name} is not an element name`);
  const declaration = element.namespace === around ? '' : ` xmlns="${escapeAttribute(element.namespace)}"`;
  const inside =
    escapeText(element.text ?? '') +
    (element.children ?? []).map((c) => writeForeign(c, element.namespace)).join('');
  return `<${element.name}${declaration}>${inside}</${element.name}>`;
}
