import { makeFault } from '../../src/base/faults.js';
import { readTime } from '../../src/base/clock.js';
import type { Answer, DocumentNumber, Family, FamilyMessage } from '../../src/messages/families/family.js';
import { StatusTable, statusTableSchema } from '../../src/messages/families/statusTable.js';
import { child, textOf } from '../../src/messages/xmlTree.js';
import { escapeText } from '../../src/messages/xmlText.js';

/**
 * A message family made up for the tests: a permit office that signs nothing, numbers its papers step by step and lets
 * customs and inspection speak side by side.
 */
const NAMESPACE = 'urn:example:permit';

const meaning = (text: string, rank: number, verdict: string, track = 'customs') => ({
  zh: text,
  en: text,
  phase: 'office',
  rank,
  verdict,
  track,
});

const statuses = new StatusTable(
  statusTableSchema.parse({
    source: 'made up for this test',
    validFrom: '2026-01-01',
    phases: ['office'],
    decides: ['rank', 'time'],
    statuses: {
      in: meaning('office has it', 1, 'received'),
      ok: meaning('office took it in', 2, 'accepted'),
      out: meaning('office lets it go', 5, 'released'),
      no: meaning('office refuses it', 9, 'refused'),
      look: meaning('inspectors look', 1, 'inspection', 'inspection'),
      fine: meaning('inspectors are content', 2, 'reviewed', 'inspection'),
    },
    unknown: meaning('no idea of {status}', 0, 'received'),
  }),
);

const permit: FamilyMessage = {
  type: 'PermitPaper',
  title: { zh: '许可申请', en: 'Permit application' },
  flow: 'export',
  limit: 1,
  envelope: 'file',
  acceptance: { statuses: ['ok'] },
  declares: false,
  writesNumbers: ['deskNo'],
  seal: {
    signature: 'none',
    write: (documents) => {
      const [only] = documents;
      const { own, goods } = only?.order as { own: string; goods: string };
      const desk = only?.numbers?.deskNo;
      return Buffer.from(
        `<PermitPaper xmlns="${NAMESPACE}"><own>${escapeText(own)}</own>` +
          (desk === undefined ? '' : `<desk>${escapeText(desk)}</desk>`) +
          `<goods>${escapeText(goods)}</goods></PermitPaper>`,
      );
    },
    prove: (bytes) =>
      bytes.includes('<goods></goods>') ? [makeFault('D12', 'goods', { message: 'PermitPaper' })] : [],
  },
  check: () => [],
};

const numbersOf = (pairs: readonly (readonly [string, string | undefined])[]): DocumentNumber[] =>
  pairs.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));

export const madeUpFamily: Family = {
  name: 'permit',
  title: { zh: '许可', en: 'Permits' },
  statuses,
  message: (type) => (type === permit.type ? permit : undefined),
  messages: () => [permit],
  recognises: ({ name, namespace }) => namespace === NAMESPACE && name === 'PermitAnswer',
  read({ root }) {
    const own = textOf(root, 'own');
    const at = textOf(root, 'at') ?? '';
    const answer: Answer = {
      messageType: 'PermitAnswer',
      receiptOf: own === undefined ? '' : permit.type,
      key: own === undefined ? [] : [own],
      guid: '',
      numbers: numbersOf([
        ['deskNo', textOf(root, 'desk')],
        ['sealNo', textOf(root, 'seal')],
      ]),
      gives: numbersOf([
        ['deskNo', textOf(child(root, 'gives'), 'desk')],
        ['sealNo', textOf(child(root, 'gives'), 'seal')],
      ]),
      returnStatus: textOf(root, 'status') ?? '',
      returnTime: readTime(at),
      returnTimeText: at,
      info: textOf(root, 'note') ?? '',
      infoCode: undefined,
      preNo: undefined,
      invtNo: undefined,
      givenNo: undefined,
    };
    return { messageType: 'PermitAnswer', answers: [answer] };
  },
};

/** An answer of the office as its file. */
export const officeAnswer = (fields: {
  own?: string;
  desk?: string;
  seal?: string;
  gives?: { desk?: string; seal?: string };
  status: string;
  at: string;
}): Buffer => {
  const { gives, ...plain } = fields;
  const elements = (of: Record<string, string | undefined>) =>
    Object.entries(of)
      .flatMap(([name, value]) => (value === undefined ? [] : [`<${name}>${value}</${name}>`]))
      .join('');
  return Buffer.from(
    `<o:PermitAnswer xmlns:o="${NAMESPACE}">${elements(plain)}${gives ? `<gives>${elements(gives)}</gives>` : ''}</o:PermitAnswer>`,
  );
};
