import { headerKeys, nameKey, type ColumnNames } from './names.js';
import type { ProfileBody } from './profile.js';

/** How many rows above the data may be titles, notes and blanks. */
export const headerSearchRows = 30;
/** Columns looked at while the header is searched. */
const searchedColumns = 500;

export interface FoundHeader {
  /** Place of the header among the rows given. */
  at: number;
  /** Rows it takes: two when group names stand above the names, or a second language below them. */
  height: number;
  cells: string[];
}

/**
 * The row with the names of the columns among the first rows of a table: the one in which the most columns are known.
 * Titles and notes above it are skipped. Blank cells of a header of two rows are filled from the other row. When no name
 * is known anywhere, the row with the most texts is taken, so that a person can say what its columns are. Undefined only
 * when there is nothing at all.
 */
export function findHeader(
  rows: readonly (readonly string[])[],
  names: ColumnNames,
  profiles: readonly Pick<ProfileBody, 'columns'>[],
): FoundHeader | undefined {
  const profiled = new Set(profiles.flatMap((p) => p.columns.map((column) => nameKey(column.header))));
  const known = (cell: string): boolean =>
    headerKeys(cell).some((key) => profiled.has(key) || names.meanings.get(key)?.sure !== undefined);
  const heard = (cell: string): boolean =>
    headerKeys(cell).some((key) => names.meanings.has(key) || names.ignored.has(key));
  const scores = rows
    .slice(0, headerSearchRows)
    .map((row) =>
      row.slice(0, searchedColumns).reduce((sum, cell) => sum + (known(cell) ? 1 : heard(cell) ? 0.3 : 0), 0),
    );
  let at = scores.indexOf(Math.max(0, ...scores));
  if ((scores[at] ?? 0) === 0) {
    const texts = rows
      .slice(0, headerSearchRows)
      .map((row) => row.filter((cell) => cell.trim() !== '' && !/^[\d.,\s-]+$/.test(cell)).length);
    at = texts.indexOf(Math.max(1, ...texts));
    if (at < 0) at = rows.findIndex((row) => row.some((cell) => cell.trim() !== ''));
    return at < 0 ? undefined : { at, height: 1, cells: trimEnd(rows[at] ?? []) };
  }
  const cells = [...(rows[at] ?? [])];
  let height = 1;
  const below = rows[at + 1] ?? [];
  const filledBelow = below.filter((cell) => cell.trim() !== '');
  if (filledBelow.length > 1 && filledBelow.every((cell) => known(cell) || heard(cell))) {
    height = 2;
    below.forEach((cell, i) => {
      if (cell.trim() !== '' && !known(cells[i] ?? '')) cells[i] = cell;
    });
  }
  const above = rows[at - 1] ?? [];
  above.forEach((cell, i) => {
    if ((cells[i] ?? '').trim() === '' && known(cell)) cells[i] = cell;
  });
  return { at, height, cells: trimEnd(cells) };
}

function trimEnd(cells: readonly string[]): string[] {
  const copy = Array.from(cells, (cell) => cell ?? '');
  while (copy.length > 0 && copy.at(-1)?.trim() === '') copy.pop();
  return copy;
}
