import type { Form } from '../forms/form.js';
import type { FormData } from '../forms/compose.js';
import { readForm } from '../forms/readForm.js';
import { textOf, type XmlElement } from '../xmlTree.js';
import type { Answer, Family, FamilyDocument } from './family.js';
import { formAnswer } from './formReceipts.js';
import { formMessage, nodeOf, unsigned } from './forms.js';
import type { StatusTable } from './statusTable.js';

export const ATTACHMENT = 'File';

export interface CooFileParts {
  form: Form;
  statuses: StatusTable;
}

/**
 * 原产地证附件: papers of an application for a certificate of origin, one a message, laid in a folder of their own (CooFile).
 * What answers them (FileRet) has the root of what answers applications, and is read there.
 */
export function cooFileFamily({ form, statuses }: CooFileParts): Family {
  const message = formMessage(form, {
    acceptance: { verdicts: ['accepted'] },
    declares: false,
    carries: true,
    seal: unsigned(form, (document) => withContent(form.compose(document).data, document)),
    check: (document) => form.check(document, 'draft'),
  });
  return {
    name: 'coofile',
    title: form.mapping.title,
    statuses,
    message: (type) => (type === ATTACHMENT ? message : undefined),
    messages: () => [message],
    recognises: ({ name, namespace }) =>
      name === form.mapping.message && namespace === form.mapping.xml.namespace,
    read: ({ root }) => ({ messageType: root.name, answers: [], form: readForm(form.mapping, root) }),
  };
}

function withContent(data: FormData, { content }: FamilyDocument): FormData {
  if (!content) throw new RangeError('an attachment leaves with its file');
  return { ...data, [ATTACHMENT]: { ...nodeOf(data, ATTACHMENT), FileContent: content.toString('base64') } };
}

/** FileRet that names a file: how this attachment was taken. Undefined for one that answers the application. */
export function attachmentResult(root: XmlElement): Answer | undefined {
  const fileName = textOf(root, 'FileName');
  if (fileName === undefined) return undefined;
  return formAnswer({
    messageType: root.name,
    receiptOf: ATTACHMENT,
    key: [(textOf(root, 'CertNo') ?? '').slice(0, MOST), fileName.slice(0, MOST)],
    returnStatus: `attachment:${textOf(root, 'RetType') ?? ''}`,
    info: textOf(root, 'Note'),
  });
}

/** Characters of each part of a key that is looked for; ours are shorter. */
const MOST = 200;
