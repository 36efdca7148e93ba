import { stringify } from 'csv-stringify/sync';
import { workbookOf, type Cell, type SheetData } from '../base/workbook.js';
import { escapeFormula } from '../orders/cellText.js';
import type { Sheet, SheetColumn } from './sheet.js';

export const tableFormats = ['xlsx', 'csv'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** By the name of a file: .csv is CSV, everything else a workbook. */
export const tableFormatOf = (file: string): TableFormat => (/\.csv$/i.test(file) ? 'csv' : 'xlsx');

export const mediaTypes: Record<TableFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/**
 * Rows as a file that can be changed in a spreadsheet and imported again: Chinese headers, choices in Chinese words; the
 * CSV in UTF-8 with a mark.
 */
export async function writeSheet(
  rows: readonly Readonly<Record<string, string | null | undefined>>[],
  sheet: Sheet,
  format: TableFormat,
): Promise<Buffer> {
  const header = sheet.columns.map((column) => column.header.zh);
  const table = rows.map((row) => sheet.columns.map((column) => shown(row[column.key] ?? '', column)));
  if (format === 'csv')
    return Buffer.from(
      stringify([header, ...table.map((row) => row.map(escapeFormula))], {
        bom: true,
        record_delimiter: 'windows',
      }),
    );
  const data: SheetData = [
    header.map((value): Cell => ({ value, type: String, fontWeight: 'bold' })),
    ...table.map((row) => row.map((value): Cell => ({ value, type: String, format: '@' }))),
  ];
  return workbookOf([{ data, sheet: sheet.title.zh, stickyRowsCount: 1 }]);
}

const shown = (value: string, { choices }: SheetColumn): string =>
  choices?.find((choice) => choice.code === value)?.text.zh ?? value;
