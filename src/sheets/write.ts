import { csvOf } from '../base/csv.js';
import { textRows, workbookOf, type WorkbookSheet } from '../base/workbook.js';
import { escapeFormula } from '../orders/cellText.js';
import type { Sheet, SheetColumn } from './sheet.js';

export const tableFormats = ['xlsx', 'csv'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** By the name of a file: .csv is CSV, everything else a workbook. */
export const tableFormatOf = (file: string): TableFormat => (/\.csv$/i.test(file) ? 'csv' : 'xlsx');

type Rows = readonly Readonly<Record<string, string | null | undefined>>[];

/**
 * Rows as a file that can be changed in a spreadsheet and imported again: Chinese headers, choices in Chinese words; the
 * CSV in UTF-8 with a mark.
 */
export const writeSheet = (rows: Rows, sheet: Sheet, format: TableFormat): Promise<Buffer> =>
  format === 'csv' ? sheetCsv(rows, sheet) : workbookOf([sheetOfRows(rows, sheet)]);

/** The file as CSV. */
export const sheetCsv = (rows: Rows, sheet: Sheet): Promise<Buffer> =>
  csvOf(tableOf(rows, sheet), escapeFormula);

/** The file as the sheet of a workbook. */
export const sheetOfRows = (rows: Rows, sheet: Sheet): WorkbookSheet => ({
  sheet: sheet.title.zh,
  data: textRows(tableOf(rows, sheet)),
  stickyRowsCount: 1,
});

function* tableOf(rows: Rows, { columns }: Sheet): Generator<string[]> {
  yield columns.map((column) => column.header.zh);
  for (const row of rows) yield columns.map((column) => shown(row[column.key] ?? '', column));
}

const shown = (value: string, { choices }: SheetColumn): string =>
  choices?.find((choice) => choice.code === value)?.text.zh ?? value;
