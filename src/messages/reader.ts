import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Catalogue } from './catalogue.js';
import type { DoorLimits } from './door.js';
import { readRepeat } from './fieldType.js';
import { cebNamespace, type MessageMapping, type NodeMapping } from './mapping.js';
import { openFile, type OpenedFile } from './opened.js';
import type { Wrapping } from './wrapping.js';
import { child, textOf, type XmlElement } from './xmlTree.js';

export { readReceipts, type ReceiptFact } from './receiptFacts.js';

/** A node as read: field names to text, once-only nodes to nodes, lists to arrays. */
export interface MessageNode {
  [name: string]: string | MessageNode | (string | MessageNode)[];
}

export interface SignatureFacts {
  present: true;
  /** Undefined when the algorithm is none of the two the specification allows. */
  suite?: 'sm2-sm3' | 'rsa-sha1';
  keyName?: string;
}

/** A message or receipt as read. It was read leniently: `notes` say what was not as it should be. */
export interface ReadMessage {
  /** The name in the mappings, for example `CEB604Message`, or `DxpRep`. */
  messageType: string;
  guid?: string;
  version?: string;
  /** The message this one answers and the names of the fields that tell which document is meant. */
  receiptOf?: string;
  key: readonly string[];
  /** The wrapper the message came in; the innermost when there were several. */
  wrapped?: Wrapping;
  /** The exact bytes of the message itself, without wrapper. */
  bytes: Buffer;
  /** One per business node; for DxpRep one per Response. */
  documents: MessageNode[];
  transfer?: MessageNode;
  subscriptions: MessageNode[];
  signature?: SignatureFacts;
  /** Top-level elements the field table does not know, ExtendMessage among them. */
  others: MessageNode;
  notes: Fault[];
}

const dxpRep = 'DxpRep';

/**
 * Reads any CEB message, receipt or DxpRep: whatever prefix its namespace has, in DXP wrappers or without.
 *
 * @throws FaultError (400): D01–D07 from the door, D08 when it is no such message, D09–D11 for a broken wrapper, D12
 */
export function readMessage(bytes: Buffer, catalogue: Catalogue, limits?: Partial<DoorLimits>): ReadMessage {
  return readOpened(openFile(bytes, limits), catalogue);
}

/** The same of a file that is open already. Throws D08, D12. */
export function readOpened(file: OpenedFile, catalogue: Catalogue): ReadMessage {
  const message = { ...readRoot(file.root, catalogue), bytes: file.bytes };
  return file.wrapped ? { ...message, wrapped: file.wrapped } : message;
}

/** True for the roots this reader reads: `CEB603Message` in any spelling of its letters, and DxpRep. */
export const isCebRoot = (name: string): boolean => name === dxpRep || /^CEB\d{3}/i.test(name);

function readRoot(root: XmlElement, catalogue: Catalogue): Omit<ReadMessage, 'bytes'> {
  if (root.name === dxpRep) return readDxpRep(root);
  if (!isCebRoot(root.name)) throw new FaultError([makeFault('D08', '', { root: root.name })], 400);

  const messageType = `${root.name.slice(0, 6).toUpperCase()}Message`;
  const mapping = catalogue.message(messageType);
  const notes = new Notes(messageType);
  if (root.name !== messageType) notes.add('D21', '', { root: root.name });
  if (!mapping) notes.add('D22', '');
  if (root.namespace !== cebNamespace) {
    notes.add('D25', '', { namespace: root.namespace || '""', expected: cebNamespace });
  }

  const message: Omit<ReadMessage, 'bytes'> = {
    messageType,
    key: (mapping?.receiptOf && catalogue.message(mapping.receiptOf)?.key) || [],
    documents: [],
    subscriptions: [],
    others: {},
    notes: notes.found,
  };
  const guid = root.attributes.get('guid')?.trim();
  if (guid) message.guid = guid;
  const version = root.attributes.get('version')?.trim();
  if (version) message.version = version;
  if (mapping?.receiptOf) message.receiptOf = mapping.receiptOf;
  placeChildren(root, mapping, message, notes);
  return message;
}

function placeChildren(
  root: XmlElement,
  mapping: MessageMapping | undefined,
  message: Omit<ReadMessage, 'bytes'>,
  notes: Notes,
): void {
  const [business, ...rest] = mapping?.root ?? [];
  const unknown: XmlElement[] = [];
  let transfers = 0;
  for (const element of root.children) {
    const known = rest.find((node) => node.node === element.name);
    if (element.name === 'BaseTransfer') {
      if (++transfers === 1) message.transfer = nodeOf(element, known, element.name, notes);
    } else if (element.name === 'BaseSubscribe') {
      message.subscriptions.push(nodeOf(element, known, element.name, notes));
    } else if (element.name === 'Signature') {
      message.signature ??= readSignature(element);
    } else if (element.name === business?.node || (!business && element.name !== 'ExtendMessage')) {
      message.documents.push(nodeOf(element, business, element.name, notes));
    } else {
      unknown.push(element);
    }
  }
  if (transfers > 1) notes.add('D24', 'BaseTransfer', { count: String(transfers) });
  const wrapper = { name: root.name, namespace: '', attributes: new Map(), children: unknown, text: '' };
  message.others = nodeOf(wrapper, mapping && { node: root.name, repeat: '1', children: rest }, '', notes);
}

/** Turns an element into a node; what the mapping does not know is kept and noted. */
function nodeOf(
  element: XmlElement,
  mapping: NodeMapping | undefined,
  path: string,
  notes: Notes,
): MessageNode {
  const node: MessageNode = {};
  const groups = new Map<string, XmlElement[]>();
  for (const inner of element.children) {
    const group = groups.get(inner.name);
    if (group) group.push(inner);
    else groups.set(inner.name, [inner]);
  }
  for (const [name, group] of groups) {
    const place = path === '' ? name : `${path}/${name}`;
    const below = mapping?.children?.find((c) => c.node === name);
    const field = mapping?.fields?.some((f) => f.name === name) ?? false;
    const values = group.map((inner) => valueOf(inner, below, field, place, notes));
    const [first] = values;
    if (first === undefined) continue;
    if (mapping && !below && !field && !mapping.any) notes.add('D23', place, { element: name });
    const isList = below ? readRepeat(below.repeat).max > 1 : !field && values.length > 1;
    if (!isList && values.length > 1)
      notes.add('D24', place, { element: name, count: String(values.length) });
    node[name] = isList ? values : first;
  }
  return node;
}

function valueOf(
  element: XmlElement,
  below: NodeMapping | undefined,
  field: boolean,
  path: string,
  notes: Notes,
) {
  if (field || (!below && element.children.length === 0)) return element.text;
  return nodeOf(element, below, path, notes);
}

function readSignature(element: XmlElement): SignatureFacts {
  const algorithm = child(child(element, 'SignedInfo'), 'SignatureMethod')?.attributes.get('Algorithm') ?? '';
  const facts: SignatureFacts = { present: true };
  if (algorithm.endsWith('#sm2-sm3')) facts.suite = 'sm2-sm3';
  else if (algorithm.endsWith('#rsa-sha1')) facts.suite = 'rsa-sha1';
  const keyName = textOf(child(element, 'KeyInfo'), 'KeyName');
  if (keyName !== undefined) facts.keyName = keyName;
  return facts;
}

/** The exchange platform's own answer to a wrapper: one Response per reason, with the head it answers. */
function readDxpRep(root: XmlElement): Omit<ReadMessage, 'bytes'> {
  const notes = new Notes(dxpRep);
  const message: Omit<ReadMessage, 'bytes'> = {
    messageType: dxpRep,
    key: [],
    documents: root.children
      .filter((c) => c.name === 'Response')
      .map((c) => nodeOf(c, undefined, c.name, notes)),
    subscriptions: [],
    others: nodeOf(
      { ...root, children: root.children.filter((c) => c.children.length === 0) },
      undefined,
      '',
      notes,
    ),
    notes: notes.found,
  };
  const version = root.attributes.get('ver');
  if (version) message.version = version;
  const signature = child(root, 'Signature');
  if (signature) message.signature = readSignature(signature);
  return message;
}

/** Collects each note once per place, so that a hundred documents with one slip give one note; a hundred at most. */
class Notes {
  readonly found: Fault[] = [];
  readonly #seen = new Set<string>();
  static readonly most = 100;

  constructor(private readonly message: string) {}

  add(code: string, path: string, params: Record<string, string> = {}): void {
    const key = `${code} ${path}`;
    if (this.#seen.has(key) || this.found.length === Notes.most) return;
    this.#seen.add(key);
    this.found.push(makeFault(code, path, { message: this.message, element: path, ...params }));
  }
}
