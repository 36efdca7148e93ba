import { parse, type InfoRecord } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { headerKey, matchHeaders, type FieldDictionary } from '../fields.js';
import type { Draft, ReadLimits } from './draft.js';
import { demandColumns, makeTable, RowGrouper, type Row } from './rows.js';

const delimiters = [',', ';', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How much of the file is looked at to find the header. */
const headerLength = 256 * 1024;

const csvOptions = { relax_column_count: true, relax_quotes: true } as const;

/**
 * The delimiter that turns the first row into the most known headers; a comma when there is nothing to choose.
 */
export function detectDelimiter(firstLines: string, dictionary: FieldDictionary): Delimiter {
  let best: Delimiter = ',';
  let bestKnown = 0;
  for (const delimiter of delimiters) {
    const known = firstRow(firstLines, delimiter).filter((h) => dictionary.byHeader.has(headerKey(h))).length;
    if (known > bestKnown) {
      best = delimiter;
      bestKnown = known;
    }
  }
  return best;
}

function firstRow(text: string, delimiter: Delimiter): readonly string[] {
  try {
    const options = { ...csvOptions, delimiter, to: 1, skip_empty_lines: true };
    return parseSync(text, options)[0] ?? [];
  } catch {
    return [];
  }
}

/**
 * Reads a CSV (already UTF-8) as orders; see `RowGrouper` for which rows make one. Row numbers are those a spreadsheet
 * shows: a quoted line break does not start a row. Throws all faults of the header at once (I05–I07), I03, I04; a quote
 * that is never closed gives a last draft with I25.
 */
export async function* csvDrafts(
  chunks: AsyncIterable<Buffer>,
  dictionary: FieldDictionary,
  required: readonly string[],
  limits: ReadLimits,
): AsyncGenerator<Draft> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < headerLength) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
    if (next.value.includes(0x0a) && head.toString('utf8').trimStart().includes('\n')) break;
  }
  if (head.toString('utf8').trim() === '') throw new FaultError([makeFault('I03', '')]);

  let records: Row[] = [];
  const parser = parse({
    ...csvOptions,
    delimiter: detectDelimiter(head.toString('utf8'), dictionary),
    max_record_size: limits.maxOrderBytes,
    on_record: (cells: string[], info: InfoRecord) => {
      records.push({ number: info.records, cells });
      return null;
    },
  });
  let failure: Error | undefined;
  parser.on('error', (error: Error) => (failure ??= error));
  const feed = (chunk: Buffer | undefined): Promise<void> =>
    new Promise((resolve) => {
      if (chunk) parser.write(chunk, () => resolve());
      else parser.end(() => resolve());
    });

  let grouper: RowGrouper | undefined;
  let count = 0;
  let header: readonly string[] = [];
  function* drain(): Generator<Draft> {
    const batch = records;
    records = [];
    for (const row of batch) {
      if (!grouper) {
        if (row.cells.every((text) => text.trim() === '')) continue;
        header = row.cells;
        demandColumns(header.length);
        const { columns, faults } = matchHeaders(header, dictionary, required);
        if (faults.length > 0) throw new FaultError(faults);
        grouper = new RowGrouper(makeTable(header, columns), limits);
        continue;
      }
      const draft = grouper.push(row);
      if (draft) {
        count++;
        yield draft;
      }
    }
  }

  try {
    for (let chunk: Buffer | undefined = head; chunk && !failure;) {
      await feed(chunk);
      yield* drain();
      const next = await iterator.next();
      chunk = next.done ? undefined : next.value;
    }
    if (!failure) await feed(undefined);
    yield* drain();
    const last = grouper?.end();
    if (last) {
      count++;
      yield last;
    }
    if (failure) {
      const row = parser.info.records + 1;
      yield {
        rows: { from: row, to: row },
        raw: { kind: 'rows', header, rows: [], lines: [] },
        build: () => ({ faults: [makeFault('I25', '', { row: String(row) })] }),
      };
    } else if (count === 0) {
      throw new FaultError([makeFault('I04', '')]);
    }
  } finally {
    parser.destroy();
    await iterator.return?.();
  }
}
