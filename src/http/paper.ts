import type { Response } from 'express';
import type { Job } from '../apart/lane.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { WorkbookSheet } from '../base/workbook.js';
import type { Access } from '../enterprises/access.js';
import type { Printing } from '../prints/printing.js';
import { MOST_ROWS, rowsOf, type Paper } from '../prints/paper.js';
import { sheetsOf } from '../prints/xlsx.js';

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Where a file goes: the answer it is sent with, whoever asked for it, and what makes it. */
export interface Printed {
  res: Response;
  access: Access;
  printing: Printing;
}

/** Sends a paper as a PDF to be kept; throws Y05 (422) when it has more rows than a print should, and as `Printing.pdf`. */
export async function sendPaper(to: Printed, paper: Paper, name: string): Promise<void> {
  const rows = rowsOf(paper);
  if (rows > MOST_ROWS)
    throw new FaultError([makeFault('Y05', 'query', { rows: String(rows), most: String(MOST_ROWS) })], 422);
  await send(to, 'application/pdf', `${name}.pdf`, (job) => to.printing.pdf(paper, job));
}

/** Sends a paper as an Excel workbook with the same rows. Throws as `Printing.workbook`. */
export const sendPaperSheets = (to: Printed, paper: Paper, name: string): Promise<void> =>
  sendWorkbook(to, sheetsOf(paper), `${name}.xlsx`);

/** Sends sheets as an Excel workbook of that file name. Throws as `Printing.workbook`. */
export const sendWorkbook = (
  to: Printed,
  sheets: readonly WorkbookSheet[],
  fileName: string,
): Promise<void> => send(to, XLSX, fileName, (job) => to.printing.workbook(sheets, job));

/** Sends a CSV of that file name. */
export function sendCsv(res: Response, bytes: Buffer, fileName: string): void {
  res.attachment(fileName).type('text/csv; charset=utf-8').send(bytes);
}

/** Nothing is made for who is gone, and nothing said of it to anybody. */
async function send(
  { res, access }: Printed,
  type: string,
  fileName: string,
  make: (job: Job) => Promise<Buffer>,
): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  if (res.closed) leave();
  res.once('close', leave);
  try {
    const bytes = await make({ who: `${access.tenantId} ${access.actor}`, signal: gone.signal });
    res.attachment(fileName).type(type).send(bytes);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    res.off('close', leave);
  }
}
