import { stringify, type Options } from 'csv-stringify/sync';
import { batchesOf, inSlices } from './slices.js';

/** Rows that are written at once: a millisecond or two. */
const TOGETHER = 50;

export type CsvRow = readonly (string | number | null | undefined)[];

/**
 * Rows as CSV in UTF-8 with a mark, so that spreadsheets show Chinese; each text is written as `text` has it. Made in slices:
 * others do not wait for a large one.
 */
export async function csvOf(
  rows: Iterable<CsvRow>,
  text: (value: string) => string,
  lines: 'unix' | 'windows' = 'windows',
): Promise<Buffer> {
  // Rows may have more cells than the first; the types leave that out.
  const options = { record_delimiter: lines, cast: { string: text }, relax_column_count: true };
  const parts: Buffer[] = [];
  await inSlices(batchesOf(rows, TOGETHER), (some) =>
    parts.push(Buffer.from(stringify(some, { ...options, bom: parts.length === 0 } as Options))),
  );
  return Buffer.concat(parts);
}
