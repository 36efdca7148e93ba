import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Form } from '../forms/form.js';
import type { FormData } from '../forms/compose.js';
import type { Stage } from '../forms/checkForm.js';
import { readForm } from '../forms/readForm.js';
import { child, textOf, type XmlElement } from '../xmlTree.js';
import type { Answer, Family, FamilyDocument, FamilyReading, Seal, SealingKey } from './family.js';
import { formAnswer, importResponse, isApplicationNo, numbersIn } from './formReceipts.js';
import { entriesOf, fieldOf, formMessage, nodeOf, onlyOne, proveForm, unsigned } from './forms.js';
import type { StatusTable } from './statusTable.js';

export const DECLARATION = 'DecMessage';

/**
 * How a declaration is signed that leaves as declared (操作类型 C, D). No public source says which string DecSign/Sign
 * signs; who switches this on has it from customs. `message`: the message itself, with an empty Sign.
 */
export type SignedText = 'message';

export interface DecParts {
  form: Form;
  statuses: StatusTable;
  /** True for an order whose goods are under inspection (涉检). */
  isInspected(order: FamilyDocument['order']): boolean;
  /** Left out, the gateway only stores drafts, which an operator declares on the web page of the single window. */
  signs?: SignedText | undefined;
}

/** 货物申报: goods declarations (报关单) with inspection data, and what customs says of them. */
export function decFamily({ form, statuses, isInspected, signs }: DecParts): Family {
  const data = (document: FamilyDocument): FormData => {
    const { data: filled } = form.compose(document);
    if (isInspected(document.order) && ledgerNumbers(filled).length === 0)
      throw new FaultError([makeFault('G04', 'declaration.DecLicenseDocus')]);
    return withAttachments(filled, document);
  };
  const message = formMessage(form, {
    acceptance: { verdicts: ['accepted', 'review', 'inspection', 'reviewed', 'released', 'cleared'] },
    declares: true,
    writesNumbers: ['clBlNo'],
    attaches: true,
    seal: signs === undefined ? unsigned(form, data) : signed(form, data),
    isComplete: (document) => form.isComplete(document, stageOf(form, document)),
    check: (document) => check(form, document, signs),
  });
  return {
    name: 'dec',
    title: { zh: '货物申报（报关单）', en: 'Goods declarations' },
    statuses,
    message: (type) => (type === DECLARATION ? message : undefined),
    messages: () => [message],
    recognises: ({ name }) => readers.has(name) || name === DECLARATION,
    read: ({ root }) => read(form, root),
  };
}

/** Numbers of electronic ledgers (电子底账) that a declaration names under licence document B. */
export const ledgerNumbers = (data: FormData): string[] =>
  entriesOf(data, 'DecLicenseDocus').flatMap((entry) =>
    fieldOf(entry, 'DocuCode') === 'B' ? (fieldOf(entry, 'CertCode') ?? []) : [],
  );

/** Names the files that leave with it: not structured, one entry each. */
function withAttachments(data: FormData, { attachments = [] }: FamilyDocument): FormData {
  if (attachments.length === 0) return data;
  const named = attachments.map(({ kind, name, fileName, size }) => ({
    EdocID: name,
    EdocCode: kind,
    EdocFomatType: 'US',
    EdocCopId: fileName.slice(0, 64),
    EdocSize: String(size),
  }));
  return { ...data, EdocRealation: [...entriesOf(data, 'EdocRealation'), ...named] };
}

const operTypeOf = (data: FormData): string => fieldOf(nodeOf(data, 'DecSign'), 'OperType') ?? 'G';
const leavesDeclared = (operType: string): boolean => ['A', 'B', 'C', 'D'].includes(operType);

const stageOf = (form: Form, document: FamilyDocument): Stage =>
  leavesDeclared(operTypeOf(form.compose(document).data)) ? 'declare' : 'draft';

function check(form: Form, document: FamilyDocument, signs: SignedText | undefined): Fault[] {
  const stage = stageOf(form, document);
  const faults = form.check(document, stage);
  if (stage === 'draft') return faults;
  const operType = operTypeOf(form.compose(document).data);
  // What is not established is said either way: as a refusal, or to those who declare all the same.
  const code = signs === undefined ? 'G05' : 'G11';
  return [...faults, makeFault(code, 'declaration.DecSign.OperType', { operType }, operType)];
}

/** Characters of DecSign/Sign. */
const MAX_SIGN = 200;

/** Signs what leaves as declared; a draft leaves as it is. */
function signed(form: Form, data: (document: FamilyDocument) => FormData): Seal {
  return {
    signature: 'other',
    async write(documents, _envelope, key) {
      const filled = data(onlyOne(documents));
      if (!leavesDeclared(operTypeOf(filled))) return form.write(filled);
      return form.write(await withSign(form, filled, key));
    },
    prove: (bytes) => proveForm(form, bytes),
  };
}

async function withSign(form: Form, data: FormData, key: SealingKey): Promise<FormData> {
  const { Sign: _none, ...open } = nodeOf(data, 'DecSign');
  const bytes = form.write({ ...data, DecSign: open });
  const sign = (await key.sign(bytes)).toString('base64');
  if (sign.length > MAX_SIGN)
    throw new FaultError([
      makeFault('G10', 'DecSign.Sign', { max: String(MAX_SIGN), length: String(sign.length) }),
    ]);
  return {
    ...data,
    DecSign: { ...open, Sign: sign, Certificate: fieldOf(open, 'Certificate') ?? key.keyName },
  };
}

/** What this family receives, by root. */
const readers: ReadonlyMap<string, (root: XmlElement) => Answer[]> = new Map([
  ['DecImportResponse', (root) => [importResponse(root, receiptOfResponse(root))]],
  ['DEC_RESULT', (root) => [result(root)]],
  ['DEC_DATA', (root) => oldResult(root)],
  ['TRN_RESULT', (root) => [transitResult(root)]],
]);

const receiptOfResponse = (root: XmlElement): string =>
  isApplicationNo(textOf(root, 'ClientSeqNo')) ? 'EEntDeclIo' : DECLARATION;

function read(form: Form, root: XmlElement): FamilyReading {
  const reader = readers.get(root.name);
  if (reader) return { messageType: root.name, answers: reader(root) };
  return { messageType: root.name, answers: [], form: readForm(form.mapping, root) };
}

/** DEC_RESULT: 报关单状态回执. It names the declaration by 关检关联号, and from acceptance on by 报关单号. */
function result(root: XmlElement): Answer {
  const entryId = textOf(root, 'ENTRY_ID');
  const numbers = numbersIn([
    ['cusCiqNo', textOf(root, 'CUS_CIQ_NO')],
    ['entryId', entryId],
  ]);
  return formAnswer({
    messageType: root.name,
    receiptOf: '',
    key: [],
    numbers,
    gives: numbers,
    returnStatus: textOf(root, 'CHANNEL') ?? '',
    time: textOf(root, 'NOTICE_DATE'),
    info: textOf(root, 'NOTE'),
    invtNo: entryId,
  });
}

/** DEC_DATA: the receipts of 2017–2018 (GB2312). Their NOTE may begin with the number of the data centre. */
function oldResult(root: XmlElement): Answer[] {
  return root.children
    .filter((element) => element.name === 'DEC_RESULT')
    .map((element) => {
      const note = textOf(element, 'NOTE');
      const entryId = textOf(element, 'ENTRY_ID');
      const numbers = numbersIn([
        ['seqNo', /^[A-Z]\d{17}(?!\d)/.exec(note ?? '')?.[0]],
        ['entryId', entryId],
        ['preSeqNo', textOf(element, 'SEQ_NO')],
      ]);
      return formAnswer({
        messageType: root.name,
        receiptOf: '',
        key: [],
        numbers,
        gives: numbers,
        returnStatus: textOf(element, 'CHANNEL') ?? '',
        time: textOf(element, 'NOTICE_DATE'),
        info: note,
        invtNo: entryId,
      });
    });
}

/** TRN_RESULT: 转关单回执; no table of its codes is known, they are stored and shown. */
function transitResult(root: XmlElement): Answer {
  const numbers = numbersIn([
    ['cusCiqNo', textOf(root, 'CUS_CIQ_NO')],
    ['trnPreId', textOf(root, 'SP_TRN_SEQ_NO')],
  ]);
  return formAnswer({
    messageType: root.name,
    receiptOf: '',
    key: [],
    numbers,
    gives: numbers,
    returnStatus: `transit:${textOf(root, 'PROC_RESULT') ?? ''}`,
    time: textOf(root, 'RESULT_NTC_DATE'),
    info: textOf(root, 'NOTE') ?? textOf(child(root, 'TRN_RESULT'), 'NOTE'),
  });
}
