import type { Fault } from '../../base/fault.js';
import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { ColumnNames } from '../columns/names.js';
import type { Profile, ShippedProfile } from '../columns/profile.js';
import type { FieldDictionary } from '../fields.js';
import { fillEmpty } from '../fill.js';
import { normaliseOrder, type NormaliseContext } from '../normalise.js';
import type { Order } from '../order.js';
import type { Regimes } from '../regimes.js';
import { settleAmounts } from '../settle.js';
import type { CodeTables } from '../values.js';
import { csvDrafts } from './csv.js';
import {
  defaultLimits,
  weightOf,
  type Draft,
  type RawOrder,
  type ReadLimits,
  type RowRange,
} from './draft.js';
import { fitRaw } from './fit.js';
import type { OrderFormat } from './format.js';
import { jsonDrafts, ndjsonDrafts } from './json.js';
import { utf8Chunks, type Progress } from './source.js';
import type { TableNotes, TableOptions } from './table.js';
import { xlsxDrafts } from './xlsx.js';

const UNREADABLE_KEPT = 10_000;
/** Orders that are completed together, and characters of their text: whichever comes first. */
const TOGETHER = 100;
const TOGETHER_CHARACTERS = 1024 * 1024;

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

/** Which file, how it is to be read, and from where on. */
export interface OrderFile extends Pick<
  ReadOptions,
  'format' | 'fromCheckpoint' | 'profile' | 'saved' | 'shipped' | 'onTable' | 'complete'
> {
  /** How many faults are told one by one, all orders together; orders after them tell which codes they have. */
  faultsKept?: number;
}

/** Reads and checks the orders of a file; `faults` then holds every fault of an order, not only those of reading it. */
export type ReadChecked = (chunks: AsyncIterable<Buffer>, file: OrderFile) => AsyncGenerator<ReadOrder[]>;

export interface ReadOptions {
  format: OrderFormat;
  fields: FieldDictionary;
  codes: CodeTables;
  regimes: Regimes;
  /** What people call the columns of a table. */
  columns: ColumnNames;
  /** The profile the sender named, those the seller saved, and those that are shipped: see `TableOptions`. */
  profile?: Profile;
  saved?: readonly Profile[];
  shipped?: readonly ShippedProfile[];
  /** Told how a table was read, once, before its first order. */
  onTable?: (notes: TableNotes) => void;
  /**
   * Fills orders in place from what the sender gave once (defaults, goods master), before values are read; the faults of
   * each. Asked for up to a hundred orders at a time, because whoever answers may sit far away.
   */
  complete?: (orders: readonly Order[]) => Promise<readonly (readonly Fault[])[]>;
  /** Asked before each order is built and before each is read on: lets others work meanwhile, if it is time. */
  pause?: () => Promise<void> | undefined;
  /** The regime of orders that name none. */
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
export async function* readOrders(
  stream: AsyncIterable<Buffer | string>,
  options: ReadOptions,
): AsyncGenerator<ReadOrder> {
  const progress: Progress = { bytesRead: 0 };
  const from = options.fromCheckpoint;
  const context: NormaliseContext = {
    fields: options.fields,
    regimes: options.regimes,
    regime: options.regime,
  };
  let index = 0;
  let values: Readonly<Record<string, string>> = options.profile?.values ?? {};
  const table: TableOptions = {
    names: options.columns,
    ...(options.profile && { profile: options.profile }),
    ...(options.saved && { saved: options.saved }),
    ...(options.shipped && { shipped: options.shipped }),
    bytesRead: () => progress.bytesRead,
    onTable: (notes) => {
      values = notes.values;
      options.onTable?.(notes);
    },
  };
  const drafts = draftsOf(stream, options, table, progress);
  for await (const group of together(drafts, progress, options.complete ? TOGETHER : 1)) {
    const fresh = [];
    for (const { draft, bytesRead } of group) {
      const mine = index++;
      if (from && mine < from.orders) {
        if (mine === from.orders - 1 && draft.rows.to !== from.row)
          throw new FaultError([makeFault('I33', '')], 409);
        continue;
      }
      await options.pause?.();
      const built = draft.build();
      if (built.order) fillEmpty(built.order, values);
      fresh.push({ mine, draft, bytesRead, built });
    }
    const orders = fresh.flatMap((f) => f.built.order ?? []);
    const completed = orders.length > 0 && options.complete ? await options.complete(orders) : [];
    let at = 0;
    for (const { mine, draft, bytesRead, built } of fresh) {
      await options.pause?.();
      const lacking = built.order ? (completed[at++] ?? []) : [];
      const normalised =
        built.order && normaliseOrder(built.order, options.codes, { ...context, columnOf: draft.columnOf });
      const settled = normalised ? settleAmounts(normalised.order) : [];
      // A text that says no order is given back by its beginning: its line and the fault tell which one it is.
      const raw = built.order || draft.raw.kind !== 'json' ? fitRaw(draft.raw) : beginningOf(draft.raw);
      yield {
        index: mine,
        rows: draft.rows,
        ...(built.lineRows && { lineRows: built.lineRows }),
        raw,
        ...(normalised && { order: normalised.order }),
        faults: [...built.faults, ...lacking, ...(normalised?.faults ?? []), ...settled],
        bytesRead,
        checkpoint: { orders: mine + 1, row: draft.rows.to },
      };
    }
  }
  if (from && index < from.orders) throw new FaultError([makeFault('I33', '')], 409);
}

/** Drafts in groups of at most `most`, each with how far the file was read by then; those before a failure come first. */
async function* together(
  drafts: AsyncIterable<Draft>,
  progress: Progress,
  most: number,
): AsyncGenerator<{ draft: Draft; bytesRead: number }[]> {
  let group: { draft: Draft; bytesRead: number }[] = [];
  let characters = 0;
  let failure: unknown;
  try {
    for await (const draft of drafts) {
      group.push({ draft, bytesRead: draft.bytesRead ?? progress.bytesRead });
      characters += weightOf(draft.raw);
      if (group.length < most && characters < TOGETHER_CHARACTERS) continue;
      yield group;
      group = [];
      characters = 0;
    }
  } catch (error) {
    failure = error;
  }
  if (group.length > 0) yield group;
  if (failure !== undefined) throw failure;
}

const beginningOf = (raw: RawOrder & { kind: 'json' }): RawOrder => ({
  ...raw,
  text: raw.text.slice(0, UNREADABLE_KEPT),
});

function draftsOf(
  stream: AsyncIterable<Buffer | string>,
  options: ReadOptions,
  table: TableOptions,
  progress: Progress,
): AsyncGenerator<Draft> {
  const limits = { ...defaultLimits, ...options.limits };
  if (options.format === 'xlsx') return xlsxDrafts(stream, table, limits, progress);
  const chunks = utf8Chunks(stream, limits.maxBytes, progress);
  switch (options.format) {
    case 'json':
      return jsonDrafts(chunks, options.fields, limits);
    case 'ndjson':
      return ndjsonDrafts(chunks, options.fields, limits);
    case 'csv':
      return csvDrafts(chunks, table, limits);
  }
}
