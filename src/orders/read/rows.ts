import { FaultError } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { unescapeFormula } from '../cellText.js';
import type { MatchedColumn } from '../columns/match.js';
import type { ColumnNames } from '../columns/names.js';
import { countProducts, holdsProducts } from '../columns/products.js';
import type { Profile } from '../columns/profile.js';
import type { Field } from '../fields.js';

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
export interface FieldColumn extends MatchedColumn {
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

/** A cell's own text. */
export const textAt = (row: Row, at: number): string => unescapeFormula((row.cells[at] ?? '').trim());
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

/** The cell of a row that holds several products, and its column. */
export function productCell(row: Row, table: Table): { column: FieldColumn; text: string } | undefined {
  for (const column of table.lineColumns) {
    if (!productFields.has(column.field.path)) continue;
    const text = textAt(row, column.at);
    if (holdsProducts(text)) return { column, text };
  }
  return undefined;
}
