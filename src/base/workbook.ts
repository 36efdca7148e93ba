import type { Readable } from 'node:stream';
import type { Cell as AnyCell, Sheet } from 'write-excel-file/node';

/** A cell is plain data (texts and numbers with how they look), so that a helper can be told of it. */
export type Cell = StyledCell | null;
export type StyledCell = Omit<Extract<AnyCell, { value?: unknown }>, 'type' | 'value'> & {
  value: string | number;
};
export type CellRow = readonly Cell[];

/** One sheet of a workbook: its rows, made as they are written, its name, widths and what of it stays in sight. */
export interface WorkbookSheet extends Pick<
  Sheet<Readable | Buffer>,
  'columns' | 'stickyRowsCount' | 'orientation'
> {
  sheet: string;
  data: Iterable<CellRow>;
}

/** Rows of texts under a bold head, the texts of the others kept as they are typed. */
export function* textRows(rows: Iterable<readonly string[]>): Generator<CellRow> {
  let head = true;
  for (const row of rows) {
    yield row.map((value) => (head ? { value, fontWeight: 'bold' } : { value, format: '@' }));
    head = false;
  }
}

/**
 * A workbook of these sheets as .xlsx: a second for every few thousand rows, so what serves others has it made by a helper
 * (`prints/printing.ts`). What writes it is loaded with the first one: most processes never write any.
 */
export async function workbookOf(sheets: readonly WorkbookSheet[]): Promise<Buffer> {
  const { default: writeExcelFile } = await import('write-excel-file/node');
  return writeExcelFile(
    sheets.map(({ data, ...sheet }) => ({
      ...sheet,
      data: Array.from(data, (row) => row.map(typed)),
    })),
  ).toBuffer();
}

/** Types are functions to the writer, which cannot be told of. */
const typed = (cell: Cell): AnyCell =>
  cell && ({ ...cell, type: typeof cell.value === 'number' ? Number : String } as AnyCell);
