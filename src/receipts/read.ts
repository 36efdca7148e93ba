import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { FilingKinds } from '../filings/kinds.js';
import { readPushed, type PushedKind } from '../filings/pushedKinds.js';
import type { Catalogue } from '../messages/catalogue.js';
import { readFieldType } from '../messages/fieldType.js';
import type { NodeMapping } from '../messages/mapping.js';
import { readMessage, readReceipts, type ReceiptFact as Read } from '../messages/reader.js';
import { storableText } from '../store/jsonb.js';
import type { ReadFile, ReceiptFact } from './facts.js';

export interface ReadContext {
  catalogue: Catalogue;
  kinds: FilingKinds;
  /** What customs sends unasked (汇总结果、税单). */
  pushedKinds: ReadonlyMap<string, PushedKind>;
}

/** Characters of a field the mapping does not limit. */
const UNMAPPED = 2000;
/** Marks a text that was cut, so that what is left of a key can never be the key of a document. */
const CUT = '…';
/** The guid attribute of a message quoted inside a CEB900. */
const GUID = /\bguid="([^"]{36})"/;

/**
 * Reads a file from the port: receipts, pushed messages, or the faults that say why it is neither. Texts longer than the
 * mapping of the receipt allows are cut, numbers longer than that are left out; the file itself stays as it came.
 */
export function readReceiptFile(bytes: Buffer, context: ReadContext): ReadFile {
  let messageType: string | null = null;
  try {
    const read = readMessage(bytes, context.catalogue);
    messageType = read.messageType;
    const limits = limitsOf(context.catalogue.message(messageType)?.root[0]);
    const facts = readReceipts(read).flatMap((receipt) => factOf(receipt, limits, context) ?? []);
    const kind = context.pushedKinds.get(messageType);
    const pushed = facts.length === 0 && kind ? readPushed(read, kind) : [];
    if (pushed.length > 0) return { messageType, pushed };
    if (facts.length > 0) return { messageType, facts };
    return { messageType, faults: [makeFault('D31', '', { messageType })] };
  } catch (error) {
    if (error instanceof FaultError) return { messageType, faults: [...error.faults] };
    throw error;
  }
}

function factOf(
  receipt: Read,
  limits: ReadonlyMap<string, number>,
  { catalogue, kinds }: ReadContext,
): ReceiptFact | undefined {
  const text = (name: string, value: string) => cut(value, limits.get(name) ?? UNMAPPED);
  const number = (name: string, value: string | undefined) =>
    value === undefined || value.length > (limits.get(name) ?? UNMAPPED) ? undefined : storableText(value);
  const common = {
    messageType: receipt.messageType,
    guid: text('guid', receipt.guid),
    returnStatus: text('returnStatus', receipt.returnStatus),
    returnTime: receipt.returnTime,
    returnTimeText: text('returnTime', receipt.returnTimeText),
    info: text('returnInfo', receipt.returnInfo),
    infoCode: receipt.infoCode === undefined ? undefined : cut(receipt.infoCode, MAX_CODE),
    preNo: number('preNo', receipt.preNo),
    invtNo: number('invtNo', receipt.invtNo),
    givenNo: undefined,
  };
  if (receipt.oriMessageType !== undefined) {
    const messageGuid = receipt.oriCopMsgId ?? GUID.exec(receipt.oriBizMessage ?? '')?.[1] ?? '';
    return {
      ...common,
      receiptOf: text('oriMessageType', receipt.oriMessageType),
      key: [],
      messageGuid: cut(messageGuid, MAX_GUID),
    };
  }
  const answered = receipt.receiptOf ? catalogue.message(receipt.receiptOf) : undefined;
  if (!receipt.receiptOf || !answered?.key) return undefined;
  const given = kinds.get(receipt.receiptOf)?.given;
  return {
    ...common,
    receiptOf: receipt.receiptOf,
    // The receipt of a filing that was not split may leave out which part it answers.
    key: answered.key.map((name) => text(name, receipt.key[name] ?? (name === 'msgSeqNo' ? '1' : ''))),
    givenNo: given === undefined ? undefined : number(given, receipt.fields[given]?.trim() || undefined),
  };
}

const MAX_CODE = 30;
const MAX_GUID = 100;

function cut(text: string, max: number): string {
  return storableText(text.length <= max ? text : `${text.slice(0, max - 1)}${CUT}`);
}

/** Characters each field of a receipt may have, from its mapping. */
function limitsOf(node: NodeMapping | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  const add = (at: NodeMapping): void => {
    for (const field of at.fields ?? []) {
      const type = readFieldType(field.type);
      if (type.kind === 'text' && Number.isFinite(type.max)) limits.set(field.name, type.max);
      // A decimal point and a sign may stand beside the digits.
      if (type.kind === 'decimal' || type.kind === 'whole') limits.set(field.name, type.digits + 2);
    }
    for (const child of at.children ?? []) add(child);
  };
  if (node) add(node);
  return limits;
}
