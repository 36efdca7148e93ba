import type { Readable } from 'node:stream';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { findHeader, headerSearchRows } from '../columns/header.js';
import { headerKeys, nameKey } from '../columns/names.js';
import { columnLetters } from '../place.js';
import { spreadsheetNumber } from '../values.js';
import type { Draft, ReadLimits } from './draft.js';
import { VALUE_KEPT } from './fit.js';
import { demandColumns, type Row } from './rows.js';
import { noteSheet, type Merge, type SheetNotes } from './sheetNotes.js';
import { limited, type Progress } from './source.js';
import { tableDrafts, type TableOptions } from './table.js';
import { damaged, unreadable, openWorkbook } from './workbook.js';

/** A number cell, by the digits the file holds. */
class NumberCell {
  constructor(readonly digits: string) {}
}
type Cell = string | boolean | Date | NumberCell | null;

/**
 * Reads an .xlsx as orders, from the sheet 订单 or Orders or else the first with order numbers. The workbook is held in memory, so its size,
 * its unpacked size, its rows and its columns are limited and checked before it is read (I08, I09, I10, I39): an archive
 * that unpacks to gigabytes is refused while it is unpacked. Number cells keep the 15 digits Excel shows; date cells are
 * Asia/Shanghai wall-clock time; formulas count by their stored result, and a formula error is a fault (I32).
 */
export async function* xlsxDrafts(
  stream: AsyncIterable<Buffer | string>,
  options: TableOptions,
  limits: ReadLimits,
  progress: Progress,
): AsyncGenerator<Draft> {
  yield* tableDrafts(sheetRows(stream, limits, progress, options), options, limits);
}

/** What tells a sheet of orders from another. */
type KnownNames = Pick<TableOptions, 'names' | 'profile' | 'saved' | 'shipped'>;

/** The rows of a workbook: of its sheet of orders when `known` can tell it, else of the first that holds anything. */
export async function* sheetRows(
  stream: AsyncIterable<Buffer | string>,
  limits: ReadLimits,
  progress: Progress,
  known?: KnownNames,
): AsyncGenerator<Row> {
  const parts: Buffer[] = [];
  for await (const chunk of limited(stream, Math.min(limits.maxBytes, limits.maxXlsxBytes), progress))
    parts.push(chunk);
  if (parts.length === 0) throw new FaultError([makeFault('I03', '')]);
  const { rows, notes } = await readWorkbook(Buffer.concat(parts), limits, known);
  const tops = new MergedTops(notes.merges);
  for (let i = 0; i < rows.length; i++) {
    const cells = rows[i] ?? [];
    const row = readRow(cells, i + 1, notes.errors);
    const merged = tops.at(i, cells);
    rows[i] = [];
    yield merged ? { ...row, merged } : row;
  }
}

interface ReadSheet {
  rows: Cell[][];
  notes: SheetNotes;
}

/**
 * The cells of the sheet with the orders, once it is known to be worth reading; the bytes of the workbook are let go. Of
 * several sheets the first with a column of order numbers is read; without one, the first that holds anything.
 */
async function readWorkbook(workbook: Buffer, limits: ReadLimits, known?: KnownNames): Promise<ReadSheet> {
  const { sheets, open } = await openWorkbook(workbook, limits);
  let filled: ReadSheet | undefined;
  let empty: ReadSheet | undefined;
  for (const [i, sheet] of sheets.entries()) {
    const { sheetXml, packed } = await open(sheet, i === sheets.length - 1);
    const notes = noteSheet(sheetXml);
    if (notes.lastRow === 0 && i < sheets.length - 1) continue;
    demandSize(notes, limits);
    const read: ReadSheet = { rows: await openSheet(packed(), sheet), notes };
    if (sheets.length === 1 || (known && holdsOrders(read.rows, known))) return read;
    if (notes.lastRow > 0) filled ??= read;
    empty ??= read;
    if (!known && filled) break;
  }
  const found = filled ?? empty;
  if (!found) throw damaged('没有工作表 / no sheet');
  return found;
}

/** True when one of the first rows names a column of order numbers and another one beside it. */
function holdsOrders(rows: readonly Cell[][], known: KnownNames): boolean {
  const { names, profile, saved = [], shipped = [] } = known;
  const profiles = profile ? [profile] : [...saved, ...shipped];
  const head = rows
    .slice(0, headerSearchRows)
    .map((cells) => Array.from(cells, (cell) => cellText(cell ?? null).slice(0, VALUE_KEPT)));
  const found = findHeader(head, names, profiles);
  if (!found) return false;
  const numbers = new Set(
    profiles.flatMap((p) => p.columns.flatMap((c) => (c.field === 'orderNo' ? [nameKey(c.header)] : []))),
  );
  const says = (text: string) =>
    headerKeys(text).some((key) => numbers.has(key) || names.meanings.get(key)?.sure?.path === 'orderNo');
  return found.cells.some(says) && found.cells.filter((text) => text.trim() !== '').length > 1;
}

function readRow(cells: readonly Cell[], number: number, errors: ReadonlyMap<string, string>): Row {
  const damaged = new Map<number, { kind: 'error' | 'cut'; value: string }>();
  cells.forEach((cell, at) => {
    const error = errors.size > 0 ? errors.get(`${columnLetters(at)}${number}`) : undefined;
    if (error !== undefined) damaged.set(at, { kind: 'error', value: error });
    else if (cell instanceof NumberCell && integerDigits(cell.digits) > 15)
      damaged.set(at, { kind: 'cut', value: '' });
  });
  return {
    number,
    cells: Array.from(cells, (cell) => cellText(cell ?? null)),
    ...(damaged.size > 0 && { damaged }),
  };
}

const integerDigits = (digits: string): number => spreadsheetNumber(digits).replace(/\..*$|\D/g, '').length;

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  if (cell instanceof NumberCell) return spreadsheetNumber(cell.digits);
  if (cell instanceof Date) {
    const seconds = new Date(Math.round(cell.getTime() / 1000) * 1000).toISOString();
    return seconds.slice(11, 19) === '00:00:00'
      ? seconds.slice(0, 10)
      : seconds.slice(0, 19).replace('T', ' ');
  }
  return cell ? 'TRUE' : 'FALSE';
}

async function openSheet(workbook: Readable, sheet: string): Promise<Cell[][]> {
  // Most processes never read a workbook.
  const { readSheet } = await import('read-excel-file/node');
  try {
    const options = { parseNumber: (digits: string) => new NumberCell(digits), trim: true };
    return (await readSheet(workbook, sheet, options)) as unknown as Cell[][];
  } catch {
    throw unreadable();
  }
}

/** Throws I09 or I39 for a sheet whose values span more than is read: its reader fills the gaps between them. */
function demandSize({ rows, lastRow, lastColumn }: SheetNotes, limits: ReadLimits): void {
  const most = Math.max(rows, lastRow);
  if (most > limits.maxXlsxRows)
    throw new FaultError(
      [makeFault('I09', '', { rows: String(most), limit: String(limits.maxXlsxRows) })],
      413,
    );
  demandColumns(lastColumn, Math.floor(limits.maxXlsxCells / Math.max(1, lastRow)));
}

/** What stands at the top of the vertical merges that cover a row, row by row; of merges that overlap, the later one. */
class MergedTops {
  private readonly byRow = new Map<number, Merge[]>();
  private readonly open = new Map<number, { to: number; text: string }>();

  constructor(merges: readonly Merge[]) {
    for (const merge of merges) {
      const there = this.byRow.get(merge.from);
      if (there) there.push(merge);
      else this.byRow.set(merge.from, [merge]);
    }
  }

  /** The texts for row `at`, by column; rows are asked for in their order. */
  at(at: number, cells: readonly Cell[]): ReadonlyMap<number, string> | undefined {
    for (const [column, { to }] of this.open) if (to < at) this.open.delete(column);
    const tops =
      this.open.size > 0 ? new Map([...this.open].map(([column, { text }]) => [column, text])) : undefined;
    for (const { column, to } of this.byRow.get(at) ?? []) {
      const text = cellText(cells[column] ?? null).slice(0, VALUE_KEPT);
      if (text !== '' && to > at) this.open.set(column, { to, text });
    }
    return tops;
  }
}
