import { decimal, isPlainDecimal } from '../../base/decimal.js';
import { FaultError, type Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { unescapeFormula } from '../cellText.js';
import { readCell, type MatchedColumn } from '../columns/match.js';
import { nameKey, type ColumnNames } from '../columns/names.js';
import { countProducts, holdsProducts, readProducts } from '../columns/products.js';
import type { Profile } from '../columns/profile.js';
import type { Field } from '../fields.js';
import { leavesOf } from '../leaves.js';
import type { OrderLine } from '../order.js';
import { emptyOrder, type Built } from './draft.js';

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

/** A table by its header: which column holds which field of the order or of its lines. */
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
export const cell = (row: Row, at: number): string => textAt(row, at) || (row.merged?.get(at)?.trim() ?? '');
export const isBlank = (row: Row): boolean => row.cells.every((text) => text.trim() === '');

/** How many goods lines a row is: one, or as many as its cell of several products holds. */
export function linesOf(row: Row, table: Table): number {
  const products = productCell(row, table);
  if (products) return countProducts(products.text);
  return table.lineColumns.some((c) => textAt(row, c.at) !== '') ? 1 : 0;
}

/** Columns in which shops write several products of an order one after the other. */
const productFields = new Set(['lines[].itemName', 'lines[].itemDescribe']);

function productCell(row: Row, table: Table): { column: FieldColumn; text: string } | undefined {
  for (const column of table.lineColumns) {
    if (!productFields.has(column.field.path)) continue;
    const text = textAt(row, column.at);
    if (holdsProducts(text)) return { column, text };
  }
  return undefined;
}

/** One order from its rows, all values as text; I20 for an order column that the rows fill differently. */
export function orderOfRows(rows: readonly Row[], table: Table): Built {
  const order = emptyOrder();
  const faults: Fault[] = [];
  const lineRows: number[] = [];
  const filledIn = new Map<Field, Row>();
  /** Currencies that stood beside amounts, by the path of the field that holds them. */
  const beside = new Map<string, { codes: readonly string[]; column: FieldColumn; row: Row }[]>();
  /** Products of a cell that say no price, by the place of their line. */
  const unpriced: { line: number; of: Record<string, string> }[] = [];
  const dateOrder = table.profile?.dateOrder;
  const read = (row: Row, column: FieldColumn, text: string): string => {
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
      let text = read(row, column, cell(row, column.at));
      if (text === '') continue;
      const leaves = leavesOf(order, column.field.group) ?? {};
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
    const products = productCell(row, table);
    const own: FieldColumn[] = [];
    for (const column of table.lineColumns) {
      if (column === products?.column) continue;
      const text = read(row, column, textAt(row, column.at));
      if (text === '') continue;
      own.push(column);
      const before = line[column.field.leaf];
      line[column.field.leaf] =
        before !== undefined && column.join !== undefined ? before + column.join + text : text;
    }
    const lines = products ? split(row, products, line, own) : Object.keys(line).length > 0 ? [line] : [];
    for (const one of lines) {
      order.lines.push(one as OrderLine);
      lineRows.push(row.number);
    }
  }
  faults.push(...pricesOfProducts());
  const numbered = table.lineColumns.find((c) => c.field.leaf === 'gnum');
  if (numbered && rowNumbering.has(nameKey(numbered.header)) && counts(order.lines))
    for (const line of order.lines) delete line.gnum;
  for (const [path, found] of beside) faults.push(...fillCurrency(path, found));
  return { order, faults, lineRows };

  /**
   * The goods lines of a cell with several products. What else the row says of goods fills the line of a single product;
   * of several, only what may be the same for all of them. What the cell does not say of a product is asked (I53 to I56).
   */
  function split(
    row: Row,
    { column, text }: { column: FieldColumn; text: string },
    rest: Readonly<Record<string, string>>,
    own: readonly FieldColumn[],
  ): Record<string, string>[] {
    const { products: labels, dictionary } = table.names;
    const found = readProducts(text, labels);
    const place = { column: column.header, row: String(row.number) };
    const first = order.lines.length;
    const forAll = own.filter((c) => found.length === 1 || labels.shared.has(c.field.path));
    for (const c of own)
      if (!forAll.includes(c))
        faults.push(
          makeFault('I56', `lines[${first}].${c.field.leaf}`, {
            ...place,
            other: c.header,
            count: String(found.length),
          }),
        );
    return found.map(({ title, values, unread }, i) => {
      const at = `lines[${first + i}]`;
      const line: Record<string, string> = title === '' ? {} : { itemName: title };
      for (const [path, value] of values) {
        const field = dictionary.byPath.get(path);
        if (field) line[field.leaf] = read(row, { ...column, field }, value);
      }
      for (const c of forAll) line[c.field.leaf] = rest[c.field.leaf] ?? '';
      const of = { ...place, product: String(i + 1) };
      for (const words of unread) faults.push(makeFault('I54', at, { ...of, words }, words));
      if (line.qty === undefined) faults.push(makeFault('I53', `${at}.qty`, of));
      if (line.price === undefined && line.totalPrice === undefined) unpriced.push({ line: first + i, of });
      return line;
    });
  }

  /** The goods value of an order is that of its only product; of several it says nothing of each. */
  function pricesOfProducts(): Fault[] {
    const [only, another] = order.lines;
    if (unpriced.length === 1 && only && !another && order.goodsValue !== undefined) {
      only.totalPrice = order.goodsValue;
      return [];
    }
    return unpriced.map(({ line, of }) => makeFault('I55', `lines[${line}].price`, of));
  }

  /** The currency written beside amounts goes where the model keeps it; one that contradicts the column is a fault. */
  function fillCurrency(
    path: string,
    found: readonly { codes: readonly string[]; column: FieldColumn; row: Row }[],
  ): Fault[] {
    const target = table.names.dictionary.byPath.get(path === 'lines[].currency' ? 'currency' : path);
    if (!target) return [];
    const leaves = leavesOf(order, target.group) ?? {};
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
