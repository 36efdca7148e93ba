import type { XmlElement } from './xmlTree.js';

/** What prefixes stand for. */
type Namespaces = ReadonlyMap<string, string>;

interface Name {
  prefix: string;
  local: string;
}

/** One attribute in double quotes, its value as it stands; and what may end a tag behind the last one. */
const ATTRIBUTE = /\s+([^\s="'<>/]+)="([^"<&\t\n]*)"/y;
const END = /\s*\/?$/y;

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};
const ENTITY = /&(?:amp|lt|gt|quot|apos);/g;

const none: Namespaces = new Map();

/**
 * The tree of a text in the plain form that nearly all messages have: behind the declaration nothing but elements, their
 * attributes in double quotes, and text with no entity but the five of XML. Undefined for any other form, which is the
 * parser's (`xmlTree.ts`). The text has passed the door, so it is well-formed: nothing of that is asked again here.
 */
export function plainTree(text: string): XmlElement | undefined {
  // Line ends would have to be made alike.
  if (text.includes('\r')) return undefined;
  const names = new Map<string, Name>();
  const open: { element: XmlElement; namespaces: Namespaces }[] = [];
  let at = text.startsWith('<?xml ') ? text.indexOf('?>') + 2 : 0;
  for (;;) {
    const start = text.indexOf('<', at);
    const parent = open[open.length - 1];
    if (parent && start > at) {
      const inside = decoded(text.slice(at, start));
      if (inside === undefined) return undefined;
      parent.element.text += inside;
    }
    // Comments, CDATA sections and instructions.
    if (start < 0 || text[start + 1] === '!' || text[start + 1] === '?') return undefined;
    const end = text.indexOf('>', start);
    if (end < 0) return undefined;
    at = end + 1;
    if (text[start + 1] === '/') {
      const closed = open.pop();
      if (open.length === 0) return closed && text.indexOf('<', at) < 0 ? closed.element : undefined;
      continue;
    }
    const opened = startTag(text.slice(start + 1, end), parent?.namespaces ?? none, names);
    if (!opened) return undefined;
    parent?.element.children.push(opened.element);
    if (text[end - 1] !== '/') open.push(opened);
    else if (!parent) return text.indexOf('<', at) < 0 ? opened.element : undefined;
  }
}

/** An element by what stands between the brackets of its start tag. */
function startTag(
  tag: string,
  outer: Namespaces,
  names: Map<string, Name>,
): { element: XmlElement; namespaces: Namespaces } | undefined {
  const known = names.get(tag);
  if (known) return opened(known, none, outer);
  const [qualified = ''] = /^[^\s/]*/.exec(tag) ?? [];
  const attributes = attributesOf(tag, qualified.length);
  const name = nameOf(qualified);
  if (!attributes || !name) return undefined;
  // Only a tag without attributes says the same wherever it stands.
  if (attributes.size === 0) names.set(tag, name);
  return opened(name, attributes, outer);
}

function opened(name: Name, attributes: ReadonlyMap<string, string>, outer: Namespaces) {
  const namespaces = declaredIn(attributes, outer);
  const namespace = namespaces.get(name.prefix) ?? '';
  return { element: { name: name.local, namespace, attributes, children: [], text: '' }, namespaces };
}

/** Undefined for names that objects of JavaScript have already. */
function nameOf(qualified: string): Name | undefined {
  const colon = qualified.indexOf(':');
  const local = qualified.slice(colon + 1);
  return local in Object.prototype ? undefined : { prefix: qualified.slice(0, Math.max(0, colon)), local };
}

function attributesOf(tag: string, from: number): ReadonlyMap<string, string> | undefined {
  if (tag.length === from) return none;
  const attributes = new Map<string, string>();
  ATTRIBUTE.lastIndex = from;
  let end = from;
  for (let found = ATTRIBUTE.exec(tag); found; found = ATTRIBUTE.exec(tag)) {
    const [, name = '', value = ''] = found;
    attributes.set(name, value);
    end = ATTRIBUTE.lastIndex;
  }
  END.lastIndex = end;
  return END.test(tag) ? attributes : undefined;
}

/** The namespaces in force inside an element with these attributes. */
export function declaredIn(attributes: ReadonlyMap<string, string>, outer: Namespaces): Namespaces {
  if (attributes.size === 0) return outer;
  const declared = [...attributes].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  return new Map([...outer, ...declared.map(([name, uri]) => [name.slice(6), uri] as const)]);
}

/** Undefined when an entity stands in it that is none of the five. */
function decoded(text: string): string | undefined {
  if (!text.includes('&')) return text;
  const plain = text.replace(ENTITY, '');
  return plain.includes('&') ? undefined : text.replace(ENTITY, (entity) => ENTITIES[entity] ?? entity);
}
