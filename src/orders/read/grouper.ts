import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Draft, ReadLimits } from './draft.js';
import { KeySet } from './keySet.js';
import { orderOfRows } from './orderOfRows.js';
import { cell, isBlank, linesOf, type Row, type Table } from './rows.js';

/** Values that belong to one person or parcel: equal ones show that a row continues the order above it. */
const telling = new Set([
  'waybill.logisticsNo',
  'payment.payNo',
  'buyer.idNumber',
  'buyer.regNo',
  'consignee.address',
]);

/** Rows and characters of orders held back for rows of theirs that stand further down. */
const heldRows = 10_000;
const heldWeight = 8 * 2 ** 20;

/** An order whose rows are being gathered. */
interface Gathering {
  key: string;
  platform: string;
  orderNo: string;
  rows: Row[];
  weight: number;
  /** How much of the file was read when it began. */
  bytesRead: number | undefined;
  /** Its first row repeats a row of an order above word for word. */
  repeats: boolean;
}

/**
 * Gathers the rows of a table, one per goods line, into orders: rows with the same platform code and order number belong
 * together, also where sorting has moved them apart (up to 10,000 rows or 8 MiB of text; further away they are faulted by
 * I21, and so is a row that comes back word for word, which is a copy rather than a second line). A row that fills neither
 * of the two continues the order above it when it fills no other column of the order (merged cells), or the same values
 * and the same parcel, payment or person, or leaves those to the row above. Blank rows do not count.
 */
export class RowGrouper {
  /** In the order of their first rows. */
  readonly #open = new Map<string, Gathering>();
  #current: Gathering | undefined;
  #rows = 0;
  #weight = 0;
  readonly #seen = new KeySet();

  constructor(
    private readonly table: Table,
    private readonly limits: ReadLimits,
    private readonly bytesRead: () => number | undefined = () => undefined,
  ) {}

  /** Takes the next row; gives back the orders that are not held back any longer. */
  *push(row: Row): Generator<Draft> {
    if (isBlank(row)) return;
    const order = this.#orderOf(row);
    this.#current = order;
    order.rows.push(row);
    const weight = row.cells.reduce((sum, text) => sum + text.length + 3, 0);
    order.weight += weight;
    this.#weight += weight;
    this.#rows++;
    if (order.rows.length > this.limits.maxOrderRows) yield this.#release(order);
    for (const oldest of this.#open.values()) {
      if (this.#rows <= heldRows && this.#weight <= heldWeight) break;
      if (oldest !== this.#current) yield this.#release(oldest);
    }
  }

  /** The orders still held back. */
  *end(): Generator<Draft> {
    for (const order of this.#open.values()) yield this.#release(order);
  }

  /** The order a row belongs to; one of its own when it belongs to none that is held. */
  #orderOf(row: Row): Gathering {
    if (this.#current && this.#continues(row, this.#current)) return this.#current;
    const platform = cell(row, this.table.platformAt);
    const orderNo = cell(row, this.table.orderNoAt);
    const key = orderNo === '' ? `\u0000\u0000${row.number}` : `${platform}\u0000${orderNo}`;
    const earlier = this.#open.get(key);
    const repeats = earlier?.rows.some((one) => sameCells(one, row)) ?? false;
    if (earlier && !repeats) return earlier;
    const order: Gathering = {
      key: repeats ? `${key}\u0000${row.number}` : key,
      platform,
      orderNo,
      rows: [],
      weight: 0,
      bytesRead: this.bytesRead(),
      repeats,
    };
    this.#open.set(order.key, order);
    return order;
  }

  #release(order: Gathering): Draft {
    this.#open.delete(order.key);
    if (this.#current === order) this.#current = undefined;
    this.#rows -= order.rows.length;
    this.#weight -= order.weight;
    const { rows, orderNo, repeats } = order;
    const numbers = rows.map((r) => r.number);
    const [first = 0] = numbers;
    const faults: Fault[] = [];
    if (rows.length > this.limits.maxOrderRows)
      faults.push(makeFault('I34', '', { limit: String(this.limits.maxOrderRows) }));
    const known = repeats || (orderNo !== '' && !this.#seen.add(order.key));
    if (known) faults.push(makeFault('I21', 'orderNo', { orderNo, row: String(first) }, orderNo));
    const usable = faults.length === 0;
    const table = this.table;
    return {
      rows: { from: first, to: numbers.at(-1) ?? first },
      raw: {
        kind: 'rows',
        header: table.header,
        rows: rows.map((r) => r.cells),
        lines: rows.flatMap((row, at) => Array<number>(linesOf(row, table)).fill(at)),
        fields: table.fields,
        numbers,
      },
      build: () => (usable ? orderOfRows(rows, table) : { faults }),
      columnOf: table.columnOf,
      ...(order.bytesRead !== undefined && { bytesRead: order.bytesRead }),
    };
  }

  #continues(row: Row, above: Gathering): boolean {
    const { table } = this;
    const platform = cell(row, table.platformAt);
    const orderNo = cell(row, table.orderNoAt);
    if (platform !== '' && platform !== above.platform) return false;
    if (orderNo !== '') return orderNo === above.orderNo;
    const [first] = above.rows;
    const filled = table.otherOrderColumns.filter((c) => cell(row, c.at) !== '');
    if (filled.length === 0) return true;
    if (first === undefined || filled.some((c) => cell(row, c.at) !== cell(first, c.at))) return false;
    // A parcel, payment or person that is the same, or that only the row above names.
    return table.otherOrderColumns.some((c) => telling.has(c.field.path) && cell(first, c.at) !== '');
  }
}

const sameCells = (a: Row, b: Row): boolean => {
  const length = Math.max(a.cells.length, b.cells.length);
  for (let i = 0; i < length; i++) if ((a.cells[i] ?? '').trim() !== (b.cells[i] ?? '').trim()) return false;
  return true;
};
