import { readForm } from '../forms/readForm.js';
import type { Form } from '../forms/form.js';
import { textOf, type XmlElement } from '../xmlTree.js';
import type { Answer, Family, FamilyDocument } from './family.js';
import { formAnswer, isApplicationNo, numbersIn } from './formReceipts.js';
import { formMessage, unsigned } from './forms.js';
import type { StatusTable } from './statusTable.js';

export const APPLICATION = 'EEntDeclIo';

export interface CiqParts {
  form: Form;
  statuses: StatusTable;
}

/** 出境检验检疫申请: the application that comes before the declaration of inspected goods, and its receipts (Ciqresult). */
export function ciqFamily({ form, statuses }: CiqParts): Family {
  const message = formMessage(form, {
    // Usable once the electronic ledger (电子底账) is there; nothing else lets the declaration go.
    acceptance: { verdicts: ['accepted'] },
    declares: false,
    inspects: true,
    seal: unsigned(form, (document: FamilyDocument) => form.compose(document).data),
    isComplete: (document) => form.isComplete(document, 'draft'),
    check: (document) => form.check(document, 'draft'),
  });
  return {
    name: 'ciq',
    title: { zh: '检验检疫申请', en: 'Inspection applications' },
    statuses,
    message: (type) => (type === APPLICATION ? message : undefined),
    messages: () => [message],
    recognises: ({ name }) => name === APPLICATION || isResult(name),
    read: ({ root }) =>
      isResult(root.name)
        ? { messageType: 'Ciqresult', answers: [result(root)] }
        : { messageType: root.name, answers: [], form: readForm(form.mapping, root) },
  };
}

const isResult = (name: string): boolean => /^ciqresult$/i.test(name);

/** The table of codes is not complete: that an application came back is told by the words as well. */
const REFUSING = /退单|退回|不予受理|不受理|撤单|撤销|失败|错误|不合格/;

/**
 * Ciqresult: CusCiqNo is our number at first and 关检关联号 later, EntDealNo 检验检疫申请号 or 检验检疫编号, ClBlNo the number of
 * the electronic ledger. A status with `+` carries a ledger, one with `-` says in words that it was refused.
 */
function result(root: XmlElement): Answer {
  const cusCiqNo = textOf(root, 'CusCiqNo');
  const code = textOf(root, 'RspCodes') ?? '';
  const clBlNo = textOf(root, 'ClBlNo');
  const info = textOf(root, 'RspInfo');
  const own = isApplicationNo(cusCiqNo);
  const given = numbersIn([
    ['ciqRelationNo', own ? undefined : cusCiqNo],
    ['entDealNo', textOf(root, 'EntDealNo')],
    ['clBlNo', clBlNo],
  ]);
  const suffix = clBlNo !== undefined ? '+' : REFUSING.test(info ?? '') ? '-' : '';
  return formAnswer({
    messageType: 'Ciqresult',
    receiptOf: own ? APPLICATION : '',
    key: own ? [cusCiqNo] : [],
    numbers: own ? [] : given,
    gives: given,
    returnStatus: `${code}${suffix}`,
    time: textOf(root, 'OperTime'),
    info,
  });
}
