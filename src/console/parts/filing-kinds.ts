import type { Text } from '../api/types.js';

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

/** The fields of a filing in the order of the message: those of the head, and those of its lines. */
export function filingFields(message: string): { head: FilingField[]; list: FilingField[] } {
  const [top] = messages.get(message)?.root ?? [];
  const [head, list] = top?.children ?? [];
  return { head: fieldsOf(head), list: fieldsOf(list) };
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

const fieldsOf = (node: NodeFile | undefined): FilingField[] =>
  (node?.fields ?? []).map((field) => ({
    name: field.name,
    zh: field.zh,
    ...(field.codes ? { codes: field.codes } : {}),
    required: field.required === true,
    made: MADE.has(field.name),
  }));

/** The Chinese name with the element name, or the element name alone: the messages name their fields in Chinese only. */
export const filingLabel = (field: Pick<FilingField, 'name' | 'zh'>): Text => ({
  zh: field.zh,
  en: field.name,
});
