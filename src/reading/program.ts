import { Readable } from 'node:stream';
import { answer as say, answerQuestions, beginHelper } from '../apart/program.js';
import { systemClock } from '../base/clock.js';
import { bySeverity } from '../base/fault.js';
import { FAULTS_SHOWN, limitFaults } from '../base/faultLimit.js';
import { advise } from '../checks/advise.js';
import { withEveryFault } from '../checks/everyFault.js';
import { readTurnoverCsv } from '../figures/turnover.js';
import { readGoodsFile } from '../goods/file.js';
import { readMessage } from '../messages/reader.js';
import { checkStructure } from '../messages/structure.js';
import { normaliseOrder } from '../orders/normalise.js';
import { weightOf } from '../orders/read/draft.js';
import type { Order } from '../orders/order.js';
import { readOrders, type ReadOptions, type ReadOrder } from '../orders/read/readOrders.js';
import type { TableNotes } from '../orders/read/table.js';
import { readReceiptFile } from '../receipts/read.js';
import { loadRulebook } from '../rulebook.js';
import { previewSheet, readSheet } from '../sheets/read.js';
import { verifyMessage } from '../signing/verify.js';
import type { Answer, Question, ReaderStart, TableRow, TableTold } from './questions.js';

/** Orders of a slice, and bytes of their text: whichever comes first ends it. */
const SLICE_ORDERS = 100;
const SLICE_BYTES = 1024 * 1024;
/** Rows of a table that are handed over at once: the gateway takes them over in a few milliseconds. */
const SLICE_ROWS = 500;

/** The program of a reader: answers the questions of `Reader` one after the other. */
const { imported, mappings } = beginHelper<ReaderStart>();
const rulebook = loadRulebook(systemClock, imported, [], mappings);
const parts = { ...rulebook, clock: systemClock };

const answer = (given: Answer): void => say<Answer>(given);

type Completed = Question & { kind: 'completed' };

let feed: ((bytes: Uint8Array | undefined) => void) | undefined;
let orders: AsyncGenerator<ReadOrder> | undefined;
let completed: ((result: Completed) => void) | undefined;
let table: TableNotes | undefined;
let first = true;
/** What is left of a table that is handed over. */
let rowsLeft: readonly TableRow[] = [];
let failure: unknown;
let faultsLeft = Infinity;

/** Lets the gateway complete orders: what it knows of the sellers is not known here. */
async function complete(orders: readonly Order[]): Promise<Completed['faults']> {
  const result = await new Promise<Completed>((resolve) => {
    completed = resolve;
    answer({ kind: 'incomplete', orders });
  });
  orders.forEach((order, i) => Object.assign(order, result.orders[i]));
  return result.faults;
}

function optionsOf({
  kind: _kind,
  completes,
  faultsKept: _kept,
  ...file
}: Question & { kind: 'open' }): ReadOptions {
  table = undefined;
  first = true;
  failure = undefined;
  return {
    ...rulebook.readOptions,
    ...file,
    onTable: (notes) => (table = notes),
    ...(completes ? { complete } : {}),
  };
}

async function* fed(): AsyncGenerator<Buffer> {
  for (;;) {
    const bytes = await new Promise<Uint8Array | undefined>((resolve) => {
      feed = resolve;
      answer({ kind: 'wants' });
    });
    if (!bytes) return;
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

async function slice(): Promise<void> {
  if (failure !== undefined) throw failure;
  const taken: ReadOrder[] = [];
  let bytes = 0;
  while (orders && taken.length < SLICE_ORDERS && bytes < SLICE_BYTES) {
    const next = await orders.next().catch((error: unknown) => {
      // How the columns were read is told before why the file cannot be: a person can then say what they are.
      if (!table || !first) throw error;
      failure = error;
    });
    if (!next) break;
    const { value, done } = next;
    if (done) {
      orders = undefined;
      break;
    }
    taken.push(kept(withEveryFault(value, parts)));
    bytes += weightOf(value.raw);
  }
  // Told with the first slice and, with every row that is no order, with the last.
  const notes = first || orders === undefined ? table : undefined;
  first = false;
  answer({ kind: 'orders', orders: taken, last: orders === undefined, ...(notes ? { table: notes } : {}) });
}

/**
 * A faulty order with as many of its faults as are shown, and as the file may still tell: a hundred thousand of them would cost
 * whoever takes them over a tenth of a second. What a good one is noted for is kept.
 */
function kept(order: ReadOrder): ReadOrder {
  const { faults, notices } = bySeverity(order.faults);
  if (faults.length === 0) return order;
  const told = limitFaults(faults, Math.min(faultsLeft, FAULTS_SHOWN));
  faultsLeft = Math.max(0, faultsLeft - faults.length);
  return { ...order, faults: faultsLeft > 0 ? [...told, ...limitFaults(notices)] : told };
}

/** Hands over the first rows of a table, with what else is told of it. */
function handOver(rows: readonly TableRow[], told: TableTold = { faults: [], unread: [] }): void {
  rowsLeft = rows.slice(SLICE_ROWS);
  answer({ kind: 'table', rows: rows.slice(0, SLICE_ROWS), last: rowsLeft.length === 0, told });
}

async function handle(question: Question): Promise<void> {
  switch (question.kind) {
    case 'open':
      faultsLeft = question.faultsKept ?? Infinity;
      orders = readOrders(fed(), optionsOf(question));
      return slice();
    case 'completed':
      completed?.(question);
      return;
    case 'bytes':
      feed?.(question.bytes);
      return;
    case 'next':
      return slice();
    case 'advise': {
      const { order } = normaliseOrder(question.order, rulebook.catalogue.codes, rulebook.readOptions);
      answer({ kind: 'advice', advice: advise(order, rulebook) });
      return;
    }
    case 'message': {
      const bytes = Buffer.from(question.bytes);
      const read = readMessage(bytes, rulebook.catalogue);
      answer({ kind: 'message', read, structure: await checkStructure(read.bytes, rulebook.catalogue) });
      return;
    }
    case 'signature': {
      const { bytes, options } = question;
      answer({ kind: 'signature', verdict: await verifyMessage(Buffer.from(bytes), options) });
      return;
    }
    case 'receipts':
      answer({
        kind: 'receipts',
        read: readReceiptFile(Buffer.from(question.bytes), rulebook, question.origin),
      });
      return;
    case 'turnover':
      handOver(readTurnoverCsv(Buffer.from(question.bytes).toString('utf8')));
      return;
    case 'rows':
      handOver(rowsLeft);
      return;
    case 'goods': {
      const stream = Readable.from([Buffer.from(question.bytes)], { objectMode: false });
      const { columns, codes } = rulebook.readOptions;
      const { items, faults, unread } = await readGoodsFile(
        stream,
        question.format,
        rulebook.goodsFields,
        columns,
        codes,
      );
      handOver(items, { faults: limitFaults(faults), unread });
      return;
    }
    case 'sheet':
    case 'sheetPreview': {
      const { bytes, fileName, sheet, given, learned } = question;
      const file = [
        Buffer.from(bytes),
        fileName,
        rulebook.sheets[sheet],
        rulebook.readOptions.columns,
      ] as const;
      if (question.kind === 'sheetPreview') {
        answer({ kind: 'sheetPreview', preview: await previewSheet(...file, given, learned) });
        return;
      }
      const { rows, faults, unread } = await readSheet(...file, given, learned);
      handOver(rows, { faults: limitFaults(faults), unread });
    }
  }
}

answerQuestions<Question>((question) =>
  handle(question).catch((error: unknown) => {
    orders = undefined;
    throw error;
  }),
);
