import { stringify } from 'csv-stringify/sync';
import writeExcelFile, { type Cell } from 'write-excel-file/node';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { escapeFormula } from '../../src/orders/cellText.js';
import { loadFields } from '../../src/orders/fields.js';
import type { Order } from '../../src/orders/order.js';
import { regimeFields } from '../../src/orders/regimeFields.js';
import { ieFlagOf, loadRegimes } from '../../src/orders/regimes.js';
import { orderRows } from '../../src/orders/table.js';

/** Orders as the file a seller would send; the ending of the name says which: .json, .ndjson, .csv or .xlsx. */
export async function orderFile(fileName: string, orders: readonly Order[]): Promise<Buffer> {
  const plain = orders.map((order) => JSON.parse(JSON.stringify(order)) as Order);
  if (fileName.endsWith('.json')) return Buffer.from(`${JSON.stringify(plain, null, 1)}\n`);
  if (fileName.endsWith('.ndjson'))
    return Buffer.from(plain.map((order) => `${JSON.stringify(order)}\n`).join(''));

  const [first] = orders;
  const regime = first && loadRegimes().newest(first.regime ?? '', ieFlagOf(first));
  if (!regime) throw new Error('the first order names no known regime');
  const columns = regimeFields(regime, loadFields(), loadCatalogue()).map((f) => f.field);
  const header = columns.map((f) => f.header.zh);
  const rows = orders.flatMap((order) => orderRows(order, columns));
  if (fileName.endsWith('.csv'))
    return Buffer.from(
      stringify([header, ...rows.map((row) => row.map(escapeFormula))], {
        bom: true,
        record_delimiter: 'windows',
      }),
    );
  const cell = (text: string, at: number): Cell => {
    if (text === '') return null;
    const numeric = columns[at]?.format === 'decimal' || columns[at]?.format === 'integer';
    return numeric ? { value: Number(text), type: Number } : { value: text, type: String, format: '@' };
  };
  const file = writeExcelFile(
    [
      header.map((value): Cell => ({ value, type: String, fontWeight: 'bold' })),
      ...rows.map((row) => row.map(cell)),
    ],
    { sheet: '订单', stickyRowsCount: 1 },
  );
  return file.toBuffer();
}
