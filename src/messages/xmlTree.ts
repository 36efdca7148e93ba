import { XMLParser } from 'fast-xml-parser';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { declaredIn, plainTree } from './plainXml.js';

/** An element as read: names without prefix, text with entities decoded and never trimmed or turned into numbers. */
export interface XmlElement {
  name: string;
  /** The namespace its own prefix (or the default) stands for; empty for none. */
  namespace: string;
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** Text and CDATA directly inside, joined. */
  text: string;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  // Decodes &#13; and the like as well; other HTML names cannot pass the door.
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Nothing below asks for the path of an element, and writing it for each costs time.
  jPath: false,
  // Names are judged below, where the prefix is off.
  onDangerousProperty: (name) => name,
});

const attributesKey = ':@';
const textKey = '#text';
const none: ReadonlyMap<string, string> = new Map();
type Parsed = Readonly<Record<string, unknown>>;

/**
 * Parses text that has passed the door into a tree of plain values: the plain form that nearly all messages have at a
 * tenth of the cost, every other with the parser.
 *
 * @throws FaultError (400) D12 for a name such as `__proto__` that an object of JavaScript already has
 */
export const parseTree = (text: string): XmlElement => plainTree(text) ?? parseAny(text);

/** The same by the parser alone, whatever form the text has. */
export function parseAny(text: string): XmlElement {
  let parsed: unknown;
  try {
    parsed = parser.parse(text);
  } catch (error) {
    throw reserved(error instanceof Error ? error.message : String(error));
  }
  const root = (parsed as Parsed[]).find((node) => !(textKey in node));
  if (!root) throw new Error('the door let a text without a root element pass');
  return toElement(root, new Map());
}

const reserved = (reason: string) => new FaultError([makeFault('D12', '', { reason })], 400);

function toElement(node: Parsed, outer: ReadonlyMap<string, string>): XmlElement {
  const tag = Object.keys(node).find((key) => key !== attributesKey) ?? '';
  const given = node[attributesKey] as Record<string, string> | undefined;
  const attributes = given ? new Map(Object.entries(given)) : none;
  const namespaces = declaredIn(attributes, outer);
  const colon = tag.indexOf(':');
  const name = tag.slice(colon + 1);
  if (name in Object.prototype) throw reserved(name);
  const element: XmlElement = {
    name,
    namespace: namespaces.get(colon < 0 ? '' : tag.slice(0, colon)) ?? '',
    attributes,
    children: [],
    text: '',
  };
  for (const child of node[tag] as Parsed[]) {
    if (textKey in child) element.text += String(child[textKey]);
    else element.children.push(toElement(child, namespaces));
  }
  return element;
}

/** The first child of that name. */
export const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((c) => c.name === name);

/** The trimmed text of the first child of that name; undefined when it is missing or blank. */
export const textOf = (element: XmlElement | undefined, name: string): string | undefined =>
  child(element, name)?.text.trim() || undefined;
