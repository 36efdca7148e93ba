import type { Readable } from 'node:stream';
import type { ColumnNames } from '../columns/names.js';
import { csvRows } from './csv.js';
import { defaultLimits, type ReadLimits } from './draft.js';
import { fitCells } from './fit.js';
import { demandColumns, type Row } from './rows.js';
import { utf8Chunks } from './source.js';
import { sheetRows } from './xlsx.js';

/** Read in the process itself, so less than a file of orders may be. */
const limits: ReadLimits = {
  ...defaultLimits,
  maxXlsxBytes: 16 * 2 ** 20,
  maxXlsxUnpacked: 48 * 2 ** 20,
  maxXlsxCells: 1_000_000,
};

/**
 * The rows of any table, CSV or .xlsx, in every encoding orders may have; nothing is said of what they mean. Throws I39 for a
 * row wider than any table.
 */
export async function* readRows(
  stream: Readable,
  format: 'csv' | 'xlsx',
  names: ColumnNames,
): AsyncGenerator<Row> {
  const progress = { bytesRead: 0 };
  const rows =
    format === 'xlsx'
      ? sheetRows(stream, limits, progress)
      : csvRows(utf8Chunks(stream, limits.maxXlsxBytes, progress), { names }, limits, { records: 0 });
  for await (const row of rows) {
    demandColumns(row.cells.length);
    yield { ...row, cells: fitCells(row.cells) };
  }
}
