import { stringify } from 'csv-stringify/sync';
import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { escapeFormula } from '../../src/orders/cellText.js';
import { loadFields } from '../../src/orders/fields.js';
import type { Order } from '../../src/orders/order.js';
import { loadRegimes, regimeFields } from '../../src/orders/regimes.js';
import { orderRows } from '../../src/orders/table.js';
import { sampleOrders } from './sampleOrders.js';

/** The orders of `examples/`: 150, always the same. */
export const exampleOrders = (): Order[] => [...sampleOrders({ count: 150, seed: 9610, batch: 'X' })];

/** The same orders in the four formats the gateway takes, by file name. */
export async function exampleFiles(): Promise<Map<string, Buffer>> {
  const orders = exampleOrders();
  const regime = loadRegimes().get('9610');
  if (!regime) throw new Error('regime 9610 is not in mappings/regimes');
  const columns = regimeFields(regime, loadFields(), loadCatalogue()).map((f) => f.field);
  const header = columns.map((f) => f.header.zh);
  const rows = orders.flatMap((order) => orderRows(order, columns));
  const plain = orders.map((order) => JSON.parse(JSON.stringify(order)) as Order);

  const csv = stringify([header, ...rows.map((row) => row.map(escapeFormula))], {
    bom: true,
    record_delimiter: 'windows',
  });
  const cell = (text: string, at: number): Cell => {
    if (text === '') return null;
    const numeric = columns[at]?.format === 'decimal' || columns[at]?.format === 'integer';
    return numeric ? { value: Number(text), type: Number } : { value: text, type: String, format: '@' };
  };
  const xlsx = writeExcelFile(
    [
      header.map((value): Cell => ({ value, type: String, fontWeight: 'bold' })),
      ...rows.map((row) => row.map(cell)),
    ],
    { sheet: '订单', stickyRowsCount: 1 },
  );
  return new Map([
    ['orders-9610.json', Buffer.from(`${JSON.stringify(plain, null, 1)}\n`)],
    ['orders-9610.ndjson', Buffer.from(plain.map((order) => `${JSON.stringify(order)}\n`).join(''))],
    ['orders-9610.csv', Buffer.from(csv)],
    ['orders-9610.xlsx', await xlsx.toBuffer()],
  ]);
}
