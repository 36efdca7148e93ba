import { readFileSync } from 'node:fs';
import { csvOf, type CsvRow } from '../../base/csv.js';
import type { Cell, CellRow, WorkbookSheet } from '../../base/workbook.js';
import { z } from 'zod';
import { mappingPath } from '../../base/root.js';
import { periodDimensions } from '../../figures/dimensions.js';
import { escapeFormula } from '../../orders/cellText.js';
import { textSchema } from '../../terms/text.js';
import type { Figures } from './figures.js';

const dictionarySchema = z.strictObject({
  id: z.string().min(1),
  format: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+$/),
  validFrom: z.iso.date(),
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  fields: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z_]*$/),
        zh: z.string().min(1),
        en: z.string().min(1),
        type: z.enum(['text', 'integer', 'decimal']),
        unit: textSchema.optional(),
        /** What its values are: a format or a table of codes. */
        codes: textSchema.optional(),
        /** Where the value comes from: a dimension (`key.month`), its name (`name.enterprise`), or a figure (`gross.cny`). */
        from: z.string().regex(/^(key|name|gross|withdrawn|returned|net|pending)\.[a-zA-Z]+$/),
      }),
    )
    .min(1),
});
export type ExchangeFields = z.output<typeof dictionarySchema>;

/** Reads the field dictionary of the exchange format. Throws, naming the file, on a wrong shape or a repeated field. */
export function loadExchangeFields(file = mappingPath('figures', 'export-fields.json')): ExchangeFields {
  const parsed = dictionarySchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const names = parsed.data.fields.map((f) => f.name);
  if (new Set(names).size < names.length) throw new Error(`${file}: a field stands there twice`);
  return parsed.data;
}

/** The dimensions an export is made by: every one the dictionary names. */
export const exchangeDimensions = ({ fields }: ExchangeFields): string[] =>
  fields.flatMap((f) => (f.from.startsWith('key.') ? [f.from.slice(4)] : []));

type Line = Figures['lines'][number];

function valueOf(line: Line, from: string): string | number {
  const [part = '', name = ''] = from.split('.');
  if (part === 'key') return line.key[name] ?? '';
  if (part === 'name') return line.text[name]?.zh ?? '';
  const figure: Readonly<Record<string, string | number>> = line[part as 'gross' | 'net'];
  return figure[name] ?? '';
}

/** The rows of an export: one object a line, with the names of the dictionary in its order. */
export const exchangeRows = (lines: readonly Line[], { fields }: ExchangeFields) =>
  lines.map((line) => Object.fromEntries(fields.map((f) => [f.name, valueOf(line, f.from)])));

/** The same as CSV (UTF-8 with BOM, RFC 4180), field names in the first row. */
export const exchangeCsv = (lines: readonly Line[], { fields }: ExchangeFields): Promise<Buffer> =>
  csvOf(exchangeTable(lines, fields), escapeFormula);

function* exchangeTable(lines: readonly Line[], fields: ExchangeFields['fields']): Generator<CsvRow> {
  yield fields.map((f) => f.name);
  for (const line of lines) yield fields.map((f) => valueOf(line, f.from));
}

const AMOUNTS = ['gross', 'withdrawn', 'returned', 'net', 'pending'] as const;
const TITLES = {
  gross: '计入',
  withdrawn: '撤销',
  returned: '退货',
  net: '净值',
  pending: '已放行未结关',
} as const;
export const DIMENSION_TITLES: Readonly<Record<string, string>> = {
  month: '月份',
  quarter: '季度',
  year: '年份',
  enterprise: '企业',
  district: '区县',
  park: '园区',
  regime: '监管方式',
  direction: '进出口',
  country: '最终目的国（地区）',
  transport: '运输方式',
  port: '口岸',
  sourcePlace: '境内货源地',
  channel: '销售渠道',
  platform: '平台',
  rcep: 'RCEP',
  'silk-road': '丝路电商',
};

const YEAR_ON_YEAR = [
  '上年同期计入（人民币）',
  '上年同期计入（美元）',
  '同比（人民币）',
  '同比（美元）',
  '上年同期净值（人民币）',
  '净值同比（人民币）',
  '同比说明',
];

const statusText = ({ text, revision, changedSince }: Figures['status']) =>
  `${text.zh}，第 ${revision} 次修订${changedSince ? '，此后有变动' : ''}`;

/** What the year before rests on, and what comes from imported files. */
export function sourceNotes({ comparison, imported }: Figures): [string, string][] {
  const notes: [string, string][] = [];
  if (comparison) {
    notes.push(['上年同期', `${comparison.from} 至 ${comparison.to}（${statusText(comparison.status)}）`]);
    if (comparison.text) notes.push(['上年同期缺失', comparison.text.zh]);
  }
  if (imported.lines > 0)
    notes.push([
      '其中导入的历史数据',
      `${imported.lines} 个商品行，计入 ${imported.gross.cny} 元、${imported.gross.usd} 美元（来自导入文件，没有回执）`,
    ]);
  return notes;
}

/** The table as people read it: headers, one row a line, the sum, and what the figures mean. */
export function figureTable(answer: Figures): {
  head: string[];
  rows: (string | number)[][];
  notes: [string, string][];
} {
  const periods = answer.by.some((d) => periodDimensions.includes(d));
  const head = [
    ...answer.by.flatMap((d) => {
      const title = DIMENSION_TITLES[d] ?? d;
      return d === 'month' || d === 'quarter' || d === 'year' ? [title] : [`${title}代码`, title];
    }),
    ...AMOUNTS.flatMap((a) =>
      a === 'net'
        ? ['净值（人民币）', '净值（美元）']
        : [`${TITLES[a]}票数`, `${TITLES[a]}（人民币）`, `${TITLES[a]}（美元）`],
    ),
    '缺汇率商品行',
    ...(answer.sum.yearOnYear ? YEAR_ON_YEAR : []),
    ...(periods ? ['数据状态'] : []),
  ];
  const cells = (line: Figures['sum'] | Line) => [
    ...AMOUNTS.flatMap((a) =>
      a === 'net' ? [line.net.cny, line.net.usd] : [line[a].documents, line[a].cny, line[a].usd],
    ),
    line.gross.withoutRate,
    ...(line.yearOnYear
      ? [
          line.yearOnYear.previous.gross.cny,
          line.yearOnYear.previous.gross.usd,
          line.yearOnYear.gross.cny ?? '',
          line.yearOnYear.gross.usd ?? '',
          line.yearOnYear.previous.net.cny,
          line.yearOnYear.net.cny ?? '',
          line.yearOnYear.text?.zh ?? '',
        ]
      : []),
    ...(periods ? [statusText('status' in line && line.status ? line.status : answer.status)] : []),
  ];
  const rows = answer.lines.map((line) => [
    ...answer.by.flatMap((d) => {
      const code = line.key[d] ?? '';
      return d === 'month' || d === 'quarter' || d === 'year' ? [code] : [code, line.text[d]?.zh ?? code];
    }),
    ...cells(line),
  ]);
  const blank = head.length - cells(answer.sum).length;
  rows.push([...Array.from({ length: blank }, (_, i) => (i === 0 ? '合计' : '')), ...cells(answer.sum)]);
  return {
    head,
    rows,
    notes: [
      ['统计期间', `${answer.from} 至 ${answer.to}`],
      ['截至（UTC）', answer.asOf],
      ['数据状态', statusText(answer.status)],
      ...sourceNotes(answer),
      ['统计口径', answer.rule.text.zh],
      ['口径依据', answer.rule.source],
      ['汇率来源', answer.rates.source],
    ],
  };
}

/** CSV with Chinese headers for people (UTF-8 with BOM). */
export function figuresCsv(answer: Figures): Promise<Buffer> {
  const { head, rows, notes } = figureTable(answer);
  return csvOf([head, ...rows, ...notes], escapeFormula, 'unix');
}

/** The same as the sheets of a workbook; money as numbers with two places, codes as text. */
export function figureSheets(answer: Figures): WorkbookSheet[] {
  const { head, rows, notes } = figureTable(answer);
  const text = (value: string, bold = false): Cell => ({
    value,
    format: '@',
    ...(bold ? { fontWeight: 'bold' } : {}),
  });
  const amounts = head.map((title) => /（(人民币|美元)）$/.test(title) && !/^(净值)?同比/.test(title));
  function* data(): Generator<CellRow> {
    yield head.map((h) => text(h, true));
    for (const [i, row] of rows.entries())
      yield row.map((cell, column): Cell =>
        typeof cell === 'number'
          ? { value: cell, format: '#,##0' }
          : amounts[column] && cell !== ''
            ? { value: Number(cell), format: '#,##0.00' }
            : text(cell, i === rows.length - 1),
      );
  }
  const about: CellRow[] = notes.map(([name, value]) => [text(name, true), text(value)]);
  return [
    {
      data: data(),
      sheet: '统计',
      columns: head.map((h) => ({ width: Math.max(12, h.length * 2) })),
      stickyRowsCount: 1,
    },
    { data: about, sheet: '说明', columns: [{ width: 16 }, { width: 120 }] },
  ];
}
