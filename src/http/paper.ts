import type { Response } from 'express';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { MOST_ROWS, rowsOf, type Paper } from '../prints/paper.js';
import { xlsxOf } from '../prints/xlsx.js';

/** Sends a paper as a PDF to be kept; throws Y05 (422) when it has more rows than a print should. */
export async function sendPaper(res: Response, paper: Paper, name: string): Promise<void> {
  const rows = rowsOf(paper);
  if (rows > MOST_ROWS)
    throw new FaultError([makeFault('Y05', 'query', { rows: String(rows), most: String(MOST_ROWS) })], 422);
  // The writer takes half a second to load: only who prints waits for it.
  const { pdfOf } = await import('../prints/pdf.js');
  const bytes = await pdfOf(paper);
  res.setHeader('Content-Disposition', `attachment; filename="${name}.pdf"`);
  res.type('application/pdf').send(bytes);
}

/** Sends a paper as an Excel workbook with the same rows. */
export async function sendWorkbook(res: Response, paper: Paper, name: string): Promise<void> {
  const bytes = await xlsxOf(paper);
  res.setHeader('Content-Disposition', `attachment; filename="${name}.xlsx"`);
  res.type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').send(bytes);
}
