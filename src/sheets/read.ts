import { Readable } from 'node:stream';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { unescapeFormula } from '../orders/cellText.js';
import { headerKeys, nameKey, type ColumnNames } from '../orders/columns/names.js';
import { detectFormat, sniffLength } from '../orders/read/format.js';
import { readRows } from '../orders/read/readRows.js';
import type { Row } from '../orders/read/rows.js';
import { readDate, readDecimal } from '../orders/values.js';
import type { Text } from '../terms/text.js';
import { choiceOf, namesOf, type Sheet, type SheetColumn } from './sheet.js';

/** Rows of one file; longer ones are sent in several. */
const MAX_ROWS = 20_000;
/** How far down a header may stand. */
const HEADER_WITHIN = 30;

export interface SheetRow {
  /** As a spreadsheet counts. */
  row: number;
  /** By column key, in the form of the column (days yyyy-MM-dd, plain decimals, codes of choices); blanks are left out. */
  values: Readonly<Record<string, string>>;
}

export interface SheetReading {
  rows: SheetRow[];
  /** N01, one for each cell that is wrong; its row is left out. */
  faults: Fault[];
  /** Headers that are no column of the sheet. */
  unread: string[];
}

/** N01 about a row of a file. */
export const rowFault = (row: number, { zh, en }: Text): Fault =>
  makeFault('N01', `row.${row}`, { row: String(row), reasonZh: zh, reasonEn: en });

/**
 * Reads a CSV or .xlsx as the rows of a sheet; the header may stand below a title. Rows that are wrong come back as
 * faults and do not hold up the others. `given` are columns that the whole file shares.
 * Throws N02 when a required column is missing, I01–I03 for another kind of file, A06 for too many rows.
 */
export async function readSheet(
  bytes: Buffer,
  fileName: string,
  sheet: Sheet,
  names: ColumnNames,
  given: Readonly<Record<string, string>> = {},
): Promise<SheetReading> {
  const detected = detectFormat(bytes.subarray(0, sniffLength), fileName);
  if ('refused' in detected) throw new FaultError([detected.refused], 415);
  if (detected.format !== 'csv' && detected.format !== 'xlsx')
    throw new FaultError([makeFault('I02', 'body')], 415);
  const rows: Row[] = [];
  for await (const row of readRows(Readable.from([bytes], { objectMode: false }), detected.format, names)) {
    if (row.cells.some((text) => text.trim() !== '')) rows.push(row);
    if (rows.length > MAX_ROWS + HEADER_WITHIN)
      throw new FaultError([makeFault('A06', 'body', { limit: `${MAX_ROWS} 行 / rows` })], 413);
  }
  const columnsOf = (row: Row) => row.cells.map((text) => columnOf(text, sheet));
  const known = rows.slice(0, HEADER_WITHIN).map((row) => columnsOf(row).filter(Boolean).length);
  const headerAt = Math.max(0, known.indexOf(Math.max(0, ...known)));
  const header = rows[headerAt];
  const columns = header ? columnsOf(header) : [];
  const missing = sheet.columns.filter(
    (c) => c.required && !columns.includes(c) && given[c.key] === undefined,
  );
  if (missing.length > 0)
    throw new FaultError([
      makeFault('N02', 'body', {
        columnsZh: missing.map((c) => c.header.zh).join('、'),
        columnsEn: missing.map((c) => c.header.en).join(', '),
      }),
    ]);
  const read: SheetReading = { rows: [], faults: [], unread: [] };
  for (const row of rows.slice(headerAt + 1)) {
    const texts: Record<string, string> = { ...given };
    columns.forEach((column, at) => {
      const text = unescapeFormula((row.cells[at] ?? '').trim());
      if (column && text !== '') texts[column.key] = text;
    });
    const { values, problems } = readValues(texts, sheet);
    if (problems.length === 0) read.rows.push({ row: row.number, values });
    else read.faults.push(...problems.map((problem) => rowFault(row.number, problem)));
  }
  read.unread = columns.flatMap((column, at) => {
    const title = header?.cells[at]?.trim() ?? '';
    return column === undefined && title !== '' ? [title] : [];
  });
  return read;
}

function columnOf(text: string, sheet: Sheet): SheetColumn | undefined {
  const keys = headerKeys(text.normalize('NFKC').trim());
  return sheet.columns.find((column) => namesOf(column).some((name) => keys.includes(nameKey(name))));
}

/** Values in the form of their columns, and what is wrong with them in words. Unknown keys are wrong. */
export function readValues(
  texts: Readonly<Record<string, string>>,
  sheet: Sheet,
): { values: Record<string, string>; problems: Text[] } {
  const values: Record<string, string> = {};
  const problems: Text[] = [];
  for (const key of Object.keys(texts))
    if (!sheet.columns.some((column) => column.key === key))
      problems.push({
        zh: `“${key}”不是“${sheet.title.zh}”的栏目`,
        en: `"${key}" is no column of "${sheet.title.en}"`,
      });
  for (const column of sheet.columns) {
    const text = texts[column.key]?.trim() ?? '';
    const { zh, en } = column.header;
    if (text === '') {
      if (column.required) problems.push({ zh: `必须填写“${zh}”`, en: `"${en}" is required` });
      continue;
    }
    if (text.length > column.max || text.includes('\0')) {
      problems.push({
        zh: `“${zh}”最多 ${column.max} 个字符`,
        en: `"${en}" may have at most ${column.max} characters`,
      });
      continue;
    }
    const value = valueOf(text, column);
    if (value === undefined)
      problems.push({
        zh: `“${zh}”的值 ${text} ${WRONG[column.format].zh}`,
        en: `"${en}": ${text} ${WRONG[column.format].en}`,
      });
    else values[column.key] = value;
  }
  return { values, problems };
}

const WRONG: Record<SheetColumn['format'], Text> = {
  text: { zh: '无效', en: 'is not valid' },
  day: { zh: '不是日期（例如 2026-11-21）', en: 'is no day (such as 2026-11-21)' },
  decimal: { zh: '不是数字', en: 'is no number' },
  choice: { zh: '不在可选项中', en: 'is none of the choices' },
};

function valueOf(text: string, { format, choices = [] }: SheetColumn): string | undefined {
  if (format === 'text') return text;
  if (format === 'choice') return choiceOf(choices, text)?.code;
  const reading = format === 'day' ? readDate(text) : readDecimal(text);
  if ('fault' in reading) return undefined;
  return reading.value.startsWith('-') ? undefined : reading.value;
}
