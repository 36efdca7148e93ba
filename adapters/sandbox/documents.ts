import { XmlElement, type XmlTreeNode } from 'libxml2-wasm';
import { messageTypes, type MessageType } from './data.js';

export const cebNamespace = 'http://www.chinaport.gov.cn/ceb';

interface Kind {
  document: 'order' | 'payment' | 'waybill' | 'list';
  /** Business node, the head inside it (absent: the node itself holds the fields) and the goods lines. */
  node: string;
  head?: string;
  lines?: string;
  /** Fields that identify the document to customs. */
  key: (fields: Fields) => string[];
  /** Field that may carry the sandbox's markers. */
  marker: string;
  receipt: string;
  receiptNode: string;
  /** Fields the receipt repeats, in the order of the specification; `preNo` and `invtNo` come from the sandbox. */
  echo: readonly string[];
}

export type Fields = Readonly<Record<string, string>>;

const field = (fields: Fields, name: string): string => fields[name] ?? '';

/** 电商平台 without a code is declared as 无; the order number is then unique for the seller only. */
export const orderKey = (fields: Fields): string[] =>
  field(fields, 'ebpCode') === '无'
    ? ['无', field(fields, 'ebcCode'), field(fields, 'orderNo')]
    : [field(fields, 'ebpCode'), field(fields, 'orderNo')];

export const kinds: Readonly<Record<MessageType, Kind>> = {
  CEB303Message: {
    document: 'order',
    node: 'Order',
    head: 'OrderHead',
    lines: 'OrderList',
    key: orderKey,
    marker: 'orderNo',
    receipt: 'CEB304Message',
    receiptNode: 'OrderReturn',
    echo: ['ebpCode', 'ebcCode', 'orderNo'],
  },
  CEB403Message: {
    document: 'payment',
    node: 'Receipts',
    key: (f) => [field(f, 'ebcCode'), field(f, 'orderNo'), field(f, 'payNo')],
    marker: 'orderNo',
    receipt: 'CEB404Message',
    receiptNode: 'ReceiptsReturn',
    echo: ['ebcCode', 'orderNo', 'payNo'],
  },
  CEB505Message: {
    document: 'waybill',
    node: 'Logistics',
    key: (f) => [field(f, 'logisticsCode'), field(f, 'logisticsNo')],
    marker: 'logisticsNo',
    receipt: 'CEB506Message',
    receiptNode: 'LogisticsReturn',
    echo: ['logisticsCode', 'logisticsNo'],
  },
  CEB603Message: {
    document: 'list',
    node: 'Inventory',
    head: 'InventoryHead',
    lines: 'InventoryList',
    key: (f) => [field(f, 'agentCode'), field(f, 'copNo')],
    marker: 'orderNo',
    receipt: 'CEB604Message',
    receiptNode: 'InventoryReturn',
    echo: ['agentCode', 'copNo', 'preNo', 'invtNo', 'ebcCode', 'ebpCode', 'orderNo', 'statisticsFlag'],
  },
};

export const isMessageType = (name: string): name is MessageType =>
  (messageTypes as readonly string[]).includes(name);

/** The head fields the sandbox looks at; the others are the schema's business. */
const headFields = new Set(
  'guid appType appStatus orderNo ebpCode ebcCode payNo logisticsCode logisticsNo copNo agentCode customsCode tradeMode statisticsFlag'.split(
    ' ',
  ),
);
const lineFields = new Set(['gnum', 'itemNo', 'qty']);

export interface Line {
  gnum: string;
  itemNo: string;
  qty: string;
}

export interface SandboxDocument {
  type: MessageType;
  guid: string;
  /** 1 新增, 2 变更, 3 删除. */
  appType: string;
  /** 1 暂存, 2 申报. */
  appStatus: string;
  /** The business key as one text; parts are joined by a character no field may hold. */
  key: string;
  /** The last part of the key, as shown in the texts of customs. */
  shownKey: string;
  fields: Fields;
  lines: Line[];
}

function* children(parent: XmlElement): Generator<XmlElement> {
  for (let node: XmlTreeNode | null = parent.firstChild; node; node = node.next)
    if (node instanceof XmlElement) yield node;
}

function readFields(parent: XmlElement, wanted: ReadonlySet<string>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const child of children(parent)) {
    const name = child.name;
    if (wanted.has(name)) fields[name] = child.content;
  }
  return fields;
}

/** Number of business nodes of the message, before its schema is checked. */
export function countDocuments(root: XmlElement, type: MessageType): number {
  let count = 0;
  for (const child of children(root)) if (child.name === kinds[type].node) count++;
  return count;
}

/** Reads the documents and the transfer node of a message. Works on the parsed tree; throws nothing. */
export function readDocuments(
  root: XmlElement,
  type: MessageType,
): { documents: SandboxDocument[]; dxpId: string | undefined } {
  const kind = kinds[type];
  const documents: SandboxDocument[] = [];
  let dxpId: string | undefined;
  for (const node of children(root)) {
    const name = node.name;
    if (name === 'BaseTransfer') dxpId = readFields(node, new Set(['dxpId'])).dxpId;
    if (name !== kind.node) continue;
    let fields: Record<string, string> = {};
    const lines: Line[] = [];
    if (kind.head === undefined) fields = readFields(node, headFields);
    else
      for (const part of children(node)) {
        if (part.name === kind.head) fields = readFields(part, headFields);
        else if (part.name === kind.lines)
          lines.push({ gnum: '', itemNo: '', qty: '', ...readFields(part, lineFields) });
      }
    const parts = kind.key(fields);
    documents.push({
      type,
      guid: field(fields, 'guid'),
      appType: field(fields, 'appType'),
      appStatus: field(fields, 'appStatus'),
      key: parts.join('\u0000'),
      shownKey: parts.at(-1) ?? '',
      fields,
      lines,
    });
  }
  return { documents, dxpId };
}
