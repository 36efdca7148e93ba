import type { XmlElement } from '../xmlTree.js';
import type { FormData, FormLeaf } from './compose.js';
import { listIn, repeats, type FormMapping, type FormNode } from './formMapping.js';

/** A form as it was received; `unknown` are places of elements the mapping does not have, kept in the data. */
export interface ReadForm {
  messageType: string;
  version: string | undefined;
  data: FormData;
  unknown: string[];
}

/** Reads a form whatever the order of its elements: older files have another. Empty elements are left out. */
export function readForm(mapping: FormMapping, root: XmlElement): ReadForm {
  const unknown = new Set<string>();
  const bare = mapping.root.find((node) => node.bare);
  const data = contentOf(
    {
      node: mapping.message,
      zh: mapping.title.zh,
      repeat: '1',
      certain: true,
      keepEmpty: false,
      bare: false,
      rows: [],
      fields: [],
      children: mapping.root.filter((node) => !node.bare),
    },
    bare ? { ...root, children: root.children.filter((c) => !isField(bare, c)) } : root,
    '',
    unknown,
  );
  if (bare) {
    const own = contentOf(
      bare,
      { ...root, children: root.children.filter((c) => isField(bare, c)) },
      '',
      unknown,
    );
    if (Object.keys(own).length > 0) data[bare.node] = own;
  }
  const version = root.attributes.get('Version') ?? root.attributes.get('version');
  return { messageType: mapping.message, version, data, unknown: [...unknown] };
}

const isField = (node: FormNode, { name }: XmlElement): boolean =>
  node.fields.some((field) => field.name === name);

function contentOf(node: FormNode, element: XmlElement, at: string, unknown: Set<string>): FormData {
  const data: FormData = {};
  for (const inner of element.children) {
    const place = at === '' ? inner.name : `${at}/${inner.name}`;
    const child = node.children.find((c) => c.node === inner.name);
    if (child) {
      const read = childOf(child, inner, place, unknown);
      const before = data[inner.name];
      if (read !== undefined)
        data[inner.name] = Array.isArray(before) && Array.isArray(read) ? [...before, ...read] : read;
      continue;
    }
    if (!isField(node, inner)) unknown.add(place);
    if (inner.children.length > 0) data[inner.name] = asIs(inner);
    else if (inner.text.trim() !== '') data[inner.name] = inner.text.trim();
  }
  return data;
}

function childOf(
  node: FormNode,
  element: XmlElement,
  place: string,
  unknown: Set<string>,
): FormLeaf | undefined {
  const inner = listIn(node);
  if (inner)
    return element.children.map((entry) => {
      if (entry.name !== inner.node) unknown.add(`${place}/${entry.name}`);
      return contentOf(inner, entry, `${place}/${entry.name}`, unknown);
    });
  const data = contentOf(node, element, place, unknown);
  return repeats(node) ? [data] : data;
}

/** What no mapping knows, kept as it is. */
const asIs = (element: XmlElement): FormData =>
  Object.fromEntries(element.children.map((c) => [c.name, c.children.length > 0 ? asIs(c) : c.text.trim()]));
