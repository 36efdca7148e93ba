import { parse, type InfoRecord } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { headerSearchRows } from '../columns/header.js';
import { headerKeys, nameKey, type ColumnNames } from '../columns/names.js';
import type { Draft, ReadLimits } from './draft.js';
import type { Row } from './rows.js';
import { tableDrafts, type TableNotes, type TableOptions } from './table.js';

const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How much of the file is looked at to find delimiter and header. */
const headLength = 64 * 1024;

const csvOptions = { relax_column_count: true, relax_quotes: true } as const;

/**
 * The delimiter by which one of the first rows has the most known headers; else the one that cuts the most cells; a comma
 * when there is nothing to choose.
 */
export function detectDelimiter(
  firstLines: string,
  names: ColumnNames,
  more: Iterable<string> = [],
): Delimiter {
  const own = new Set([...more].map(nameKey));
  const known = (cell: string) => headerKeys(cell).some((key) => names.meanings.has(key) || own.has(key));
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of delimiters)
    for (const row of firstRows(firstLines, delimiter)) {
      const score = row.filter(known).length * 1000 + row.filter((text) => text.trim() !== '').length;
      if (row.length > 1 && score > bestScore) {
        best = delimiter;
        bestScore = score;
      }
    }
  return best;
}

function firstRows(text: string, delimiter: Delimiter): readonly (readonly string[])[] {
  const rows: string[][] = [];
  try {
    parseSync(text, {
      ...csvOptions,
      delimiter,
      to: headerSearchRows,
      skip_empty_lines: true,
      on_record: (row: string[]) => {
        rows.push(row);
        return null;
      },
    });
  } catch {
    // A text cut off inside a quote: the rows before it are enough.
  }
  return rows;
}

/**
 * Reads a CSV (already UTF-8) as orders; see `tableDrafts` for header and columns, `RowGrouper` for which rows make one.
 * Row numbers are those a spreadsheet shows: a quoted line break does not start a row. A quote that is never closed gives
 * a last draft with I25.
 */
export async function* csvDrafts(
  chunks: AsyncIterable<Buffer>,
  options: TableOptions,
  limits: ReadLimits,
): AsyncGenerator<Draft> {
  const state: { failure?: Error; records: number } = { records: 0 };
  const notes: { header: readonly string[] } = { header: [] };
  const watched: TableOptions = {
    ...options,
    onTable: (found: TableNotes) => {
      notes.header = found.columns.map((c) => c.header);
      options.onTable?.(found);
    },
  };
  try {
    yield* tableDrafts(csvRows(chunks, options, limits, state), watched, limits);
  } catch (error) {
    // A broken quote right below the header leaves no order to read: the quote is what has to be told.
    if (!(state.failure && error instanceof FaultError && error.faults.every((f) => f.code === 'I04')))
      throw error;
  }
  if (state.failure) {
    const row = state.records + 1;
    yield {
      rows: { from: row, to: row },
      raw: { kind: 'rows', header: notes.header, rows: [], lines: [] },
      build: () => ({ faults: [makeFault('I25', '', { row: String(row) })] }),
    };
  }
}

/**
 * The rows of a CSV file as they come. `state` says in the end how many there were and, when the file broke off within
 * one, why. Throws I03 for a file without text.
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  options: TableOptions,
  limits: ReadLimits,
  state: { failure?: Error; records: number },
): AsyncGenerator<Row> {
  const iterator = chunks[Symbol.asyncIterator]();
  const parts: Buffer[] = [];
  let length = 0;
  while (length < headLength) {
    const next = await iterator.next();
    if (next.done) break;
    parts.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(parts);
  const text = head.subarray(0, headLength).toString('utf8');
  if (text.trim() === '') throw new FaultError([makeFault('I03', '')]);
  const profiles = options.profile
    ? [options.profile]
    : [...(options.saved ?? []), ...(options.shipped ?? [])];
  const profiled = profiles.flatMap((p) => p.columns.map((column) => column.header));

  let rows: Row[] = [];
  const parser = parse({
    ...csvOptions,
    delimiter: detectDelimiter(text, options.names, profiled),
    max_record_size: limits.maxOrderBytes,
    on_record: (cells: string[], info: InfoRecord) => {
      rows.push({ number: info.records, cells });
      return null;
    },
  });
  parser.on('error', (error: Error) => (state.failure ??= error));
  const feed = (chunk: Buffer | undefined): Promise<void> =>
    new Promise((resolve) => {
      if (chunk) parser.write(chunk, () => resolve());
      else parser.end(() => resolve());
    });
  try {
    for (let chunk: Buffer | undefined = head; chunk && !state.failure;) {
      await feed(chunk);
      const batch = rows;
      rows = [];
      yield* batch;
      const next = await iterator.next();
      chunk = next.done ? undefined : next.value;
    }
    if (!state.failure) await feed(undefined);
    yield* rows;
    state.records = parser.info.records;
  } finally {
    parser.destroy();
    await iterator.return?.();
  }
}
