import type { RawOrder } from './read/draft.js';

/** Where a fault stands in the file it came from. */
export interface Place {
  /** The header as the file has it; undefined when the file has no such column. */
  header?: string;
  /** As a spreadsheet names it (`F3`). */
  cell?: string;
}

/** `A` for 0, `AA` for 26. */
export function columnLetters(at: number): string {
  let letters = '';
  for (let n = at + 1; n > 0; n = Math.floor((n - 1) / 26))
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  return letters;
}

/** Column and cell of a path of the order in the rows it was read from; empty for JSON and for what no column gave. */
export function placeOf(path: string, raw: RawOrder): Place {
  if (raw.kind !== 'rows' || !raw.fields) return {};
  const line = /^lines\[(\d+)\]/.exec(path)?.[1];
  const at = raw.fields.indexOf(path.replace(/\[\d+\]/, '[]'));
  if (at < 0) return {};
  const filled = raw.rows.findIndex((row) => (row[at] ?? '').trim() !== '');
  const row = line === undefined ? Math.max(0, filled) : (raw.lines[Number(line)] ?? 0);
  const number = raw.numbers?.[row];
  return {
    header: (raw.header[at] ?? '').trim(),
    ...(number !== undefined && { cell: `${columnLetters(at)}${number}` }),
  };
}
