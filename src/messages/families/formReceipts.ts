import { readTime } from '../../base/clock.js';
import { textOf, type XmlElement } from '../xmlTree.js';
import type { Answer, DocumentNumber } from './family.js';

/** Characters of a number: the longest of theirs has 32. */
const MAX_NUMBER = 60;
const MAX_INFO = 2000;

/** Numbers that are filled and short enough to be some. */
export const numbersIn = (
  pairs: readonly (readonly [kind: string, value: string | undefined])[],
): DocumentNumber[] =>
  pairs.flatMap(([kind, value]) =>
    value === undefined || value.length > MAX_NUMBER ? [] : [{ kind, value }],
  );

/**
 * The moment a receipt names, in any of the ways seen (`2023-06-01T20:58:36`, `20180208T15032200`, `2023-06-01 20:58:36`),
 * read as Asia/Shanghai.
 */
export function noticeTime(text: string | undefined): Date | undefined {
  const digits = text?.replace(/\D/g, '') ?? '';
  return digits.length >= 14 ? readTime(digits.slice(0, 14)) : undefined;
}

/** An answer of these families, filled as far as all of theirs are alike. */
export const formAnswer = (
  own: Pick<Answer, 'messageType' | 'receiptOf' | 'key' | 'returnStatus'> & {
    numbers?: readonly DocumentNumber[];
    gives?: readonly DocumentNumber[];
    time?: string | undefined;
    info?: string | undefined;
    invtNo?: string | undefined;
    preNo?: string | undefined;
  },
): Answer => ({
  messageType: own.messageType,
  receiptOf: own.receiptOf,
  key: own.key,
  guid: '',
  ...(own.numbers ? { numbers: own.numbers } : {}),
  ...(own.gives ? { gives: own.gives } : {}),
  returnStatus: own.returnStatus.slice(0, 30),
  returnTime: noticeTime(own.time),
  returnTimeText: own.time ?? '',
  info: (own.info ?? '').slice(0, MAX_INFO),
  infoCode: undefined,
  preNo: own.preNo,
  invtNo: own.invtNo,
  givenNo: undefined,
});

/** Numbers of our own: of a declaration 18 digits, of an application what begins with SQ. */
export const isDeclarationNo = (text: string | undefined): text is string =>
  text !== undefined && /^\d{18}$/.test(text);
export const isApplicationNo = (text: string | undefined): text is string =>
  text !== undefined && /^SQ\d{6}[0-9A-Z]{10}$/.test(text);

/** `Failed_DecMessage_<guid of the message>_<moment>.xml`: how the import client names what it could not take. */
const FAILED =
  /^(?:.*\/)?Failed_([A-Za-z][A-Za-z0-9]*)_([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})/;

/**
 * The import client's own failure (`Failed_…`): a file of a shape of its own (Root, failCode) that names what it answers by
 * its file name alone. Undefined for every other file.
 */
export function failedImport(
  root: XmlElement,
  origin: string,
): { messageOf: string; answer: Answer } | undefined {
  const [, messageOf, guid] = FAILED.exec(origin) ?? [];
  if (messageOf === undefined || guid === undefined || root.name === 'DecImportResponse') return undefined;
  const texts = root.children.map((c) => c.text.trim()).filter((text) => text !== '');
  const code = textOf(root, 'failCode') ?? textOf(root, 'FailCode') ?? 'failed';
  return {
    messageOf,
    answer: {
      ...formAnswer({
        messageType: 'Failed',
        receiptOf: messageOf,
        key: [],
        returnStatus: `response:${code === '0' ? 'failed' : code}`,
        info: textOf(root, 'failInfo') ?? texts.join(' '),
      }),
      messageGuid: guid.toUpperCase(),
    },
  };
}

/**
 * DecImportResponse: how the single window took a file in (导入客户端技术回执). It answers what its ClientSeqNo names, a
 * declaration or an application, and gives the number of the data centre (统一编号).
 */
export function importResponse(root: XmlElement, receiptOf: string): Answer {
  const clientSeqNo = textOf(root, 'ClientSeqNo') ?? '';
  const seqNo = textOf(root, 'SeqNo');
  const code = textOf(root, 'ResponseCode') ?? '';
  return formAnswer({
    messageType: root.name,
    receiptOf,
    key: [clientSeqNo.slice(0, MAX_NUMBER)],
    // Customs' receipts name the declaration by the same number as 关检关联号.
    gives: numbersIn([
      ['seqNo', seqNo],
      ['cusCiqNo', seqNo],
      ['trnPreId', textOf(root, 'TrnPreId')],
    ]),
    returnStatus: `response:${code}`,
    info: textOf(root, 'ErrorMessage'),
    preNo: seqNo,
  });
}
