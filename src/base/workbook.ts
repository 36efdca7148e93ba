import type { Readable } from 'node:stream';
import type { Cell, Sheet, SheetData } from 'write-excel-file/node';

export type { Cell, SheetData };

/** One sheet of a workbook: its rows, its name, widths and what of it stays in sight. */
export type WorkbookSheet = Sheet<Readable | Buffer>;

/** A workbook of these sheets as .xlsx. What writes it is loaded with the first one: most processes never write any. */
export async function workbookOf(sheets: WorkbookSheet[]): Promise<Buffer> {
  const { default: writeExcelFile } = await import('write-excel-file/node');
  return writeExcelFile(sheets).toBuffer();
}
