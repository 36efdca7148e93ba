import { readForm } from '../forms/readForm.js';
import type { Form } from '../forms/form.js';
import type { FormData } from '../forms/compose.js';
import type { Stage } from '../forms/checkForm.js';
import { textOf, type XmlElement } from '../xmlTree.js';
import { attachmentResult } from './cooFile.js';
import type { Answer, Family, FamilyDocument } from './family.js';
import { formAnswer, numbersIn } from './formReceipts.js';
import { fieldOf, formMessage, nodeOf, unsigned } from './forms.js';
import type { StatusTable } from './statusTable.js';

export const CERTIFICATE = 'Certificate';

export interface CooParts {
  form: Form;
  statuses: StatusTable;
}

/** 原产地证书: applications for certificates of origin, written from data of their own, and what the issuing side says. */
export function cooFamily({ form, statuses }: CooParts): Family {
  const message = formMessage(form, {
    acceptance: { verdicts: ['accepted'] },
    declares: false,
    seal: unsigned(form, (document: FamilyDocument) => form.compose(document).data),
    check: (document) => form.check(document, stageOf(form.compose(document).data)),
  });
  return {
    name: 'coo',
    title: { zh: '原产地证书', en: 'Certificates of origin' },
    statuses,
    message: (type) => (type === CERTIFICATE ? message : undefined),
    messages: () => [message],
    recognises: ({ name, namespace }) =>
      readers.has(name) || (name === CERTIFICATE && namespace === form.mapping.xml.namespace),
    read: ({ root }) => {
      const reader = readers.get(root.name);
      return reader
        ? { messageType: root.name, answers: [reader(root)] }
        : { messageType: root.name, answers: [], form: readForm(form.mapping, root) };
    },
  };
}

/** ApplyType 0 stores a draft (暂存), everything else declares. */
export const stageOf = (data: FormData): Stage =>
  fieldOf(nodeOf(data, 'CertificateHead'), 'ApplyType') === '0' ? 'draft' : 'declare';

/** FileRet: how the client took a file in. One that names a file answers an attachment and says nothing of the application. */
const fileResult = (root: XmlElement): Answer =>
  attachmentResult(root) ?? answer(root, `ret:${textOf(root, 'RetType') ?? ''}`, textOf(root, 'Note'));

/** Receipt: what the issuing authority decided (RepType); without it, how the single window took the application (Channel). */
function result(root: XmlElement): Answer {
  const [repType, channel] = [textOf(root, 'RepType'), textOf(root, 'Channel')];
  const words = [textOf(root, 'RepCode'), textOf(root, 'RepAddMsg') ?? textOf(root, 'Note')];
  return answer(
    root,
    repType === undefined ? `channel:${channel ?? ''}` : `rep:${repType}`,
    words.filter((word) => word !== undefined).join(' '),
    textOf(root, 'RspGenTime') ?? textOf(root, 'ReceiveTime') ?? textOf(root, 'SendTime'),
  );
}

/** What this family receives, by root. */
const readers: ReadonlyMap<string, (root: XmlElement) => Answer> = new Map([
  ['FileRet', fileResult],
  ['Receipt', result],
]);

function answer(root: XmlElement, returnStatus: string, info: string | undefined, time?: string): Answer {
  const certNo = textOf(root, 'CertNo') ?? '';
  return formAnswer({
    messageType: root.name,
    receiptOf: CERTIFICATE,
    key: [certNo.slice(0, MOST)],
    gives: numbersIn([['certNo', certNo === '' ? undefined : certNo]]),
    returnStatus,
    time,
    info,
  });
}

/** Characters of a key that is looked for; CertNo has 20. */
const MOST = 60;
