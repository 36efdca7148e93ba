import type { Request } from 'express';
import { z } from 'zod';
import type { Fault } from '../../base/fault.js';
import { limitFaults } from '../../base/faultLimit.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import type { SheetName } from '../../rulebook.js';
import { learnedHeaders } from '../../sheets/learned.js';
import { readValues, rowFault, type SheetReading } from '../../sheets/read.js';
import type { Sheet } from '../../sheets/sheet.js';
import { sheetCsv, sheetOfRows, tableFormats, type TableFormat } from '../../sheets/write.js';
import { withBody } from '../body.js';
import { sendCsv, sendWorkbook, type Printed } from '../paper.js';

/** Bytes of one table that people hand in. */
export const SHEET_BYTES = 32 * 1024 ** 2;
export const fileNameQuery = z.object({ fileName: z.string().trim().min(1).max(255) });
/** Texts by column of a sheet, as they would stand in a file. */
export const sheetRowSchema = z.record(z.string().max(40), z.string().max(4000));
export const formatQuery = z.object({ format: z.enum(tableFormats).default('xlsx') });

/** Reads the body of a request as a sheet, with what people of the asker's enterprise said about their columns. Throws as `readSheet`. */
export async function readUpload(
  gateway: Gateway,
  req: Request,
  access: Access,
  name: SheetName,
  fileName: string,
  given: Readonly<Record<string, string>> = {},
): Promise<SheetReading> {
  const learned = await learnedHeaders(gateway.store, access.tenantId, name);
  return withBody(req, SHEET_BYTES, (bytes) => gateway.tables.sheet(bytes, fileName, name, given, learned));
}

/** Rows of a JSON request as a sheet reads them, numbered from 1. */
export function readRowsOf(given: readonly Record<string, string>[], sheet: Sheet): SheetReading {
  const read: SheetReading = { rows: [], faults: [], unread: [] };
  given.forEach((texts, i) => {
    const { values, problems } = readValues(texts, sheet);
    if (problems.length === 0) read.rows.push({ row: i + 1, values });
    else read.faults.push(...problems.map((problem) => rowFault(i + 1, problem)));
  });
  return read;
}

/** What became of the rows that were read, with the faults of those that were not taken and the columns nobody read. */
export const takenOf = <Taken extends { faults: readonly Fault[] }>(taken: Taken, read: SheetReading) => ({
  ...taken,
  faults: limitFaults(taken.faults),
  unread: read.unread,
});

/** Answers with a sheet as a file that can be changed and imported again. */
export async function sendSheet(
  to: Printed,
  rows: readonly Readonly<Record<string, string | null | undefined>>[],
  sheet: Sheet,
  format: TableFormat,
): Promise<void> {
  const name = `${sheet.title.zh}.${format}`;
  if (format === 'csv') sendCsv(to.res, await sheetCsv(rows, sheet), name);
  else await sendWorkbook(to, [sheetOfRows(rows, sheet)], name);
}
