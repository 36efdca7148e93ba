import { decimal, isPlainDecimal } from '../../base/decimal.js';
import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { unescapeFormula } from '../cellText.js';
import { readCell, type MatchedColumn } from '../columns/match.js';
import { nameKey, type ColumnNames } from '../columns/names.js';
import type { Profile } from '../columns/profile.js';
import type { Field } from '../fields.js';
import type { OrderLine } from '../order.js';
import { emptyOrder, type Built, type Draft, type ReadLimits } from './draft.js';
import { KeySet } from './keySet.js';

export interface Row {
  /** As a spreadsheet counts: the first row of the file is row 1. */
  number: number;
  cells: readonly string[];
  /** Cells a spreadsheet has damaged: a formula error (`error`), or digits that were cut off (`cut`). */
  damaged?: ReadonlyMap<number, { kind: 'error' | 'cut'; value: string }>;
  /** What stands at the top of a vertical merge that covers the cell, by place; the cell itself is blank. */
  merged?: ReadonlyMap<number, string>;
}

/** A column that holds a field. */
interface FieldColumn extends MatchedColumn {
  field: Field;
}

/** The header of a table, taken apart once. */
export interface Table {
  header: readonly string[];
  columns: readonly MatchedColumn[];
  names: ColumnNames;
  profile: Profile | undefined;
  orderColumns: readonly FieldColumn[];
  lineColumns: readonly FieldColumn[];
  orderNoAt: number;
  platformAt: number;
  /** The columns that hold a value of the order besides its key. */
  otherOrderColumns: readonly FieldColumn[];
  /** The path each column fills, for giving rows back with their faults. */
  fields: readonly (string | null)[];
  /** The header of a field as the file has it. */
  columnOf: (field: Field) => string | undefined;
}

/** An official template has a hundred and some. */
const maxColumns = 500;

/** Throws I39 for a table wider than any template, or than `most`: each of its columns is looked up in every row. */
export function demandColumns(count: number, most = maxColumns): void {
  const max = Math.min(most, maxColumns);
  if (count > max) throw new FaultError([makeFault('I39', '', { count: String(count), max: String(max) })]);
}

export function makeTable(
  header: readonly string[],
  columns: readonly MatchedColumn[],
  names: ColumnNames,
  profile?: Profile,
): Table {
  const fieldColumns = columns.filter((c): c is FieldColumn => c.field !== undefined);
  const at = (path: string) => fieldColumns.find((c) => c.field.path === path)?.at ?? -1;
  const orderColumns = fieldColumns.filter((c) => !c.field.ofLine);
  return {
    header,
    columns,
    names,
    profile,
    orderColumns,
    lineColumns: fieldColumns.filter((c) => c.field.ofLine),
    orderNoAt: at('orderNo'),
    platformAt: at('platform.code'),
    otherOrderColumns: orderColumns.filter((c) => !['orderNo', 'platform.code'].includes(c.field.path)),
    fields: columns.map((c) => c.field?.path ?? null),
    columnOf: (field) => fieldColumns.find((c) => c.field === field)?.header,
  };
}

const textAt = (row: Row, at: number): string => unescapeFormula((row.cells[at] ?? '').trim());
/** A cell of an order's column, filled from the vertical merge that covers it. */
const cell = (row: Row, at: number): string => textAt(row, at) || (row.merged?.get(at)?.trim() ?? '');
export const isBlank = (row: Row): boolean => row.cells.every((text) => text.trim() === '');

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
        lines: rows.flatMap((row, at) => (fillsLine(row, table) ? [at] : [])),
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

const fillsLine = (row: Row, table: Table): boolean =>
  table.lineColumns.some((c) => textAt(row, c.at) !== '');

type Leaves = Record<string, string | undefined>;

/** One order from its rows, all values as text; I20 for an order column that the rows fill differently. */
function orderOfRows(rows: readonly Row[], table: Table): Built {
  const order = emptyOrder();
  const faults: Fault[] = [];
  const lineRows: number[] = [];
  const leavesOf = (field: Field): Leaves =>
    field.group === undefined
      ? (order as unknown as Leaves)
      : ((order as unknown as Record<string, Leaves>)[field.group] ?? {});
  const filledIn = new Map<Field, Row>();
  /** Currencies that stood beside amounts, by the path of the field that holds them. */
  const beside = new Map<string, { codes: readonly string[]; column: FieldColumn; row: Row }[]>();
  const dateOrder = table.profile?.dateOrder;
  const read = (row: Row, column: FieldColumn): string => {
    const text = column.field.ofLine ? textAt(row, column.at) : cell(row, column.at);
    const reading = readCell(text, column, table.names, dateOrder);
    const codes =
      reading.currencies ?? (text !== '' && column.currency !== undefined ? [column.currency] : []);
    const target = table.names.moneyPaths.get(column.field.path);
    if (codes.length > 0 && target !== undefined)
      beside.set(target, [...(beside.get(target) ?? []), { codes, column, row }]);
    return reading.text;
  };
  for (const row of rows) {
    faults.push(...rowFaults(row, table, order.lines.length));
    const joined = new Map<Field, string>();
    for (const column of table.orderColumns) {
      let text = read(row, column);
      if (text === '') continue;
      const leaves = leavesOf(column.field);
      const earlier = leaves[column.field.leaf];
      if (column.join !== undefined) {
        const before = joined.get(column.field);
        text = before === undefined || before.includes(text) ? (before ?? text) : before + column.join + text;
        joined.set(column.field, text);
        if (filledIn.get(column.field) === row || earlier === undefined) {
          leaves[column.field.leaf] = text;
          filledIn.set(column.field, row);
        }
        continue;
      }
      if (earlier === undefined) {
        leaves[column.field.leaf] = text;
        filledIn.set(column.field, row);
      } else if (column.sum && isPlainDecimal(earlier) && isPlainDecimal(text)) {
        leaves[column.field.leaf] = decimal(earlier).plus(decimal(text)).toFixed();
      } else if (!sameValue(earlier, text)) {
        faults.push(differs(column, filledIn.get(column.field) ?? row, row, order.orderNo, earlier, text));
      }
    }
    const line: Record<string, string> = {};
    for (const column of table.lineColumns) {
      const text = read(row, column);
      if (text === '') continue;
      const before = line[column.field.leaf];
      line[column.field.leaf] =
        before !== undefined && column.join !== undefined ? before + column.join + text : text;
    }
    if (Object.keys(line).length === 0) continue;
    order.lines.push(line as OrderLine);
    lineRows.push(row.number);
  }
  const numbered = table.lineColumns.find((c) => c.field.leaf === 'gnum');
  if (numbered && rowNumbering.has(nameKey(numbered.header)) && counts(order.lines))
    for (const line of order.lines) delete line.gnum;
  for (const [path, found] of beside) faults.push(...fillCurrency(path, found));
  return { order, faults, lineRows };

  /** The currency written beside amounts goes where the model keeps it; one that contradicts the column is a fault. */
  function fillCurrency(
    path: string,
    found: readonly { codes: readonly string[]; column: FieldColumn; row: Row }[],
  ): Fault[] {
    const target = table.names.dictionary.byPath.get(path === 'lines[].currency' ? 'currency' : path);
    if (!target) return [];
    const leaves = leavesOf(target);
    const faults: Fault[] = [];
    for (const { codes, column, row } of found) {
      const given = leaves[target.leaf];
      if (given === undefined) leaves[target.leaf] = codes[0];
      else if (!codes.some((code) => table.names.currenciesOf(given).includes(code) || code === given)) {
        const params = {
          column: column.header,
          field: target.header.zh,
          fieldEn: target.header.en,
          row: String(row.number),
        };
        faults.push(
          makeFault(
            'I46',
            column.field.ofLine
              ? `lines[${Math.max(0, lineRows.indexOf(row.number))}].${column.field.leaf}`
              : column.field.path,
            params,
          ),
        );
      }
    }
    return faults;
  }
}

/** Headers under which many files number their rows, not the lines of each order. */
const rowNumbering = new Set(['序号', 'no', '#', 'num']);

/** True when the numbers of the lines go up as those of rows do: they say nothing of the order, which is numbered anew. */
const counts = (lines: readonly OrderLine[]): boolean =>
  lines.every(({ gnum = '' }, i) => {
    const before = lines[i - 1]?.gnum;
    return /^\d{1,7}$/.test(gnum) && (before === undefined || Number(before) < Number(gnum));
  });

const sameValue = (a: string, b: string): boolean =>
  a === b || (isPlainDecimal(a) && isPlainDecimal(b) && decimal(a).eq(decimal(b)));

function differs(
  column: FieldColumn,
  first: Row,
  row: Row,
  orderNo: string | undefined,
  earlier: string,
  text: string,
): Fault {
  const params = { column: column.header, firstRow: String(first.number), row: String(row.number) };
  if (column.field.path === 'waybill.logisticsNo')
    return makeFault(
      'I40',
      column.field.path,
      { ...params, orderNo: orderNo ?? '', a: earlier, b: text },
      text,
    );
  return makeFault('I20', column.field.path, params, column.field.personal ? undefined : text);
}

/** What is wrong with a row as such: more cells than the header has, and cells a spreadsheet has damaged. */
function rowFaults(row: Row, table: Table, line: number): Fault[] {
  const path = `lines[${line}]`;
  const faults: Fault[] = [];
  for (const [at, { kind, value }] of row.damaged ?? []) {
    const column = table.columns[at];
    if (!column?.field || (kind === 'cut' && column.field.format !== 'text')) continue;
    const place = column.field.ofLine ? `${path}.${column.field.leaf}` : column.field.path;
    const names = { column: column.header, columnEn: column.header };
    faults.push(
      kind === 'error' ? makeFault('I32', place, { ...names, value }, value) : makeFault('I31', place, names),
    );
  }
  const expected = table.header.length;
  if (row.cells.slice(expected).some((text) => text.trim() !== '')) {
    const params = { row: String(row.number), found: String(row.cells.length), expected: String(expected) };
    faults.push(makeFault('I19', path, params));
  }
  return faults;
}
