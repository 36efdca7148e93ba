import { escapeAttribute, escapeText } from '../xmlText.js';
import type { FormData, FormLeaf } from './compose.js';
import { listIn, type FormMapping, type FormNode } from './formMapping.js';

/** Writes a form as its message: UTF-8 with declaration, elements in the order of the mapping. Throws RangeError for a character that XML 1.0 forbids. */
export function writeForm({ message, xml, root }: FormMapping, data: FormData): Buffer {
  const { namespace } = xml;
  const attributes = [
    ...(namespace === '' ? [] : [['xmlns', namespace] as const]),
    ...Object.entries(xml.attributes),
  ]
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const inside = root.map((node) => nodeText(node, data[node.node])).join('');
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><${message}${attributes}>${inside}</${message}>`);
}

function nodeText(node: FormNode, value: FormLeaf | undefined): string {
  const inner = listIn(node);
  if (Array.isArray(value)) {
    const entries = value.map((entry) => element(inner ?? node, entry)).join('');
    return inner && entries !== '' ? `<${node.node}>${entries}</${node.node}>` : entries;
  }
  if (typeof value !== 'object') return '';
  return node.bare ? content(node, value) : element(node, value);
}

function element(node: FormNode, data: FormData): string {
  const inside = content(node, data);
  return inside === '' ? '' : `<${node.node}>${inside}</${node.node}>`;
}

function content(node: FormNode, data: FormData): string {
  let out = '';
  for (const { name, place, deprecated } of node.fields) {
    const value = data[name];
    if (typeof value === 'string') out += `<${name}>${escapeText(value)}</${name}>`;
    else if (node.keepEmpty && place !== null && !deprecated) out += `<${name}/>`;
  }
  for (const child of node.children) out += nodeText(child, data[child.node]);
  return out;
}
