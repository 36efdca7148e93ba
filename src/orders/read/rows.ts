import { decimal, isPlainDecimal } from '../../base/decimal.js';
import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { unescapeFormula } from '../cellText.js';
import { readCell, type MatchedColumn } from '../columns/match.js';
import type { ColumnNames } from '../columns/names.js';
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

/**
 * Gathers the rows of a table, one per goods line, into orders: consecutive rows with the same platform code and order
 * number belong together. A row that fills neither of the two continues the order above it when it fills no other column
 * of the order (merged cells), or the same parcel, payment or person. Blank rows do not count.
 */
export class RowGrouper {
  #rows: Row[] = [];
  #platform = '';
  #orderNo = '';
  readonly #seen = new KeySet();

  constructor(
    private readonly table: Table,
    private readonly limits: ReadLimits,
  ) {}

  /** Takes the next row; gives back the order before it when this row begins another. */
  push(row: Row): Draft | undefined {
    if (isBlank(row)) return undefined;
    if (this.#rows.length > 0 && this.#continues(row)) {
      this.#rows.push(row);
      return this.#rows.length > this.limits.maxOrderRows ? this.end() : undefined;
    }
    const done = this.end();
    this.#rows = [row];
    this.#platform = cell(row, this.table.platformAt);
    this.#orderNo = cell(row, this.table.orderNoAt);
    return done;
  }

  /** The last order. */
  end(): Draft | undefined {
    const [first] = this.#rows;
    const last = this.#rows.at(-1);
    if (!first || !last) return undefined;
    const rows = this.#rows;
    this.#rows = [];
    const faults: Fault[] = [];
    if (rows.length > this.limits.maxOrderRows)
      faults.push(makeFault('I34', '', { limit: String(this.limits.maxOrderRows) }));
    const known = this.#orderNo !== '' && !this.#seen.add(`${this.#platform}\u0000${this.#orderNo}`);
    if (known) {
      const params = { orderNo: this.#orderNo, row: String(first.number) };
      faults.push(makeFault('I21', 'orderNo', params, this.#orderNo));
    }
    const usable = faults.length === 0;
    const table = this.table;
    return {
      rows: { from: first.number, to: last.number },
      raw: {
        kind: 'rows',
        header: table.header,
        rows: rows.map((r) => r.cells),
        lines: rows.flatMap((row, at) => (fillsLine(row, table) ? [at] : [])),
        fields: table.fields,
        numbers: rows.map((r) => r.number),
      },
      build: () => (usable ? orderOfRows(rows, table) : { faults }),
      columnOf: table.columnOf,
    };
  }

  #continues(row: Row): boolean {
    const { table } = this;
    const platform = cell(row, table.platformAt);
    const orderNo = cell(row, table.orderNoAt);
    if (platform !== '' && platform !== this.#platform) return false;
    if (orderNo !== '') return orderNo === this.#orderNo;
    const filled = table.otherOrderColumns.filter((c) => cell(row, c.at) !== '');
    if (filled.length === 0) return true;
    const [first] = this.#rows;
    return (
      first !== undefined &&
      filled.every((c) => cell(row, c.at) === cell(first, c.at)) &&
      filled.some((c) => telling.has(c.field.path))
    );
  }
}

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
