import { XmlElement, type XmlTreeNode } from 'libxml2-wasm';
import { keyOf, keyParts, type Fields, type Kind } from './kinds.js';

export const cebNamespace = 'http://www.chinaport.gov.cn/ceb';

/** A third party that asked for a copy: RET of the receipts, DATA of the message, ALL of both. */
export interface Subscription {
  status: string;
  dxpAddress: string;
}

export interface SandboxDocument {
  kind: Kind;
  guid: string;
  /** 1 新增, 2 变更, 3 删除. */
  appType: string;
  /** 1 暂存, 2 申报. */
  appStatus: string;
  key: string;
  /** The part of the key a person knows the document by, as shown in the texts of customs. */
  shownKey: string;
  fields: Fields;
  lines: readonly Fields[];
}

/** The elements directly within another; texts and comments are passed over. */
export function* children(parent: XmlElement): Generator<XmlElement> {
  for (let node: XmlTreeNode | null = parent.firstChild; node; node = node.next)
    if (node instanceof XmlElement) yield node;
}

/** The wanted children of an element by name, as text; of a repeated one the last. */
export function readFields(parent: XmlElement, wanted: ReadonlySet<string>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const child of children(parent)) {
    const name = child.name;
    if (wanted.has(name)) fields[name] = child.content;
  }
  return fields;
}

/** Number of business nodes of the message, before its schema is checked. */
export function countDocuments(root: XmlElement, kind: Kind): number {
  let count = 0;
  for (const child of children(root)) if (child.name === kind.node) count++;
  return count;
}

const transferFields = new Set(['dxpId']);
const subscribeFields = new Set(['status', 'dxpAddress']);

/** Reads the documents, the transfer node and the subscriptions of a message. Works on the parsed tree; throws nothing. */
export function readDocuments(
  root: XmlElement,
  kind: Kind,
): { documents: SandboxDocument[]; dxpId: string | undefined; subscriptions: Subscription[] } {
  const documents: SandboxDocument[] = [];
  const subscriptions: Subscription[] = [];
  let dxpId: string | undefined;
  for (const node of children(root)) {
    const name = node.name;
    if (name === 'BaseTransfer') dxpId = readFields(node, transferFields).dxpId;
    else if (name === 'BaseSubscribe')
      subscriptions.push({ status: '', dxpAddress: '', ...readFields(node, subscribeFields) });
    else if (name === kind.node) documents.push(readDocument(node, kind));
  }
  return { documents, dxpId, subscriptions };
}

function readDocument(node: XmlElement, kind: Kind): SandboxDocument {
  let fields: Record<string, string> = {};
  const lines: Fields[] = [];
  if (kind.head === undefined) fields = readFields(node, kind.headFieldSet);
  else
    for (const part of children(node)) {
      const name = part.name;
      if (name === kind.head) fields = readFields(part, kind.headFieldSet);
      else if (name === kind.lines) lines.push(readFields(part, kind.lineFieldSet));
    }
  const { guid = '', appType = '', appStatus = '' } = fields;
  const shown = keyParts(kind, fields).filter((_, i) => kind.key[i] !== 'msgSeqNo');
  return {
    kind,
    guid,
    appType,
    appStatus,
    key: keyOf(kind, fields),
    shownKey: shown.at(-1) ?? '',
    fields,
    lines,
  };
}
