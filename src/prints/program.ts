import { answer as say, answerQuestions, beginHelper } from '../apart/program.js';
import { workbookOf, type CellRow, type WorkbookSheet } from '../base/workbook.js';
import type { Answer, Question } from './questions.js';

/** The program of a printer: makes the files of `Printing`, one after the other. */
beginHelper();

let sheets: (Omit<WorkbookSheet, 'data'> & { data: CellRow[] })[] = [];

const answer = (given: Answer): void => say<Answer>(given);

async function handle(question: Question): Promise<void> {
  switch (question.kind) {
    case 'pdf': {
      // Writer and typeface take half a second to load: only papers need them.
      const { pdfOf } = await import('./pdf.js');
      answer({ kind: 'file', bytes: await pdfOf(question.paper) });
      return;
    }
    case 'begin':
      sheets = [];
      break;
    case 'sheet':
      sheets.push({ ...question.sheet, data: [] });
      break;
    case 'rows':
      sheets.at(-1)?.data.push(...question.rows);
      break;
    case 'workbook': {
      const made = sheets;
      sheets = [];
      answer({ kind: 'file', bytes: await workbookOf(made) });
      return;
    }
  }
  answer({ kind: 'taken' });
}

answerQuestions(handle);
