import fieldNames from '../../../mappings/ceb-202205/fieldNames.json';
import type { Text } from '../api/types.js';
import type { Texts } from '../texts/index.js';

/** Filings as the mappings describe them, for forms: what a draft is made from, and the names of its fields. */
export interface FilingKind {
  message: string;
  title: Text;
  covers: 'bill' | 'list' | 'month' | 'filing';
  /** The filing a draft is made from, for `covers: filing`. */
  of: string | undefined;
  /** What only a person can say. */
  inputs: string[];
  /** Withdrawals and returns begin at the declaration they take back. */
  reverses: boolean;
}
export interface FilingField {
  name: string;
  zh: string;
  codes?: string;
  required?: boolean | undefined;
  /** Made by the gateway. */
  made: boolean;
}

interface KindFile {
  message: string;
  covers: FilingKind['covers'];
  of?: string;
  effect?: string;
  head: Record<string, unknown>;
}
interface NodeFile {
  each?: string;
  fields?: { name: string; zh: string; codes?: string; required?: unknown; from?: string }[];
  children?: NodeFile[];
}
interface MessageFile {
  message: string;
  title: Text;
  root: NodeFile[];
}

const kindFiles = import.meta.glob<KindFile>('../../../mappings/filings/CEB*.json', {
  eager: true,
  import: 'default',
});
const messageFiles = import.meta.glob<MessageFile>(
  [
    '../../../mappings/ceb-202205/messages/CEB{213,215,507,509,513,605,607}Message.json',
    '../../../mappings/ceb-202205/messages/CEB{623,625,701,711}Message.json',
  ],
  { eager: true, import: 'default' },
);
const messages = new Map(Object.values(messageFiles).map((file) => [file.message, file]));

export const filingKinds: FilingKind[] = Object.values(kindFiles).map((file) => ({
  message: file.message,
  title: messages.get(file.message)?.title ?? { zh: file.message, en: file.message },
  covers: file.covers,
  of: file.of,
  inputs: Object.entries(file.head).flatMap(([name, source]) => (source === `input.${name}` ? [name] : [])),
  reverses: file.effect !== undefined,
}));

export const filingKind = (message: string): FilingKind | undefined =>
  filingKinds.find((kind) => kind.message === message);

/**
 * The fields of a filing in the order of the message: those of the head, and those of its lines. Some messages have
 * them on the document itself, others in a head and a list below it.
 */
export function filingFields(message: string): { head: FilingField[]; list: FilingField[] } {
  const [document] = messages.get(message)?.root ?? [];
  const nodes = document ? [document, ...(document.children ?? [])] : [];
  const lines = nodes.filter(({ each }) => each === 'filing.list');
  return {
    head: nodes.filter((node) => !lines.includes(node)).flatMap(fieldsOf),
    list: lines.flatMap(fieldsOf),
  };
}

const MADE = new Set([
  'guid',
  'appType',
  'appTime',
  'appStatus',
  'copNo',
  'preNo',
  'msgCount',
  'msgSeqNo',
  'gnum',
]);

const fieldsOf = (node: NodeFile): FilingField[] =>
  (node.fields ?? []).map((field) => ({
    name: field.name,
    zh: field.zh,
    ...(field.codes ? { codes: field.codes } : {}),
    required: field.required === true,
    made: MADE.has(field.name),
  }));

const names: Readonly<Record<string, Text>> = fieldNames.names;
/** The numbers by which goods declarations, inspection applications and certificates are known, as their mappings call them. */
const NUMBERS_OF_FORMS: Readonly<Record<string, Text>> = {
  ClientSeqNo: { zh: '客户端报关单编号', en: 'Our number' },
  CopNo: { zh: '企业内部编号', en: 'Our number' },
  CertNo: { zh: '原产地证编号', en: 'Certificate number' },
  FileName: { zh: '文件名称', en: 'File name' },
};

/** What an element of a message is called, whatever message it stands in. */
export const fieldLabel = (name: string): Text =>
  names[name] ?? NUMBERS_OF_FORMS[name] ?? { zh: name, en: name };

export const hasFieldLabel = (name: string): boolean => names[name] !== undefined;

/** What people call a field, in both languages. */
export const filingLabel = (field: Pick<FilingField, 'name' | 'zh'>): Text => ({
  zh: field.zh,
  en: fieldLabel(field.name).en,
});

/** 1 新增, 2 变更, 3 删除 in words. */
export const appTypeText = (t: Texts['t'], appType: string): string =>
  appType === '2' || appType === '3' ? t(`filings.appType${appType}`) : t('filings.appType1');
