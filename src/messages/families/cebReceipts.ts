import type { Catalogue } from '../catalogue.js';
import { readFieldType } from '../fieldType.js';
import type { MessageMapping, NodeMapping } from '../mapping.js';
import { readReceipts, type ReadMessage, type ReceiptFact } from '../reader.js';
import type { Answer } from './family.js';

/** Characters of a field the mapping does not limit. */
const UNMAPPED = 2000;
/** Marks a text that was cut, so that what is left of a key can never be the key of a document. */
const CUT = '…';
const MAX_CODE = 30;
const MAX_GUID = 100;
/** The guid attribute of a message quoted inside a CEB900. */
const GUID = /\bguid="([^"]{36})"/;

/**
 * What the receipts in a CEB message answer. Texts longer than the mapping of the receipt allows are cut, numbers longer
 * than that are left out; none for messages that customs sends unasked.
 */
export function cebAnswers(
  read: ReadMessage,
  catalogue: Catalogue,
  givenField: (messageType: string) => string | undefined,
): Answer[] {
  const limits = limitsOf(catalogue.editions(read.messageType));
  return readReceipts(read).flatMap((receipt) => answerOf(receipt, limits, catalogue, givenField) ?? []);
}

function answerOf(
  receipt: ReceiptFact,
  limits: ReadonlyMap<string, number>,
  catalogue: Catalogue,
  givenField: (messageType: string) => string | undefined,
): Answer | undefined {
  const most = (name: string) => limits.get(name) ?? UNMAPPED;
  const text = (name: string, value: string) => cut(value, most(name));
  const number = (name: string, value: string | undefined) =>
    value === undefined || value.length > most(name) ? undefined : value;
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
  const key = receipt.receiptOf ? keyOf(receipt, receipt.receiptOf, catalogue) : undefined;
  if (!receipt.receiptOf || !key) return undefined;
  const given = givenField(receipt.receiptOf);
  return {
    ...common,
    receiptOf: receipt.receiptOf,
    // The receipt of a filing that was not split may leave out which part it answers.
    key: key.map((name) => text(name, receipt.fields[name]?.trim() || (name === 'msgSeqNo' ? '1' : ''))),
    givenNo: given === undefined ? undefined : number(given, receipt.fields[given]?.trim() || undefined),
  };
}

const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1)}${CUT}`;

/**
 * The key fields of the answered message: those in force, or where the receipt lacks one of them, those of another edition
 * all of which it has. Receipts do not say which edition they answer.
 */
function keyOf(receipt: ReceiptFact, answered: string, catalogue: Catalogue): readonly string[] | undefined {
  const has = (names: readonly string[]) => names.every((name) => receipt.fields[name]?.trim());
  const inForce = catalogue.message(answered)?.key;
  if (inForce && has(inForce)) return inForce;
  const others = catalogue.editions(answered).flatMap((mapping) => (mapping.key ? [mapping.key] : []));
  return others.find(has) ?? inForce ?? others[0];
}

/** Of the editions of a message, which never change. */
const limitsKnown = new WeakMap<readonly MessageMapping[], ReadonlyMap<string, number>>();

/** Characters each field of a receipt may have, in the edition that allows most. */
function limitsOf(editions: readonly MessageMapping[]): ReadonlyMap<string, number> {
  const known = limitsKnown.get(editions);
  if (known) return known;
  const limits = new Map<string, number>();
  const allow = (name: string, most: number) => limits.set(name, Math.max(most, limits.get(name) ?? 0));
  const add = (at: NodeMapping): void => {
    for (const field of at.fields ?? []) {
      const type = readFieldType(field.type);
      if (type.kind === 'text' && Number.isFinite(type.max)) allow(field.name, type.max);
      // A decimal point and a sign may stand beside the digits.
      if (type.kind === 'decimal' || type.kind === 'whole') allow(field.name, type.digits + 2);
    }
    for (const child of at.children ?? []) add(child);
  };
  for (const { root } of editions) if (root[0]) add(root[0]);
  limitsKnown.set(editions, limits);
  return limits;
}
