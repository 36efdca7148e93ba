import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';
import type { CodeTables } from '../messages/codes.js';
import { readFieldType, readRepeat } from '../messages/fieldType.js';
import type { FieldMapping, MessageMapping, NodeMapping } from '../messages/mapping.js';
import type { FieldDictionary } from './fields.js';

/** One element of a message as the field reference explains it. */
export interface FieldReference {
  /** Place in the message: `Inventory/InventoryHead/orderNo`. */
  path: string;
  /** Chinese name of the specification, and the English one. */
  zh: string;
  en: string;
  /** Short form of the specification (`C..60`), and what it says. */
  type: string;
  typeText: Text;
  required: boolean;
  /** Regimes that require it although others must leave it out. */
  requiredIn: readonly string[];
  /** The code table of its values. */
  codes: { table: string; title: Text } | null;
  /** Where the value comes from; empty for what we only read. */
  from: { path: string; text: Text }[];
  fixed: string | null;
  default: string | null;
  /** What the specification says of it, which is Chinese; in English what the order's dictionary says. */
  description: string;
  descriptionEn: string;
}

/** What the reference needs besides the mapping. */
export interface ReferenceSources {
  fields: FieldDictionary;
  codes: CodeTables;
}

export type Language = keyof Text;

const namesSchema = z.object({ names: z.record(z.string(), textSchema) });

/** Every element of a message, in the order of the message; the signature and foreign content are left out. */
export function messageReference(mapping: MessageMapping, sources: ReferenceSources): FieldReference[] {
  const rows: FieldReference[] = [];
  const visit = (node: NodeMapping, at: string, names: ReadonlyMap<string, string>) => {
    const path = at === '' ? node.node : `${at}/${node.node}`;
    const inner =
      node.each && node.as ? new Map([...names, [node.as, `${longPath(node.each, names)}[]`]]) : names;
    for (const field of node.fields ?? []) rows.push(fieldOf(field, path, inner, sources));
    for (const child of node.children ?? []) visit(child, path, inner);
  };
  for (const node of mapping.root) visit(node, '', new Map());
  return rows;
}

/** `line.qty` in full: `order.lines[].qty`. */
function longPath(path: string, names: ReadonlyMap<string, string>): string {
  const [head = '', ...rest] = path.split('.');
  return [names.get(head) ?? head, ...rest].join('.');
}

function fieldOf(
  field: FieldMapping,
  at: string,
  names: ReadonlyMap<string, string>,
  { fields, codes }: ReferenceSources,
): FieldReference {
  const paths = field.from === undefined ? [] : [field.from].flat().map((path) => longPath(path, names));
  return {
    path: `${at}/${field.name}`,
    zh: field.zh,
    en: englishName(field.name),
    type: field.type,
    typeText: typeText(field.type),
    required: field.required,
    requiredIn: field.requiredIn ?? [],
    codes: field.codes === undefined ? null : { table: field.codes, title: codes.get(field.codes).title },
    from: paths.map((path) => ({ path, text: sourceText(path, fields) })),
    fixed: field.fixed ?? null,
    default: field.default ?? null,
    description: field.desc ?? '',
    descriptionEn: helpOf(paths, fields),
  };
}

let names: Readonly<Record<string, Text>> | undefined;

/** The English name of an element; one without a name in the table is told by its own words: `returnStatus` → Return status. */
function englishName(element: string): string {
  names ??= namesSchema.parse(
    JSON.parse(readFileSync(mappingPath('ceb-202205', 'fieldNames.json'), 'utf8')),
  ).names;
  const known = names[element]?.en;
  if (known) return known;
  const words = element.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the order's dictionary says of the first field a value comes from; the specification itself is Chinese only. */
function helpOf(paths: readonly string[], fields: FieldDictionary): string {
  for (const path of paths) {
    const help = path.startsWith('order.')
      ? fields.byPath.get(path.slice('order.'.length))?.help.en
      : undefined;
    if (help) return help;
  }
  return '';
}

const gatewayTexts: Readonly<Record<string, Text>> = {
  document: { zh: '由网关填写', en: 'filled by the gateway' },
  transfer: { zh: '传输设置', en: 'transport settings' },
  filing: { zh: '报送数据', en: 'data of the filing' },
};

function sourceText(path: string, fields: FieldDictionary): Text {
  const [root = '', ...rest] = path.split('.');
  const header = root === 'order' ? fields.byPath.get(rest.join('.'))?.header : undefined;
  return header ?? gatewayTexts[root] ?? { zh: path, en: path };
}

/** A type in words: `C..60` is 至多 60 个字符. */
export function typeText(type: string): Text {
  const read = readFieldType(type);
  switch (read.kind) {
    case 'int':
      return { zh: '整数', en: 'whole number' };
    case 'whole':
      return { zh: `至多 ${read.digits} 位整数`, en: `whole number of up to ${read.digits} digits` };
    case 'decimal':
      return {
        zh: `至多 ${read.digits - read.fraction} 位整数、${read.fraction} 位小数`,
        en: `up to ${read.digits - read.fraction} digits before and ${read.fraction} after the point`,
      };
    case 'text':
      if (read.max === Infinity) return { zh: '文本，长度不限', en: 'text of any length' };
      if (read.min === read.max) return { zh: `${read.max} 个字符`, en: `${read.max} characters` };
      return read.min > 0
        ? { zh: `${read.min} 至 ${read.max} 个字符`, en: `${read.min} to ${read.max} characters` }
        : { zh: `至多 ${read.max} 个字符`, en: `up to ${read.max} characters` };
  }
}

/** Whether an element must be filled, in words. */
export function requiredText({ required, requiredIn }: FieldReference): Text {
  if (required) return { zh: '必填', en: 'required' };
  if (requiredIn.length === 0) return { zh: '', en: '' };
  return {
    zh: `${requiredIn.join('、')} 必填，其他监管方式不填`,
    en: `required under ${requiredIn.join(', ')}, left out otherwise`,
  };
}

/** Where a value comes from, in words: the fixed value, the first filled of its sources, the default. */
export function originText(row: FieldReference): Text {
  if (row.fixed !== null) return { zh: `固定为 ${row.fixed}`, en: `always ${row.fixed}` };
  const part = (language: Language) =>
    row.from
      .map(({ path, text }) => `${text[language]} \`${path}\``)
      .join(language === 'zh' ? '，否则 ' : ', else ');
  const [zh, en] = [part('zh'), part('en')];
  if (row.default === null) return { zh, en };
  return { zh: `${zh}，否则 ${row.default}`, en: `${en}, else ${row.default}` };
}

const columns: readonly { header: Text; cell(row: FieldReference, language: Language): string }[] = [
  { header: { zh: '元素', en: 'Element' }, cell: (row) => `\`${row.path}\`` },
  { header: { zh: '名称', en: 'Name' }, cell: (row, language) => row[language] },
  { header: { zh: '类型', en: 'Type' }, cell: (row, language) => `${row.type} ${row.typeText[language]}` },
  { header: { zh: '必填', en: 'Required' }, cell: (row, language) => requiredText(row)[language] },
  {
    header: { zh: '代码表', en: 'Codes' },
    cell: (row, language) => (row.codes ? `${row.codes.title[language]} \`${row.codes.table}\`` : ''),
  },
  { header: { zh: '取值', en: 'Value from' }, cell: (row, language) => originText(row)[language] },
  {
    header: { zh: '说明', en: 'Description' },
    cell: (row, language) => (language === 'zh' ? row.description : row.descriptionEn),
  },
];

/** A message we only read has no column for where values come from. */
const shownColumns = (mapping: MessageMapping) =>
  columns.filter(({ header }) => mapping.direction === 'send' || header.en !== 'Value from');

/** The columns of the reference as texts, header first. */
export function referenceTable(
  mapping: MessageMapping,
  sources: ReferenceSources,
  language: Language,
): string[][] {
  const shown = shownColumns(mapping);
  const rows = messageReference(mapping, sources);
  return [
    shown.map(({ header }) => header[language]),
    ...rows.map((row) => shown.map(({ cell }) => cell(row, language))),
  ];
}

const cellText = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ')
    .trim();

/** The reference of a message as Markdown. */
export function referenceMarkdown(
  mapping: MessageMapping,
  sources: ReferenceSources,
  language: Language = 'zh',
): string {
  const [, ...rows] = referenceTable(mapping, sources, language);
  const header = shownColumns(mapping).map(({ header: text }) => `${text.zh} / ${text.en}`);
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [
    `# ${mapping.message} ${mapping.title.zh} / ${mapping.title.en}`,
    '',
    ...facts(mapping).map(([zh, en, value]) => `- ${zh} / ${en}: ${value}`),
    '',
    line(header),
    `|${header.map(() => ' --- |').join('')}`,
    ...rows.map(line),
    '',
  ].join('\n');
}

function facts(mapping: MessageMapping): [zh: string, en: string, value: string][] {
  const [business] = mapping.root;
  const { max } = readRepeat(business?.repeat ?? '1');
  const names = (values: readonly string[] | undefined) => (values ?? []).map((v) => `\`${v}\``).join('、');
  const link = (message: string | undefined) => (message === undefined ? '' : `[${message}](${message}.md)`);
  const all: [string, string, string][] = [
    ['版本', 'Edition', `${mapping.edition}（${mapping.validFrom}）`],
    ['方向', 'Direction', mapping.direction === 'send' ? '发送 / sent' : '接收 / received'],
    ['回执', 'Receipt', link(mapping.receipt)],
    ['应答的报文', 'Answers', link(mapping.receiptOf)],
    ['每个报文的单证数', 'Documents a message', max === Infinity ? '不限 / any' : `${max}`],
    ['责任主体', 'Answered for by', names(mapping.responsible ?? (mapping.filing && [mapping.filing.code]))],
    ['识别字段', 'Identified by', names(mapping.key)],
    ['依据', 'Source', mapping.source],
  ];
  return all.filter(([, , value]) => value !== '');
}

/** The page that lists all messages. */
export function referenceIndex(mappings: readonly MessageMapping[]): string {
  const flows: Readonly<Record<MessageMapping['flow'], string>> = {
    export: '出口 / export',
    import: '进口 / import',
    any: '通用 / both',
  };
  return [
    '# 报文字段 / Message reference',
    '',
    '由映射文件生成（`gateway docs`），请勿手工修改。 Generated from the mappings by `gateway docs`; do not edit.',
    '',
    '| 报文 / Message | 名称 / Name | 方向 / Flow | 收发 / Direction | 回执 / Receipt |',
    '| --- | --- | --- | --- | --- |',
    ...mappings.map((m) => {
      const direction = m.direction === 'send' ? '发送 / sent' : '接收 / received';
      const receipt = m.receipt === undefined ? '' : `[${m.receipt}](${m.receipt}.md)`;
      return `| [${m.message}](${m.message}.md) | ${m.title.zh} / ${m.title.en} | ${flows[m.flow]} | ${direction} | ${receipt} |`;
    }),
    '',
  ].join('\n');
}

/** Every page of `docs/messages` by file name. */
export function referencePages(
  mappings: readonly MessageMapping[],
  sources: ReferenceSources,
): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', referenceIndex(mappings)],
    ...mappings.map((m): [string, string] => [`${m.message}.md`, referenceMarkdown(m, sources)]),
  ]);
}
