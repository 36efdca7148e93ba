import type { Readable } from 'node:stream';
import { csvOf } from '../base/csv.js';
import { textRows, type WorkbookSheet } from '../base/workbook.js';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { escapeFormula, unescapeFormula } from '../orders/cellText.js';
import { headerKeys, type ColumnNames } from '../orders/columns/names.js';
import { readRows } from '../orders/read/readRows.js';
import type { Row } from '../orders/read/rows.js';
import type { CodeTables } from '../orders/values.js';
import { readGoods, type GoodsField, type GoodsFields, type GoodsItem } from './item.js';

/** Items of one file; a larger master is sent in several. */
const maxItems = 20_000;

export interface GoodsReading {
  items: GoodsItem[];
  /** I44, one for each thing wrong with a row; its row is left out. */
  faults: Fault[];
  /** Headers that are no column of the master. */
  unread: string[];
}

interface GoodsColumn {
  at: number;
  field?: GoodsField;
  element?: string;
}

/**
 * Reads items from a CSV or .xlsx: the header may stand below a title, columns are known by the names of the goods
 * master, `申报要素：品牌类型` is an element. Rows that are wrong come back as faults (I44); the others are read. Throws I07
 * when no column holds the SKU, A06 for too many rows.
 */
export async function readGoodsFile(
  stream: Readable,
  format: 'csv' | 'xlsx',
  goods: GoodsFields,
  names: ColumnNames,
  codes: CodeTables,
): Promise<GoodsReading> {
  const rows: Row[] = [];
  for await (const row of readRows(stream, format, names)) {
    if (row.cells.some((text) => text.trim() !== '')) rows.push(row);
    if (rows.length > maxItems + 50)
      throw new FaultError([makeFault('A06', 'body', { limit: `${maxItems} 行 / rows` })], 413);
  }
  const columnsOf = (row: Row): GoodsColumn[] => row.cells.map((text, at) => columnOf(text, at, goods));
  const known = rows.slice(0, 30).map((row) => columnsOf(row).filter((c) => c.field ?? c.element).length);
  const headerAt = known.indexOf(Math.max(0, ...known));
  const header = rows[headerAt];
  const columns = header ? columnsOf(header) : [];
  if (!columns.some((c) => c.field?.key === 'sku')) {
    const sku = goods.byKey.get('sku');
    throw new FaultError([
      makeFault('I07', '', { columnsZh: sku?.header.zh ?? '', columnsEn: sku?.header.en ?? '' }),
    ]);
  }
  const items: GoodsItem[] = [];
  const faults: Fault[] = [];
  for (const row of rows.slice(headerAt + 1)) {
    const given: GoodsItem = { sku: '', values: {}, elements: {} };
    for (const { at, field, element } of columns) {
      const text = unescapeFormula((row.cells[at] ?? '').trim());
      if (text === '') continue;
      if (field?.key === 'sku') given.sku = text;
      else if (field) given.values[field.key] = text;
      else if (element !== undefined) given.elements[element] = text;
    }
    const { item, problems } = readGoods(given, goods, codes);
    if (problems.length === 0) items.push(item);
    for (const { zh, en } of problems)
      faults.push(
        makeFault('I44', `row.${row.number}`, { row: String(row.number), reasonZh: zh, reasonEn: en }),
      );
  }
  const unread = columns.flatMap(({ at, field, element }) => {
    const title = header?.cells[at]?.trim() ?? '';
    return field === undefined && element === undefined && title !== '' ? [title] : [];
  });
  return { items, faults, unread };
}

function columnOf(text: string, at: number, goods: GoodsFields): GoodsColumn {
  const title = text.normalize('NFKC').trim();
  for (const prefix of [goods.elementPrefix.zh, goods.elementPrefix.en].map((p) =>
    p.normalize('NFKC').trim(),
  ))
    if (title.startsWith(prefix) && title.length > prefix.length)
      return { at, element: title.slice(prefix.length).trim() };
  const field = headerKeys(title)
    .map((key) => goods.byName.get(key))
    .find((found) => found !== undefined);
  return field ? { at, field } : { at };
}

/** Items as the rows of a table: every field of the master, then every element that any of them has. */
function* goodsTable(
  items: readonly GoodsItem[],
  { fields, elementPrefix }: GoodsFields,
): Generator<string[]> {
  const elements = [...new Set(items.flatMap((item) => Object.keys(item.elements)))].sort();
  yield [...fields.map((field) => field.header.zh), ...elements.map((name) => elementPrefix.zh + name)];
  for (const item of items)
    yield [
      ...fields.map((field) => (field.key === 'sku' ? item.sku : (item.values[field.key] ?? ''))),
      ...elements.map((name) => item.elements[name] ?? ''),
    ];
}

/** Items as a CSV (UTF-8 with a mark) that can be changed in a spreadsheet and imported again. */
export const goodsCsv = (items: readonly GoodsItem[], goods: GoodsFields): Promise<Buffer> =>
  csvOf(goodsTable(items, goods), escapeFormula);

/** The same as the sheet of a workbook, all cells as text. */
export const goodsSheet = (items: readonly GoodsItem[], goods: GoodsFields): WorkbookSheet => ({
  sheet: '商品档案',
  data: textRows(goodsTable(items, goods)),
  stickyRowsCount: 1,
});
