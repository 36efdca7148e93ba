import { readTime } from '../base/clock.js';
import type { MessageNode, ReadMessage } from './reader.js';

/** What one receipt says of one document. */
export interface ReceiptFact {
  /** The receipt's own type, for example `CEB604Message`. */
  messageType: string;
  /** The type of the message it answers; undefined for CEB900 and for receipts without mapping. */
  receiptOf?: string;
  /** Position in the message, from 0: one message may answer a hundred documents. */
  index: number;
  guid: string;
  /** The fields that tell which document is meant, as far as the receipt echoes them. */
  key: Record<string, string>;
  returnStatus: string;
  /** UTC; undefined when the text names no moment. */
  returnTime?: Date;
  /** As received: yyyyMMddHHmmssSSS (or without milliseconds) in Asia/Shanghai. */
  returnTimeText: string;
  returnInfo: string;
  /** Every `[Code:…;Desc:…]` of returnInfo in its order; the first is also given as infoCode and infoText. */
  infos: { code: string; text: string }[];
  infoCode?: string;
  infoText?: string;
  preNo?: string;
  invtNo?: string;
  /** CEB900 only: type and copMsgId of the message that could not be read, and its text. */
  oriMessageType?: string;
  oriCopMsgId?: string;
  oriBizMessage?: string;
  /** All fields of the receipt as received. */
  fields: Record<string, string>;
}

/**
 * The receipts in a message, in their order; none for messages that carry no returnStatus (792, 816, 818, DxpRep).
 * Values are trimmed, except `fields` and `oriBizMessage`.
 */
export function readReceipts(read: ReadMessage): ReceiptFact[] {
  return read.documents.flatMap((document, index) => {
    const fields = fieldsOf(document);
    return fields.returnStatus === undefined ? [] : [readReceipt(read, index, fields, fields.returnStatus)];
  });
}

function readReceipt(
  read: ReadMessage,
  index: number,
  fields: Record<string, string>,
  returnStatus: string,
): ReceiptFact {
  const value = (name: string) => fields[name]?.trim() || undefined;
  const returnTimeText = value('returnTime') ?? '';
  const returnInfo = value('returnInfo') ?? '';
  const infos = readInfos(returnInfo);
  const key: Record<string, string> = {};
  for (const name of read.key) {
    const text = value(name);
    if (text !== undefined) key[name] = text;
  }
  return {
    messageType: read.messageType,
    receiptOf: read.receiptOf,
    index,
    guid: value('guid') ?? '',
    key,
    returnStatus: returnStatus.trim(),
    returnTime: readTime(returnTimeText),
    returnTimeText,
    returnInfo,
    infos,
    infoCode: infos[0]?.code,
    infoText: infos[0]?.text,
    preNo: value('preNo'),
    invtNo: value('invtNo'),
    oriMessageType: value('oriMessageType'),
    oriCopMsgId: value('oriCopMsgId'),
    oriBizMessage: fields.oriBizMessage,
    fields,
  };
}

/** The texts of a node and of the once-only nodes in it; lists are left out. */
function fieldsOf(node: MessageNode): Record<string, string> {
  if (isFlat(node)) return node;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(node)) {
    if (typeof value === 'string') fields[name] ??= value;
    else if (!Array.isArray(value)) for (const [k, v] of Object.entries(fieldsOf(value))) fields[k] ??= v;
  }
  return fields;
}

/** True for a node that holds texts only, as receipts do. */
function isFlat(node: MessageNode): node is Record<string, string> {
  for (const name in node) if (typeof node[name] !== 'string') return false;
  return true;
}

/** Characters of returnInfo that are searched for codes; the specification allows 1,000. */
const MAX_INFO = 4000;

/** `[Code:1800;Desc:逻辑校验通过]`, one or several; a text ends at the bracket before the next code or the end. */
function readInfos(returnInfo: string): { code: string; text: string }[] {
  return returnInfo
    .slice(0, MAX_INFO)
    .split('[Code:')
    .slice(1)
    .flatMap((part) => {
      const end = part.lastIndexOf(']');
      const [code, ...rest] = part.slice(0, Math.max(0, end)).split(';');
      const text = rest.join(';').trim();
      const whole = end >= 0 && part.slice(end + 1).trim() === '' && text.startsWith('Desc:');
      return whole && !code?.includes(']') ? [{ code: (code ?? '').trim(), text: text.slice(5).trim() }] : [];
    });
}
