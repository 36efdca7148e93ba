import { HelperStopped } from '../apart/helper.js';
import { Lane, type LaneLimits } from '../apart/lane.js';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Room } from '../base/room.js';
import type { RegimeAdvice } from '../checks/advise.js';
import type { ReadMessage } from '../messages/reader.js';
import type { StructureVerdict } from '../messages/structure.js';
import type { Order } from '../orders/order.js';
import type { OrderFile, ReadOrder } from '../orders/read/readOrders.js';
import type { TurnoverRow } from '../figures/turnover.js';
import type { GoodsReading } from '../goods/file.js';
import type { GoodsItem } from '../goods/item.js';
import type { ReadFile } from '../receipts/facts.js';
import type { SheetName } from '../rulebook.js';
import type { LearnedHeaders, SheetPreview, SheetReading, SheetRow } from '../sheets/read.js';
import type { SignatureVerdict, VerifyOptions } from '../signing/verify.js';
import type { Answer, Question, TableRow, TableTold } from './questions.js';
import { Readers } from './readers.js';

export interface ReaderLimits extends LaneLimits {
  /** Time for a whole file: so much, and more for each megabyte of it; what others take meanwhile does not count. */
  fileMs?: { base: number; perMb: number };
}

/** One file: a large workbook is held as a whole; nothing real keeps a reader a minute without a slice. */
export const fileLimits: ReaderLimits = {
  memoryMb: 256,
  answerMs: 60_000,
  // Real files take a second a megabyte on a quiet machine, workbooks (packed) five.
  fileMs: { base: 60_000, perMb: 30_000 },
};
/** A file of the small lane, see `SMALL_BYTES`: what it may take stands beside a large one under way. */
export const smallFileLimits: ReaderLimits = { ...fileLimits, memoryMb: 96 };
/** Whoever asked still listens then, and so does a proxy in between. */
const WAIT_MS = 45_000;
/** One request. */
export const requestLimits: ReaderLimits = { memoryMb: 96, answerMs: 15_000, waitMs: WAIT_MS };
/** A table of a request (goods, registry, warehouses): the person waits for it. */
export const tableLimits: ReaderLimits = { memoryMb: 160, answerMs: 60_000, waitMs: WAIT_MS };
/** One file of receipts, at most 20 MB. */
export const receiptLimits: ReaderLimits = { memoryMb: 160, answerMs: 60_000 };
/**
 * What the readers of requests and receipts that are at work may take together: the largest beside one request. Imports
 * have no part in it: each of their two lanes reads one file at a time, and may hold its reader while the database waits.
 */
export const REQUESTS_MB = 256;

/**
 * Reading and checking apart from everything else: one reader, one job at a time, as `Lane` has it. Where the limits say
 * how long a job waits, it throws A29 (503) after that.
 */
export class Reading {
  private readonly lane: Lane<Question, Answer>;

  constructor(
    private readonly limits: ReaderLimits,
    private readonly readers = new Readers(),
    /** Memory that this lane shares with others, in MB; a job waits until its limit fits. */
    room?: Room,
  ) {
    this.lane = new Lane(limits, readers, room);
  }

  /**
   * The orders of a file, each with every fault of it, in slices as they come. Throws what reading throws for the whole
   * file, and `tooMuch` when it took too much time or memory.
   */
  async *orders(
    chunks: AsyncIterable<Buffer>,
    file: OrderFile,
    tooMuch: 'A24' | 'I60' = 'I60',
  ): AsyncGenerator<ReadOrder[]> {
    const release = await this.lane.turn();
    const iterator = chunks[Symbol.asyncIterator]();
    let over = false;
    const budget = new FileBudget(this.limits);
    const ask = (question: Question) => budget.spend((mostMs) => this.ask(question, tooMuch, mostMs));
    try {
      const { onTable, complete, ...rest } = file;
      let answer = await ask({ kind: 'open', ...rest, completes: complete !== undefined });
      for (;;) {
        if (answer.kind === 'wants') {
          const { value, done } = await iterator.next();
          const bytes = done ? undefined : new Uint8Array(value);
          budget.read(bytes?.length ?? 0);
          answer = await ask({ kind: 'bytes', bytes });
        } else if (answer.kind === 'incomplete') {
          const { orders } = answer;
          const faults = (await complete?.(orders)) ?? [];
          answer = await ask({ kind: 'completed', orders, faults });
        } else if (answer.kind === 'orders') {
          if (answer.table) onTable?.(answer.table);
          over = answer.last;
          if (answer.orders.length > 0) yield answer.orders;
          if (over) return;
          answer = await ask({ kind: 'next' });
        } else throw new Error(`the reader answered ${answer.kind} to a file`);
      }
    } finally {
      // A file left in the middle leaves the reader in the middle, too.
      if (!over) this.lane.drop();
      await iterator.return?.();
      release();
    }
  }

  /** What it would mean to declare an order under each regime; see `advise`. Throws A24 when it takes too long. */
  async advise(order: Order): Promise<RegimeAdvice[]> {
    return expected(await this.once({ kind: 'advise', order }, 'A24'), 'advice').advice;
  }

  /** A message as read, and held against its schema. Throws what `readMessage` throws, and D14 when it takes too long. */
  async message(bytes: Buffer): Promise<{ read: ReadMessage; structure: StructureVerdict }> {
    const asked = this.once({ kind: 'message', bytes: new Uint8Array(bytes) }, 'D14');
    const { read, structure } = expected(await asked, 'message');
    return { read: { ...read, bytes: Buffer.from(read.bytes) }, structure };
  }

  /** What the signature of a message says; see `verifyMessage`. Throws what that throws, and D14 when it takes too long. */
  async signature(bytes: Buffer, options: VerifyOptions): Promise<SignatureVerdict> {
    const answer = await this.once({ kind: 'signature', bytes: new Uint8Array(bytes), options }, 'D14');
    return expected(answer, 'signature').verdict;
  }

  /** A file of receipts as read; see `readReceiptFile`. Throws D14 when it takes too much time or memory. */
  async receipts(bytes: Buffer, origin: string): Promise<ReadFile> {
    const question = { kind: 'receipts', bytes: new Uint8Array(bytes), origin } as const;
    return expected(await this.once(question, 'D14'), 'receipts').read;
  }

  /** The rows of a file of turnover. Throws what `readTurnoverCsv` throws, and A24 when it takes too long. */
  async turnover(bytes: Buffer): Promise<TurnoverRow[]> {
    const { rows } = await this.table<TurnoverRow>({ kind: 'turnover', bytes: new Uint8Array(bytes) });
    return rows;
  }

  /** The items of a file of the goods master. Throws what `readGoodsFile` throws, and A24 when it takes too long. */
  async goods(bytes: Buffer, format: 'csv' | 'xlsx'): Promise<GoodsReading> {
    const { rows, ...told } = await this.table<GoodsItem>({
      kind: 'goods',
      bytes: new Uint8Array(bytes),
      format,
    });
    return { items: rows, ...told };
  }

  /** The rows of a table that people fill in. Throws what `readSheet` throws, and A24 when it takes too long. */
  async sheet(
    bytes: Buffer,
    fileName: string,
    sheet: SheetName,
    given: Readonly<Record<string, string>> = {},
    learned: LearnedHeaders = new Map(),
  ): Promise<SheetReading> {
    const question = {
      kind: 'sheet',
      bytes: new Uint8Array(bytes),
      fileName,
      sheet,
      given,
      learned,
    } as const;
    return this.table<SheetRow>(question);
  }

  /** How the rows of such a table would be read. Throws as `sheet` does. */
  async sheetPreview(
    bytes: Buffer,
    fileName: string,
    sheet: SheetName,
    given: Readonly<Record<string, string>>,
    learned: LearnedHeaders,
  ): Promise<SheetPreview> {
    const question = {
      kind: 'sheetPreview',
      bytes: new Uint8Array(bytes),
      fileName,
      sheet,
      given,
      learned,
    } as const;
    return expected(await this.once(question, 'A24'), 'sheetPreview').preview;
  }

  close(): void {
    this.lane.drop();
    this.readers.close();
  }

  /** A table, its rows taken over in slices; they are of the kind that the question asks for. */
  private table<Row extends TableRow>(question: Question): Promise<TableTold & { rows: Row[] }> {
    return this.lane.do(async () => {
      let answer = expected(await this.ask(question, 'A24'), 'table');
      const { told, rows } = answer;
      while (!answer.last) {
        answer = expected(await this.ask({ kind: 'rows' }, 'A24'), 'table');
        rows.push(...answer.rows);
      }
      return { ...told, rows: rows as Row[] };
    });
  }

  private once(question: Question, tooMuch: string): Promise<Answer> {
    return this.lane.do(() => this.ask(question, tooMuch));
  }

  private async ask(question: Question, tooMuch: string, mostMs?: number): Promise<Answer> {
    try {
      return await this.lane.ask(question, mostMs);
    } catch (error) {
      if (!(error instanceof HelperStopped) || error.reason === 'ended') throw error;
      throw new FaultError([makeFault(tooMuch, '')], 422);
    }
  }
}

/** The answer, which is of the kind that was asked for. */
function expected<K extends Answer['kind']>(answer: Answer, kind: K): Extract<Answer, { kind: K }> {
  if (answer.kind !== kind) throw new Error(`the reader answered ${answer.kind}, not ${kind}`);
  return answer as Extract<Answer, { kind: K }>;
}

/** The time a reader may take for one file, all its answers together. */
class FileBudget {
  private leftMs: number;

  constructor(private readonly limits: ReaderLimits) {
    this.leftMs = limits.fileMs?.base ?? Infinity;
  }

  /** So many bytes more of the file: they bring their time with them. */
  read(bytes: number): void {
    this.leftMs += ((this.limits.fileMs?.perMb ?? 0) * bytes) / 2 ** 20;
  }

  /** Throws I60 when the time is used up. */
  async spend<T>(answering: (mostMs: number) => Promise<T>): Promise<T> {
    if (this.leftMs <= 0) throw new FaultError([makeFault('I60', '')], 422);
    const from = performance.now();
    try {
      return await answering(this.leftMs);
    } finally {
      this.leftMs -= performance.now() - from;
    }
  }
}
