import type { Fault } from '../../base/fault.js';
import type { Field } from '../fields.js';
import type { Order } from '../order.js';

/** What the file said, for giving it back with its faults: the text of a JSON order, or header and cells of rows. */
export type RawOrder =
  | { kind: 'json'; text: string }
  | {
      kind: 'rows';
      header: readonly string[];
      rows: readonly (readonly string[])[];
      /** For each goods line, its place in `rows`. */
      lines: readonly number[];
      /** For each column, the path of the order it fills; null for a column that is not read. */
      fields?: readonly (string | null)[];
      /** Row numbers as a spreadsheet counts them. */
      numbers?: readonly number[];
    };

/** About how many bytes the text of an order takes. */
export function weightOf(raw: RawOrder): number {
  if (raw.kind === 'json') return raw.text.length;
  let weight = 0;
  for (const row of raw.rows) for (const cell of row) weight += cell.length + 3;
  return weight;
}

/** 1-based line numbers (JSON) or row numbers as a spreadsheet counts them, the header being row 1. */
export interface RowRange {
  from: number;
  to: number;
}

/** An order as a reader cut it out of the file; `build` turns it into the order model, without normalising. */
export interface Draft {
  rows: RowRange;
  raw: RawOrder;
  build(): Built;
  /** The column header of a field as the file has it. */
  columnOf?: (field: Field) => string | undefined;
  /** How much of the file was read when it began, where rows of tables are held back. */
  bytesRead?: number;
}

export interface Built {
  /** Left out when the text is too broken to say what the order is. */
  order?: Order;
  faults: Fault[];
  /** Row of each goods line, for tables. */
  lineRows?: number[];
}

export interface ReadLimits {
  /** Bytes of a whole upload; more throws I08. */
  maxBytes: number;
  /** Bytes of one order in JSON, or of one row. */
  maxOrderBytes: number;
  /** Rows of one order in a table. */
  maxOrderRows: number;
  /** An .xlsx is read as a whole (about 400 MB of memory at 50,000 rows): packed and unpacked size, rows. */
  maxXlsxBytes: number;
  maxXlsxUnpacked: number;
  maxXlsxRows: number;
  /** Rows times columns, blank cells between them included: a reader fills the gaps. */
  maxXlsxCells: number;
}

export const defaultLimits: ReadLimits = {
  maxBytes: 2 * 2 ** 30,
  maxOrderBytes: 2 ** 20,
  maxOrderRows: 1000,
  maxXlsxBytes: 64 * 2 ** 20,
  maxXlsxUnpacked: 256 * 2 ** 20,
  maxXlsxRows: 50_000,
  maxXlsxCells: 8_000_000,
};

/** An order without a single value. */
export const emptyOrder = (): Order => ({
  platform: {},
  seller: {},
  producer: {},
  declarant: {},
  bondedOperator: {},
  payment: {},
  payer: {},
  buyer: {},
  consignee: {},
  waybill: {},
  list: {},
  lines: [],
});
