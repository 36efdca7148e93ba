import { decimal, isPlainDecimal } from '../../base/decimal.js';
import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { readCell } from '../columns/match.js';
import { nameKey } from '../columns/names.js';
import { readProducts } from '../columns/products.js';
import type { Field } from '../fields.js';
import { leavesOf } from '../leaves.js';
import type { OrderLine } from '../order.js';
import { emptyOrder, type Built } from './draft.js';
import { cell, productCell, textAt, type FieldColumn, type Row, type Table } from './rows.js';

/** One order from its rows, all values as text; I20 for an order column that the rows fill differently. */
export function orderOfRows(rows: readonly Row[], table: Table): Built {
  const order = new OrderOfRows(table);
  for (const row of rows) order.add(row);
  return order.end();
}

/** A currency that stood beside an amount. */
interface Beside {
  codes: readonly string[];
  column: FieldColumn;
  row: Row;
}

class OrderOfRows {
  private readonly order = emptyOrder();
  private readonly faults: Fault[] = [];
  private readonly lineRows: number[] = [];
  /** The row that filled a field of the order. */
  private readonly filledIn = new Map<Field, Row>();
  /** Currencies that stood beside amounts, by the path of the field that holds them. */
  private readonly beside = new Map<string, Beside[]>();
  /** Products of a cell that say no price, by the place of their line. */
  private readonly unpriced: { line: number; of: Record<string, string> }[] = [];

  constructor(private readonly table: Table) {}

  add(row: Row): void {
    this.faults.push(...rowFaults(row, this.table, this.order.lines.length));
    this.addOrderColumns(row);
    for (const line of this.linesOf(row)) {
      this.order.lines.push(line as OrderLine);
      this.lineRows.push(row.number);
    }
  }

  end(): Built {
    const { order, faults, lineRows, table } = this;
    faults.push(...this.pricesOfProducts());
    const numbered = table.lineColumns.find((c) => c.field.leaf === 'gnum');
    if (numbered && rowNumbering.has(nameKey(numbered.header)) && counts(order.lines))
      for (const line of order.lines) delete line.gnum;
    for (const [path, found] of this.beside) faults.push(...this.fillCurrency(path, found));
    return { order, faults, lineRows };
  }

  /** The text of a cell as its column writes it; a currency beside an amount is kept for `fillCurrency`. */
  private read(row: Row, column: FieldColumn, text: string): string {
    const { names, profile } = this.table;
    const reading = readCell(text, column, names, profile?.dateOrder);
    const codes =
      reading.currencies ?? (text !== '' && column.currency !== undefined ? [column.currency] : []);
    const target = names.moneyPaths.get(column.field.path);
    if (codes.length > 0 && target !== undefined) {
      const found = this.beside.get(target) ?? [];
      found.push({ codes, column, row });
      this.beside.set(target, found);
    }
    return reading.text;
  }

  private addOrderColumns(row: Row): void {
    const { order, filledIn } = this;
    const joined = new Map<Field, string>();
    for (const column of this.table.orderColumns) {
      let text = this.read(row, column, cell(row, column.at));
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
        const first = filledIn.get(column.field) ?? row;
        this.faults.push(differs(column, first, row, order.orderNo, earlier, text));
      }
    }
  }

  private linesOf(row: Row): Record<string, string>[] {
    const line: Record<string, string> = {};
    const products = productCell(row, this.table);
    const own: FieldColumn[] = [];
    for (const column of this.table.lineColumns) {
      if (column === products?.column) continue;
      const text = this.read(row, column, textAt(row, column.at));
      if (text === '') continue;
      own.push(column);
      const before = line[column.field.leaf];
      line[column.field.leaf] =
        before !== undefined && column.join !== undefined ? before + column.join + text : text;
    }
    if (products) return this.split(row, products, line, own);
    return Object.keys(line).length > 0 ? [line] : [];
  }

  /**
   * The goods lines of a cell with several products. What else the row says of goods fills the line of a single product;
   * of several, only what may be the same for all of them. What the cell does not say of a product is asked (I53 to I56).
   */
  private split(
    row: Row,
    { column, text }: { column: FieldColumn; text: string },
    rest: Readonly<Record<string, string>>,
    own: readonly FieldColumn[],
  ): Record<string, string>[] {
    const { products: labels, dictionary } = this.table.names;
    const found = readProducts(text, labels);
    const place = { column: column.header, row: String(row.number) };
    const first = this.order.lines.length;
    const forAll = own.filter((c) => found.length === 1 || labels.shared.has(c.field.path));
    for (const c of own)
      if (!forAll.includes(c))
        this.faults.push(
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
        if (field) line[field.leaf] = this.read(row, { ...column, field }, value);
      }
      for (const c of forAll) line[c.field.leaf] = rest[c.field.leaf] ?? '';
      const of = { ...place, product: String(i + 1) };
      for (const words of unread) this.faults.push(makeFault('I54', at, { ...of, words }, words));
      if (line.qty === undefined) this.faults.push(makeFault('I53', `${at}.qty`, of));
      if (line.price === undefined && line.totalPrice === undefined)
        this.unpriced.push({ line: first + i, of });
      return line;
    });
  }

  /** The goods value of an order is that of its only product; of several it says nothing of each. */
  private pricesOfProducts(): Fault[] {
    const { order, unpriced } = this;
    const [only, another] = order.lines;
    if (unpriced.length === 1 && only && !another && order.goodsValue !== undefined) {
      only.totalPrice = order.goodsValue;
      return [];
    }
    return unpriced.map(({ line, of }) => makeFault('I55', `lines[${line}].price`, of));
  }

  /** The currency written beside amounts goes where the model keeps it; one that contradicts the column is a fault. */
  private fillCurrency(path: string, found: readonly Beside[]): Fault[] {
    const { names } = this.table;
    const target = names.dictionary.byPath.get(path === 'lines[].currency' ? 'currency' : path);
    if (!target) return [];
    const leaves = leavesOf(this.order, target.group) ?? {};
    const faults: Fault[] = [];
    for (const { codes, column, row } of found) {
      const given = leaves[target.leaf];
      if (given === undefined) leaves[target.leaf] = codes[0];
      else if (!codes.some((code) => names.currenciesOf(given).includes(code) || code === given)) {
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
              ? `lines[${Math.max(0, this.lineRows.indexOf(row.number))}].${column.field.leaf}`
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
