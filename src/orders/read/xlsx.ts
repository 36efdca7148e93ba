import { readSheet } from 'read-excel-file/node';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { columnLetters } from '../place.js';
import { spreadsheetNumber } from '../values.js';
import type { Draft, ReadLimits } from './draft.js';
import type { Row } from './rows.js';
import { limited, sizeText, type Progress } from './source.js';
import { tableDrafts, type TableOptions } from './table.js';
import { unzipped, zipEntries, ZipError } from './zip.js';

/** The sheets that may hold the orders, by name; else the first sheet. */
const sheetNames = ['订单', 'Orders', 'orders'] as const;
/** More formula errors than this are not told one by one. */
const maxErrorCells = 10_000;

/** A number cell, by the digits the file holds. */
class NumberCell {
  constructor(readonly digits: string) {}
}
type Cell = string | boolean | Date | NumberCell | null;

const damaged = (reason: string): FaultError => new FaultError([makeFault('I10', '', { reason })]);

/**
 * Reads an .xlsx as orders, from the sheet 订单 or Orders or else the first. The workbook is held in memory, so its size,
 * its unpacked size and the number of its rows are limited and checked before it is opened (I08, I09, I10): an archive
 * that unpacks to gigabytes is refused while it is counted. Number cells keep the 15 digits Excel shows; date cells are
 * Asia/Shanghai wall-clock time; formulas count by their stored result, and a formula error is a fault (I32).
 */
export async function* xlsxDrafts(
  stream: AsyncIterable<Buffer | string>,
  options: TableOptions,
  limits: ReadLimits,
  progress: Progress,
): AsyncGenerator<Draft> {
  yield* tableDrafts(sheetRows(stream, limits, progress), options, limits);
}

export async function* sheetRows(
  stream: AsyncIterable<Buffer | string>,
  limits: ReadLimits,
  progress: Progress,
): AsyncGenerator<Row> {
  const parts: Buffer[] = [];
  for await (const chunk of limited(stream, Math.min(limits.maxBytes, limits.maxXlsxBytes), progress))
    parts.push(chunk);
  if (parts.length === 0) throw new FaultError([makeFault('I03', '')]);
  const workbook = Buffer.concat(parts);
  const { sheet, errorCells, merges } = await inspect(workbook, limits);
  const rows = await openSheet(workbook, sheet);
  const tops = new Map<number, Map<number, string>>();
  for (const { column, from, to } of merges) {
    const text = cellText(rows[from]?.[column] ?? null);
    for (let i = from + 1; i <= to && text !== ''; i++)
      tops.set(i, (tops.get(i) ?? new Map<number, string>()).set(column, text));
  }
  for (let i = 0; i < rows.length; i++) {
    const row = readRow(rows[i] ?? [], i + 1, errorCells);
    rows[i] = [];
    const merged = tops.get(i);
    yield merged ? { ...row, merged } : row;
  }
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

async function openSheet(workbook: Buffer, sheet: string): Promise<Cell[][]> {
  try {
    const options = { parseNumber: (digits: string) => new NumberCell(digits), trim: true };
    return (await readSheet(workbook, sheet, options)) as unknown as Cell[][];
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

/** What a sheet holds that its reader does not tell: how long it is, and which cells are formula errors. */
interface SheetNotes {
  rows: number;
  errors: Map<string, string>;
  /** Vertical merges: a column and its rows, counted from 0, the first of which holds the value. */
  merges: Merge[];
}

interface Merge {
  column: number;
  from: number;
  to: number;
}
/** More merges than this are not followed. */
const maxMerges = 20_000;

/**
 * Unpacks every part of the workbook without keeping it, to refuse what is damaged or too large, to choose the sheet, and
 * to note its cells with a formula error, which the reader of the sheet hands over as empty.
 */
async function inspect(
  workbook: Buffer,
  limits: ReadLimits,
): Promise<{ sheet: string; errorCells: ReadonlyMap<string, string>; merges: readonly Merge[] }> {
  const sheets = new Map<string, SheetNotes>();
  const texts = new Map<string, string>();
  let unpacked = 0;
  try {
    for (const entry of zipEntries(workbook)) {
      const notes = entry.name.startsWith('xl/worksheets/')
        ? { rows: 0, errors: new Map<string, string>(), merges: [] }
        : undefined;
      if (notes) sheets.set(entry.name, notes);
      const small: Buffer[] = [];
      let tail = '';
      for await (const chunk of unzipped(entry)) {
        unpacked += chunk.length;
        if (unpacked > limits.maxXlsxUnpacked)
          throw new FaultError([makeFault('I08', '', { limit: sizeText(limits.maxXlsxUnpacked) })], 413);
        if (notes) tail = note(tail + chunk.toString('latin1'), notes);
        else if (/^xl\/(_rels\/)?workbook\.xml(\.rels)?$/.test(entry.name)) small.push(chunk);
      }
      if (notes) noteMerges(tail, notes);
      if (small.length > 0) texts.set(entry.name, Buffer.concat(small).toString('utf8'));
    }
  } catch (error) {
    if (error instanceof ZipError) throw damaged(error.message);
    throw error;
  }
  const { name, part } = chooseSheet(
    texts.get('xl/workbook.xml') ?? '',
    texts.get('xl/_rels/workbook.xml.rels') ?? '',
  );
  const notes = sheets.get(part);
  if (notes && notes.rows > limits.maxXlsxRows) throw tooManyRows(notes.rows, limits);
  return { sheet: name, errorCells: notes?.errors ?? new Map(), merges: notes?.merges ?? [] };
}

/** Name of the sheet with the orders, and the part of the archive that holds it. Throws I10 when there is none. */
function chooseSheet(workbook: string, relationships: string): { name: string; part: string } {
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  const sheets = [...workbook.matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name'),
    id: attribute(tag, '\\w+:id'),
  }));
  const chosen = sheetNames.map((n) => sheets.find((s) => s.name === n)).find((s) => s) ?? sheets[0];
  if (!chosen) throw damaged('no sheet');
  const [relationship = ''] =
    [...relationships.matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g)].find(
      ([tag]) => attribute(tag, 'Id') === chosen.id,
    ) ?? [];
  const target = attribute(relationship, 'Target');
  return { name: unescapeXml(chosen.name), part: target.startsWith('/') ? target.slice(1) : `xl/${target}` };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescapeXml = (text: string): string =>
  text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);

/** Takes note of the whole cells of a piece of sheet XML and gives back the rest of it, for the next piece. */
function note(xml: string, notes: SheetNotes): string {
  const end = xml.lastIndexOf('</c>');
  const cut = end >= 0 ? end + 4 : Math.max(0, xml.lastIndexOf('>', xml.length - 4096) + 1);
  const whole = xml.slice(0, cut);
  noteMerges(whole, notes);
  for (let i = whole.indexOf('<row'); i >= 0; i = whole.indexOf('<row', i + 4)) notes.rows++;
  if (whole.includes('t="e"'))
    for (const cell of whole.matchAll(/<c\b([^>]*\bt="e"[^>]*)>(?:(?!<\/c>).)*?<v>([^<]*)<\/v>/gs)) {
      const address = /\br="([A-Z]+\d+)"/.exec(cell[1] ?? '')?.[1];
      if (address && notes.errors.size < maxErrorCells) notes.errors.set(address, cell[2] ?? '');
    }
  return xml.slice(cut);
}

function noteMerges(xml: string, notes: SheetNotes): void {
  if (!xml.includes('mergeCell ')) return;
  for (const [, letters = '', first = '', last = ''] of xml.matchAll(
    /<(?:\w+:)?mergeCell\s+ref="([A-Z]+)(\d+):[A-Z]+(\d+)"/g,
  ))
    if (first !== last && notes.merges.length < maxMerges)
      notes.merges.push({ column: columnIndex(letters), from: Number(first) - 1, to: Number(last) - 1 });
}

/** `A` is 0, `AA` is 26. */
const columnIndex = (letters: string): number =>
  [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1;

const tooManyRows = (rows: number, limits: ReadLimits): FaultError =>
  new FaultError([makeFault('I09', '', { rows: String(rows), limit: String(limits.maxXlsxRows) })], 413);
