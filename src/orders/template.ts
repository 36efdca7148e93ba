import { stringify } from 'csv-stringify/sync';
import { workbookOf, type Cell, type CellRow, type WorkbookSheet } from '../base/workbook.js';
import type { Text } from '../terms/text.js';
import { escapeFormula } from './cellText.js';
import type { Field, FieldDictionary } from './fields.js';
import { regimeFields, type RegimeField } from './regimeFields.js';
import type { MessageMappings, Regime } from './regimes.js';

/** What the template shows of code tables; the message catalogue's tables have it. */
export interface CodeTexts {
  get(table: string): {
    title: Text;
    values: ReadonlyMap<string, unknown>;
    text(code: string): Text | undefined;
  };
}

export interface TemplateSources {
  fields: FieldDictionary;
  messages: MessageMappings;
  codes: CodeTexts;
}

/** Tables with more entries than this are named in the template, not listed. */
const longestList = 400;
/** Rows below the sample that are prepared as text, so that Excel keeps long numbers and leading zeros. */
const preparedRows = 500;

const requiredColour = '#FCE4D6';
const headerColour = '#DDEBF7';

const formatTexts: Record<Field['format'], Text> = {
  text: { zh: '文本', en: 'text' },
  code: { zh: '代码', en: 'code' },
  decimal: { zh: '小数', en: 'decimal' },
  integer: { zh: '整数', en: 'whole number' },
  instant: { zh: '时间', en: 'time' },
  date: { zh: '日期', en: 'date' },
};

/**
 * The import template of a regime as .xlsx: sheet 订单 with Chinese headers (required ones marked `*` and coloured) and
 * one sample order of two goods lines, sheet 填写说明 that explains every column, sheet 代码表 with the short code
 * tables. Only columns that the regime's documents use. The sample is accepted as it stands.
 */
export const makeTemplate = (regime: Regime, sources: TemplateSources): Promise<Buffer> =>
  workbookOf(templateSheets(regime, sources));

/** The sheets of the template. */
export function templateSheets(regime: Regime, sources: TemplateSources): WorkbookSheet[] {
  const columns = regimeFields(regime, sources.fields, sources.messages);
  const rows = sampleRows(columns, regime);
  const header = columns.map((column): Cell => ({
    value: headerText(column),
    fontWeight: 'bold',
    backgroundColor: column.required ? requiredColour : headerColour,
  }));
  const asText = (value: string): Cell => ({ value, format: '@' });
  const prepared = Array.from({ length: preparedRows }, () => columns.map(() => asText('')));
  const orders: CellRow[] = [header, ...rows.map((row) => row.map(asText)), ...prepared];
  const widths = columns.map(({ field }, i) => {
    const longest = Math.max(
      ...[headerText(columns[i] as RegimeField), field.example].map((text) => displayWidth(text)),
    );
    return { width: Math.min(40, Math.max(10, longest + 2)) };
  });
  return [
    { sheet: '订单', data: orders, columns: widths, stickyRowsCount: 1 },
    {
      sheet: '填写说明',
      data: explanation(columns, regime, sources),
      columns: explanationWidths,
      stickyRowsCount: 1,
    },
    {
      sheet: '代码表',
      data: codeLists(columns, sources),
      columns: [16, 12, 32, 40].map((width) => ({ width })),
      stickyRowsCount: 1,
    },
  ];
}

/** The template as CSV: UTF-8 with a byte order mark (so that Excel shows Chinese), header and the sample order. */
export function makeCsvTemplate(regime: Regime, sources: TemplateSources): Buffer {
  const columns = regimeFields(regime, sources.fields, sources.messages);
  const rows = [columns.map(headerText), ...sampleRows(columns, regime).map((row) => row.map(escapeFormula))];
  return Buffer.from(stringify(rows, { bom: true, record_delimiter: 'windows' }));
}

const headerText = (column: RegimeField): string => column.field.header.zh + (column.required ? '*' : '');

/** Chinese characters are twice as wide as Latin ones. */
const displayWidth = (text: string): number => [...text].reduce((n, c) => n + (c > '\u2e80' ? 2 : 1), 0);

/** The second goods line of the sample; the first one and the order are the examples of the dictionary. */
const secondLine: Readonly<Record<string, string>> = {
  'lines[].gnum': '2',
  'lines[].itemNo': 'SKU-1002',
  'lines[].itemName': '木制拼图',
  'lines[].gcode': '9503006000',
  'lines[].gname': '智力玩具',
  'lines[].gmodel': '椴木|无品牌|24片',
  'lines[].qty': '3',
  'lines[].unit': '006',
  'lines[].qty1': '3',
  'lines[].unit1': '006',
  'lines[].qty2': '1.26',
  'lines[].unit2': '035',
  'lines[].price': '10.00',
  'lines[].totalPrice': '30.00',
};

/** What two lines change in the order; amounts and weights add up. */
const sampleHead: Readonly<Record<Regime['ieFlag'], Readonly<Record<string, string>>>> = {
  E: {
    goodsValue: '89.80',
    'payment.charge': '89.80',
    'waybill.grossWeight': '2.20',
    'list.netWeight': '1.96',
  },
  I: { 'waybill.grossWeight': '2.20', 'list.netWeight': '1.96' },
};

const exampleOf = (field: Field, { ieFlag }: Regime): string =>
  ieFlag === 'I' ? (field.exampleImport ?? field.example) : field.example;

function sampleRows(columns: readonly RegimeField[], regime: Regime): string[][] {
  const key = new Set(['orderNo', 'platform.code']);
  const head = (field: Field): string => {
    if (field.path === 'regime') return regime.regime;
    if (field.path === 'orderType') return regime.orderTypes[0] ?? '';
    const fixed = regime.values.find((value) => value.fill && value.path === field.path)?.allowed?.[0];
    return fixed ?? sampleHead[regime.ieFlag][field.path] ?? exampleOf(field, regime);
  };
  const first = columns.map(({ field }) => head(field));
  const second = columns.map(({ field }) => {
    if (field.ofLine) return secondLine[field.path] ?? exampleOf(field, regime);
    return key.has(field.path) ? head(field) : '';
  });
  return [first, second];
}

const explanationHeader = [
  '列名',
  '字段',
  '必填',
  '格式',
  '长度',
  '代码表',
  '示例',
  '说明',
  'Explanation',
  '用于报文',
] as const;
const explanationWidths = [20, 26, 8, 10, 18, 18, 24, 56, 56, 40].map((width) => ({ width }));

function explanation(columns: readonly RegimeField[], regime: Regime, { codes }: TemplateSources): CellRow[] {
  const rows = columns.map((column): Cell[] => {
    const { field, uses } = column;
    const table = field.codes && codes.get(field.codes);
    return [
      field.header.zh,
      field.path,
      column.required ? '必填' : '',
      formatTexts[field.format].zh,
      lengthText(column),
      table ? table.title.zh : '',
      exampleOf(field, regime),
      { value: field.help.zh, wrap: true },
      { value: field.help.en, wrap: true },
      uses.map((use) => `${use.message} ${use.element}`).join('、'),
    ].map((cell): Cell => (typeof cell === 'string' ? { value: cell } : cell));
  });
  return [boldRow(explanationHeader), ...rows];
}

const boldRow = (texts: readonly string[]): Cell[] =>
  texts.map((value) => ({ value, fontWeight: 'bold', backgroundColor: headerColour }));

/** The strictest length of the elements a field goes into, in words: `至多 60 字`, `至多 14 位整数、5 位小数`. */
export function lengthText({ uses }: RegimeField): string {
  let text: { max: number; words: string } | undefined;
  for (const { type } of uses) {
    const found = measure(type);
    if (found && (!text || found.max < text.max)) text = found;
  }
  return text?.words ?? '';
}

function measure(type: string): { max: number; words: string } | undefined {
  const exact = /^C(\d+)$/.exec(type)?.[1];
  if (exact) return { max: Number(exact), words: `${exact} 位` };
  const range = /^C(\d+)?\.\.(\d+)$/.exec(type);
  if (range?.[2])
    return { max: Number(range[2]), words: `${range[1] ? `${range[1]} 至` : '至多'} ${range[2]} 字` };
  const number = /^N(\d+)(?:,(\d+))?$/.exec(type);
  if (!number?.[1]) return undefined;
  const [total, fraction] = [Number(number[1]), Number(number[2] ?? 0)];
  const words = fraction > 0 ? `至多 ${total - fraction} 位整数、${fraction} 位小数` : `至多 ${total} 位整数`;
  return { max: total, words };
}

function codeLists(columns: readonly RegimeField[], { codes }: TemplateSources): CellRow[] {
  const names = [...new Set(columns.flatMap(({ field }) => field.codes ?? []))];
  const rows = names.flatMap((name): string[][] => {
    const table = codes.get(name);
    if (table.values.size > longestList)
      return [[table.title.zh, '', `共 ${table.values.size} 项，请在控制台“代码表”中查询`, '']];
    return [...table.values.keys()]
      .sort()
      .map((code) => [table.title.zh, code, table.text(code)?.zh ?? '', table.text(code)?.en ?? '']);
  });
  const cells = rows.map((row) => row.map((value): Cell => ({ value, format: '@' })));
  return [boldRow(['代码表', '代码', '含义', 'Meaning']), ...cells];
}
