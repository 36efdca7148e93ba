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
  /** Headers that are no column of the sheet and that nobody said to leave out. */
  unread: string[];
}

/** What headers mean that the sheet does not know: column keys by `nameKey` of the header, '' for one not needed. */
export type LearnedHeaders = ReadonlyMap<string, string>;

/** Faults of rows in the order of the file. */
export const inRowOrder = (faults: readonly Fault[]): Fault[] =>
  [...faults].sort((a, b) => Number(a.path.slice('row.'.length)) - Number(b.path.slice('row.'.length)));

/** How the table of a file would be read. */
export interface SheetPreview {
  columns: { header: string; key: string | null; left: boolean; samples: string[] }[];
  /** Required columns that no header means. */
  missing: string[];
}

/** N01 about a row of a file. */
export const rowFault = (row: number, { zh, en }: Text): Fault =>
  makeFault('N01', `row.${row}`, { row: String(row), reasonZh: zh, reasonEn: en });

/**
 * Reads a CSV or .xlsx as the rows of a sheet; the header may stand below a title. Rows that are wrong come back as
 * faults, in the words of the file, and do not hold up the others. `given` are columns that the whole file shares.
 * Throws N02 when a required column is missing, I01–I03 for another kind of file, A06 for too many rows.
 */
export async function readSheet(
  bytes: Buffer,
  fileName: string,
  sheet: Sheet,
  names: ColumnNames,
  given: Readonly<Record<string, string>> = {},
  learned: LearnedHeaders = new Map(),
): Promise<SheetReading> {
  const { header, rest } = splitRows(await rowsOfFile(bytes, fileName, names), sheet, learned);
  const meanings = header.map((text) => meaningOf(text, sheet, learned));
  const missing = missingOf(sheet, meanings, given);
  if (missing.length > 0)
    throw new FaultError([
      makeFault('N02', 'body', {
        columnsZh: missing.map((c) => c.header.zh).join('、'),
        columnsEn: missing.map((c) => c.header.en).join(', '),
      }),
    ]);
  const titles = new Map<string, string>();
  meanings.forEach((meaning, at) => {
    if (typeof meaning === 'object' && !titles.has(meaning.key)) titles.set(meaning.key, header[at] ?? '');
  });
  const read: SheetReading = { rows: [], faults: [], unread: [] };
  for (const row of rest) {
    const texts: Record<string, string> = { ...given };
    meanings.forEach((meaning, at) => {
      const text = unescapeFormula((row.cells[at] ?? '').trim());
      if (typeof meaning === 'object' && text !== '') texts[meaning.key] = text;
    });
    const { values, problems } = readValues(texts, sheet, titles);
    if (problems.length === 0) read.rows.push({ row: row.number, values });
    else read.faults.push(...problems.map((problem) => rowFault(row.number, problem)));
  }
  read.unread = header.filter((text, at) => text !== '' && meanings[at] === undefined);
  return read;
}

const SAMPLES = 3;

/** Shows how the table of a file would be read, so that a person can say what its other columns mean. Throws I01–I03, A06. */
export async function previewSheet(
  bytes: Buffer,
  fileName: string,
  sheet: Sheet,
  names: ColumnNames,
  given: Readonly<Record<string, string>> = {},
  learned: LearnedHeaders = new Map(),
): Promise<SheetPreview> {
  const { header, rest } = splitRows(await rowsOfFile(bytes, fileName, names), sheet, learned);
  const meanings = header.map((text) => meaningOf(text, sheet, learned));
  return {
    columns: header.flatMap((text, at) => {
      const meaning = meanings[at];
      if (text === '') return [];
      const samples = rest.map((row) => (row.cells[at] ?? '').trim()).filter((cell) => cell !== '');
      return [
        {
          header: text,
          key: typeof meaning === 'object' ? meaning.key : null,
          left: meaning === 'left',
          samples: [...new Set(samples)].slice(0, SAMPLES),
        },
      ];
    }),
    missing: missingOf(sheet, meanings, given).map((column) => column.key),
  };
}

async function rowsOfFile(bytes: Buffer, fileName: string, names: ColumnNames): Promise<Row[]> {
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
  return rows;
}

/** The header is the row with most names that are known, the first of them. */
function splitRows(rows: Row[], sheet: Sheet, learned: LearnedHeaders): { header: string[]; rest: Row[] } {
  const known = rows
    .slice(0, HEADER_WITHIN)
    .map((row) => row.cells.filter((text) => meaningOf(text, sheet, learned) !== undefined).length);
  const at = Math.max(0, known.indexOf(Math.max(0, ...known)));
  return { header: (rows[at]?.cells ?? []).map((text) => text.trim()), rest: rows.slice(at + 1) };
}

const missingOf = (
  sheet: Sheet,
  meanings: readonly Meaning[],
  given: Readonly<Record<string, string>>,
): SheetColumn[] =>
  sheet.columns.filter((c) => c.required && !meanings.includes(c) && given[c.key] === undefined);

/** A column of the sheet, one that is left out on purpose, or nothing that is known. */
type Meaning = SheetColumn | 'left' | undefined;

function meaningOf(text: string, sheet: Sheet, learned: LearnedHeaders): Meaning {
  const said = learned.get(nameKey(text));
  if (said === '') return 'left';
  if (said !== undefined) return sheet.columns.find((column) => column.key === said);
  return columnOf(text, sheet);
}

function columnOf(text: string, sheet: Sheet): SheetColumn | undefined {
  const keys = headerKeys(text.normalize('NFKC').trim());
  return sheet.columns.find((column) => namesOf(column).some((name) => keys.includes(nameKey(name))));
}

/**
 * Values in the form of their columns, and what is wrong with them in words. Unknown keys are wrong. `titles` are the
 * headers of the sender's own file.
 */
export function readValues(
  texts: Readonly<Record<string, string>>,
  sheet: Sheet,
  titles: ReadonlyMap<string, string> = new Map(),
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
    const title = titles.get(column.key);
    const { zh, en } = title === undefined ? column.header : { zh: title, en: title };
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
