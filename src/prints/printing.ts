import { HelperStopped } from '../apart/helper.js';
import { Helpers } from '../apart/helpers.js';
import { Lane, type Job, type LaneLimits } from '../apart/lane.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { CellRow, WorkbookSheet } from '../base/workbook.js';
import type { Paper } from './paper.js';
import type { Answer, Question } from './questions.js';

/**
 * One file: on a quiet machine a paper of two thousand rows takes five seconds and 150 to 220 MB, a workbook of twenty thousand
 * rows ten seconds; several times that where others keep the machine busy. Whoever asked still listens while it waits, and so
 * does a proxy in between.
 */
export const printLimits: LaneLimits = { memoryMb: 256, answerMs: 120_000, waitMs: 45_000, waitingMost: 8 };

/** Memory with which a printer is worth keeping: what program, writer and typeface take, and as much again. */
const KEPT_BYTES = 200 << 20;

/** When a print that was interrupted may be tried again. */
const RETRY_SECONDS = 5;

/** Cells that are handed on at once: they take a few milliseconds. */
const SLICE_CELLS = 5_000;

/**
 * Makes files apart from the process that serves: laying out a paper or packing a workbook would hold everybody else for
 * seconds. One printer at work; of several people each gets one file by turns.
 */
export class Printing {
  private readonly helpers = new Helpers<Question, Answer>({
    program: new URL('./program.js', import.meta.url),
    keptBytes: KEPT_BYTES,
  });
  private readonly lane: Lane<Question, Answer>;

  constructor(limits: LaneLimits = printLimits) {
    this.lane = new Lane(limits, this.helpers);
  }

  /**
   * A paper as PDF; see `pdfOf`. Throws Y06 (422) when it takes too much time or memory, Y07 (503) when the printer was
   * killed, A29 (503) when others are at work for too long, and the reason of a signal that says nobody waits for it.
   */
  pdf(paper: Paper, job: Job = {}): Promise<Buffer> {
    return this.made(job, () => this.lane.ask({ kind: 'pdf', paper }));
  }

  /** A workbook; see `workbookOf`. Its rows are made and handed on in slices. Throws as `pdf` does. */
  workbook(sheets: readonly WorkbookSheet[], job: Job = {}): Promise<Buffer> {
    return this.made(job, async () => {
      await this.lane.ask({ kind: 'begin' });
      for (const { data, ...sheet } of sheets) {
        await this.lane.ask({ kind: 'sheet', sheet });
        for (const rows of slicesOf(data)) await this.lane.ask({ kind: 'rows', rows });
      }
      return this.lane.ask({ kind: 'workbook' });
    });
  }

  close(): void {
    this.lane.drop();
    this.helpers.close();
  }

  private async made(job: Job, ask: () => Promise<Answer>): Promise<Buffer> {
    try {
      const answer = await this.lane.do(ask, job);
      if (answer.kind !== 'file') throw new Error(`the printer answered ${answer.kind}, not a file`);
      const { buffer, byteOffset, byteLength } = answer.bytes;
      return Buffer.from(buffer, byteOffset, byteLength);
    } catch (error) {
      job.signal?.throwIfAborted();
      if (!(error instanceof HelperStopped)) throw error;
      if (error.reason === 'time' || error.reason === 'memory')
        throw new FaultError([makeFault('Y06', '')], 422);
      throw new FaultError([makeFault('Y07', '', { seconds: String(RETRY_SECONDS) })], 503, RETRY_SECONDS);
    }
  }
}

/** The rows in slices of about as many cells. */
function* slicesOf(rows: Iterable<CellRow>): Generator<CellRow[]> {
  let slice: CellRow[] = [];
  let cells = 0;
  for (const row of rows) {
    slice.push(row);
    cells += row.length;
    if (cells < SLICE_CELLS) continue;
    yield slice;
    slice = [];
    cells = 0;
  }
  if (slice.length > 0) yield slice;
}
