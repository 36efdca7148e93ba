import type { Readable } from 'node:stream';
import type { ColumnNames } from '../columns/names.js';
import { csvRows } from './csv.js';
import { defaultLimits } from './draft.js';
import type { Row } from './rows.js';
import { utf8Chunks } from './source.js';
import { sheetRows } from './xlsx.js';

/** The rows of any table, CSV or .xlsx, in every encoding orders may have; nothing is said of what they mean. */
export function readRows(stream: Readable, format: 'csv' | 'xlsx', names: ColumnNames): AsyncGenerator<Row> {
  const progress = { bytesRead: 0 };
  return format === 'xlsx'
    ? sheetRows(stream, defaultLimits, progress)
    : csvRows(utf8Chunks(stream, defaultLimits.maxXlsxBytes, progress), { names }, defaultLimits, {
        records: 0,
      });
}
