import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { unescapeFormula } from '../cellText.js';
import type { Column, Field } from '../fields.js';
import type { OrderLine } from '../order.js';
import { emptyOrder, type Built, type Draft, type ReadLimits } from './draft.js';
import { KeySet } from './keySet.js';

export interface Row {
  /** As a spreadsheet counts: the header is row 1. */
  number: number;
  cells: readonly string[];
  /** What was wrong with single cells while they were read. */
  cellFaults?: readonly CellFault[];
}

export interface CellFault {
  code: string;
  field: Field;
  params: Record<string, string>;
  hint?: string;
}

/** A column that holds a field, and where. */
interface FieldColumn {
  field: Field;
  at: number;
  header: string;
}

/** The header of a table, taken apart once. */
export interface Table {
  header: readonly string[];
  columns: readonly Column[];
  orderColumns: readonly FieldColumn[];
  lineColumns: readonly FieldColumn[];
  orderNoAt: number;
  platformAt: number;
  /** The columns that hold a value of the order besides its key. */
  otherOrderColumns: readonly FieldColumn[];
  /** The header of a field as the file has it. */
  columnOf: (field: Field) => string | undefined;
}

/** An official template has a hundred and some. */
const maxColumns = 500;

/** Throws I39 for a header wider than any template: each of its columns is looked up in every row. */
export function demandColumns(count: number): void {
  if (count > maxColumns)
    throw new FaultError([makeFault('I39', '', { count: String(count), max: String(maxColumns) })]);
}

export function makeTable(header: readonly string[], columns: readonly Column[]): Table {
  const fieldColumns = columns.flatMap((field, at): FieldColumn[] =>
    typeof field === 'string' ? [] : [{ field, at, header: (header[at] ?? '').trim() }],
  );
  const at = (path: string) => fieldColumns.find((c) => c.field.path === path)?.at ?? -1;
  const orderColumns = fieldColumns.filter((c) => !c.field.ofLine);
  return {
    header,
    columns,
    orderColumns,
    lineColumns: fieldColumns.filter((c) => c.field.ofLine),
    orderNoAt: at('orderNo'),
    platformAt: at('platform.code'),
    otherOrderColumns: orderColumns.filter((c) => !['orderNo', 'platform.code'].includes(c.field.path)),
    columnOf: (field) => fieldColumns.find((c) => c.field === field)?.header,
  };
}

const cell = (row: Row, at: number): string => unescapeFormula((row.cells[at] ?? '').trim());
const isBlank = (row: Row): boolean => row.cells.every((text) => text.trim() === '');

/**
 * Gathers the rows of a table, one per goods line, into orders: consecutive rows with the same platform code and order
 * number belong together. A row that fills neither of the two, nor any other column of the order, continues the order
 * above it (merged cells). Blank rows do not count.
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
        lines: rows.flatMap((row, at) => (table.lineColumns.some((c) => cell(row, c.at) !== '') ? [at] : [])),
      },
      build: () => (usable ? orderOfRows(rows, table) : { faults }),
      columnOf: table.columnOf,
    };
  }

  #continues(row: Row): boolean {
    const platform = cell(row, this.table.platformAt);
    const orderNo = cell(row, this.table.orderNoAt);
    if (orderNo === '' && this.table.otherOrderColumns.some((c) => cell(row, c.at) !== '')) return false;
    return (orderNo === '' || orderNo === this.#orderNo) && (platform === '' || platform === this.#platform);
  }
}

/** One order from its rows, all values as text; I20 for an order column that the rows fill differently. */
function orderOfRows(rows: readonly Row[], table: Table): Built {
  const order = emptyOrder();
  const faults: Fault[] = [];
  const lineRows: number[] = [];
  const groups = order as unknown as Record<string, Record<string, string>>;
  const leaves = order as unknown as Record<string, string>;
  const filledIn = new Map<FieldColumn, Row>();
  for (const row of rows) {
    faults.push(...rowFaults(row, table, order.lines.length));
    for (const column of table.orderColumns) {
      const text = cell(row, column.at);
      if (text === '') continue;
      const target = column.field.group === undefined ? leaves : (groups[column.field.group] ?? leaves);
      const earlier = target[column.field.leaf];
      if (earlier === undefined) {
        target[column.field.leaf] = text;
        filledIn.set(column, row);
      } else if (earlier !== text) {
        const firstRow = String(filledIn.get(column)?.number ?? row.number);
        const params = { column: column.header, firstRow, row: String(row.number) };
        const hint = column.field.personal ? undefined : text;
        faults.push(makeFault('I20', column.field.path, params, hint));
      }
    }
    const line: Record<string, string> = {};
    let filled = false;
    for (const column of table.lineColumns) {
      const text = cell(row, column.at);
      if (text === '') continue;
      line[column.field.leaf] = text;
      filled = true;
    }
    if (!filled) continue;
    order.lines.push(line as OrderLine);
    lineRows.push(row.number);
  }
  return { order, faults, lineRows };
}

/** What is wrong with a row as such: too many or too few cells, or a value under no header. */
function rowFaults(row: Row, table: Table, line: number): Fault[] {
  const path = `lines[${line}]`;
  const faults = (row.cellFaults ?? []).map(({ code, field, params, hint }) =>
    makeFault(code, field.ofLine ? `${path}.${field.leaf}` : field.path, params, hint),
  );
  const found = row.cells.length;
  const expected = table.header.length;
  const extra = row.cells.slice(expected).some((text) => text.trim() !== '');
  if (found < expected || extra) {
    const params = { row: String(row.number), found: String(found), expected: String(expected) };
    faults.push(makeFault('I19', path, params));
  }
  table.columns.forEach((column, at) => {
    if (column === 'blank' && (row.cells[at] ?? '').trim() !== '')
      faults.push(makeFault('I36', path, { row: String(row.number), position: String(at + 1) }));
  });
  return faults;
}
