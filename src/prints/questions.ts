import type { CellRow, WorkbookSheet } from '../base/workbook.js';
import type { Paper } from './paper.js';

/** What a printer is asked. A workbook is begun, gets the rows of its sheets in slices, and is then made. */
export type Question =
  | { kind: 'pdf'; paper: Paper }
  | { kind: 'begin' }
  | { kind: 'sheet'; sheet: Omit<WorkbookSheet, 'data'> }
  | { kind: 'rows'; rows: readonly CellRow[] }
  | { kind: 'workbook' };

/** What it answers. */
export type Answer = { kind: 'taken' } | { kind: 'file'; bytes: Uint8Array };
