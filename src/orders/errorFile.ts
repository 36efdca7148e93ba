import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import type { Fault } from '../base/fault.js';
import { escapeFormula } from './cellText.js';
import { errorColumns, headerKey } from './fields.js';
import { placeOf } from './place.js';
import type { RawOrder } from './read/draft.js';
import type { OrderFormat } from './read/format.js';
import { JsonTextError, scanJson } from './read/jsonText.js';
import { sheetFile } from './sheetFile.js';

/** A bad order as its file had it, with every fault found (I, F and R alike). */
export interface RejectedOrder {
  raw: RawOrder;
  faults: readonly Fault[];
}

export interface ErrorFileOptions {
  format: OrderFormat;
  /** The delimiter of the file that came in; a comma otherwise. */
  delimiter?: string;
  /** What a field is called, for faults of fields the file has no column for. */
  nameOf?: (path: string) => string | undefined;
}

/**
 * Gives bad orders back in the format they came in, with what is wrong beside them: a table gets five more columns, a
 * JSON order gets an array `errors`. Corrected and sent again, the additions are ignored. Writes as the orders
 * come, in bounded memory, and ends the stream. CSV is UTF-8 with a byte order mark, for Excel.
 */
export async function writeErrorFile(
  rejected: AsyncIterable<RejectedOrder> | Iterable<RejectedOrder>,
  out: Writable,
  options: ErrorFileOptions,
): Promise<void> {
  const bytes =
    options.format === 'xlsx'
      ? sheetFile('订单', errorRows(rejected, options.nameOf))
      : Readable.from(errorTexts(rejected, options));
  await pipeline(bytes, out);
}

async function* errorTexts(
  rejected: AsyncIterable<RejectedOrder> | Iterable<RejectedOrder>,
  { format, delimiter = ',', nameOf }: ErrorFileOptions,
): AsyncGenerator<string> {
  let first = true;
  for await (const order of rejected) {
    if (format === 'csv') {
      const rows = [
        ...(first ? [tableHeader(order)] : []),
        ...tableRows(order, nameOf).map((r) => r.map(escapeFormula)),
      ];
      yield stringify(rows, { delimiter, record_delimiter: 'windows', bom: first });
    } else if (format === 'ndjson') {
      yield `${jsonWithErrors(order).replace(/\r?\n/g, ' ')}\n`;
    } else {
      yield `${first ? '[\n' : ',\n'}${jsonWithErrors(order)}`;
    }
    first = false;
  }
  if (format === 'json') yield first ? '[]\n' : '\n]\n';
}

async function* errorRows(
  rejected: AsyncIterable<RejectedOrder> | Iterable<RejectedOrder>,
  nameOf: ErrorFileOptions['nameOf'],
): AsyncGenerator<string[]> {
  let first = true;
  for await (const order of rejected) {
    if (first) yield tableHeader(order);
    first = false;
    yield* tableRows(order, nameOf);
  }
}

const ownKeys: ReadonlySet<string> = new Set(errorColumns.map(headerKey));

/** Places of the columns that are the sender's own: not those a former error file added. */
const ownColumns = (header: readonly string[]): number[] =>
  header.flatMap((name, at) => (ownKeys.has(headerKey(name)) ? [] : [at]));

function tableHeader({ raw }: RejectedOrder): string[] {
  const header = raw.kind === 'rows' ? ownColumns(raw.header).map((at) => raw.header[at] ?? '') : [];
  return [...header, ...errorColumns];
}

function tableRows({ raw, faults }: RejectedOrder, nameOf: ErrorFileOptions['nameOf']): string[][] {
  if (raw.kind !== 'rows') return [];
  const places = ownColumns(raw.header);
  const rows = raw.rows.length > 0 ? raw.rows : [[]];
  // A fault of a goods line stands in the row of that line, everything else in the first row.
  const rowOf = (fault: Fault): number => {
    const line = /^lines\[(\d+)\]/.exec(fault.path)?.[1];
    return line === undefined ? 0 : (raw.lines[Number(line)] ?? 0);
  };
  return rows.map((row, at) => {
    const mine = faults.filter((fault) => rowOf(fault) === at);
    return [...places.map((place) => row[place] ?? ''), ...errorCells(mine, raw, nameOf)];
  });
}

/** The five error columns; several faults stand on lines of their own, numbered. */
function errorCells(faults: readonly Fault[], raw: RawOrder, nameOf: ErrorFileOptions['nameOf']): string[] {
  const column = (text: (fault: Fault) => string): string =>
    faults.length === 1
      ? faults.map(text).join('')
      : faults.map((fault, i) => `${i + 1}. ${text(fault)}`).join('\n');
  return [
    column((f) => f.code),
    column((f) => placeText(f.path, raw, nameOf)),
    column((f) => f.message.zh),
    column((f) => f.fix.zh),
    column((f) => f.source),
  ];
}

/** `申报数量（F3）`: the sender's own header and cell; the name of the field where the file has no column for it. */
function placeText(path: string, raw: RawOrder, nameOf: ErrorFileOptions['nameOf']): string {
  const { header, cell } = placeOf(path, raw);
  if (header !== undefined) return cell === undefined ? header : `${header}（${cell}）`;
  const name = nameOf?.(path.replace(/\[\d+\]/, '[]'));
  return name === undefined ? path : `${name}（文件中没有这一列）`;
}

/** The order's own text with a member `errors`; a text that is no JSON object goes into a member `raw`. */
function jsonWithErrors({ raw, faults }: RejectedOrder): string {
  const errors = JSON.stringify(faults);
  const text = raw.kind === 'json' ? raw.text.trim() : '';
  const bare = withoutErrors(text);
  if (bare === undefined) return `{"errors":${errors},"raw":${JSON.stringify(text)}}`;
  const inside = bare.slice(0, -1).trimEnd();
  return `${inside}${inside.endsWith('{') ? '' : ','}"errors":${errors}}`;
}

/** A JSON object's text without its member `errors`; undefined when the text is no JSON object. */
function withoutErrors(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const place = scanJson(text).members.get('errors');
    if (!place) return text;
    const before = text.slice(0, place[0]).replace(/,\s*$/, '');
    const after = text.slice(place[1]);
    return before.trimEnd().endsWith('{') ? before + after.replace(/^\s*,/, '') : before + after;
  } catch (error) {
    if (error instanceof JsonTextError) return undefined;
    throw error;
  }
}
