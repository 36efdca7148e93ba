import type { Readable } from 'node:stream';
import type { Fault } from '../../base/fault.js';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { FieldDictionary } from '../fields.js';
import { normaliseOrder, type NormaliseContext } from '../normalise.js';
import type { Order } from '../order.js';
import type { Regimes } from '../regimes.js';
import type { CodeTables } from '../values.js';
import { csvDrafts } from './csv.js';
import { defaultLimits, type Draft, type RawOrder, type ReadLimits, type RowRange } from './draft.js';
import type { OrderFormat } from './format.js';
import { jsonDrafts, ndjsonDrafts } from './json.js';
import { utf8Chunks, type Progress } from './source.js';
import { xlsxDrafts } from './xlsx.js';

/** Where to go on after an order; plain JSON, to be kept and given back as it is. */
export interface Checkpoint {
  /** Orders read so far. */
  orders: number;
  /** Last row of the last of them, to notice a file that changed. */
  row: number;
}

/** One order as a file holds it, good or bad. It may be taken only when it has no faults. */
export interface ReadOrder {
  /** 0-based position among the orders of the file. */
  index: number;
  rows: RowRange;
  /** Row of each goods line, for tables. */
  lineRows?: number[];
  /** What the file said, for the error file. */
  raw: RawOrder;
  /** Normalised; missing when the text is too broken to say what the order is. */
  order?: Order;
  /** Every I fault of this order. */
  faults: Fault[];
  bytesRead: number;
  checkpoint: Checkpoint;
}

export interface ReadOptions {
  format: OrderFormat;
  fields: FieldDictionary;
  codes: CodeTables;
  regimes: Regimes;
  /** Paths whose columns a table must have; see `requiredEverywhere`. */
  required?: readonly string[];
  /** The regime of orders that name none; its column is then not required. */
  regime?: string;
  limits?: Partial<ReadLimits>;
  /** Goes on after the order this came with; the stream must be the same file from its first byte. */
  fromCheckpoint?: Checkpoint;
}

/**
 * Reads the orders of a file one by one, in bounded memory (an .xlsx excepted, which is held as a whole up to its own
 * limit) and no faster than they are taken. Bad orders come like good ones, with their faults. Throws FaultError for what
 * concerns the whole file: a header that cannot be used, nothing in it, too large (status 413), unreadable.
 */
export async function* readOrders(stream: Readable, options: ReadOptions): AsyncGenerator<ReadOrder> {
  const progress: Progress = { bytesRead: 0 };
  const from = options.fromCheckpoint;
  const context: NormaliseContext = {
    fields: options.fields,
    regimes: options.regimes,
    regime: options.regime,
  };
  let index = 0;
  for await (const draft of draftsOf(stream, options, progress)) {
    const mine = index++;
    if (from && mine < from.orders) {
      if (mine === from.orders - 1 && draft.rows.to !== from.row)
        throw new FaultError([makeFault('I33', '')], 409);
      continue;
    }
    const built = draft.build();
    const normalised =
      built.order && normaliseOrder(built.order, options.codes, { ...context, columnOf: draft.columnOf });
    yield {
      index: mine,
      rows: draft.rows,
      ...(built.lineRows && { lineRows: built.lineRows }),
      raw: draft.raw,
      ...(normalised && { order: normalised.order }),
      faults: [...built.faults, ...(normalised?.faults ?? [])],
      bytesRead: progress.bytesRead,
      checkpoint: { orders: index, row: draft.rows.to },
    };
  }
  if (from && index < from.orders) throw new FaultError([makeFault('I33', '')], 409);
}

function draftsOf(stream: Readable, options: ReadOptions, progress: Progress): AsyncGenerator<Draft> {
  const limits = { ...defaultLimits, ...options.limits };
  const required = (options.required ?? []).filter((path) => !(options.regime && path === 'regime'));
  if (options.format === 'xlsx') return xlsxDrafts(stream, options.fields, required, limits, progress);
  const chunks = utf8Chunks(stream, limits.maxBytes, progress);
  switch (options.format) {
    case 'json':
      return jsonDrafts(chunks, options.fields, limits);
    case 'ndjson':
      return ndjsonDrafts(chunks, options.fields, limits);
    case 'csv':
      return csvDrafts(chunks, options.fields, required, limits);
  }
}
