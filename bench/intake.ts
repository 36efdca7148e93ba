import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { loadCatalogue } from '../src/messages/catalogue.js';
import { loadFields } from '../src/orders/fields.js';
import type { OrderFormat } from '../src/orders/read/format.js';
import { readOrders } from '../src/orders/read/readOrders.js';
import { loadColumnNames } from '../src/orders/columns/names.js';
import { regimeFields } from '../src/orders/regimeFields.js';
import { loadRegimes } from '../src/orders/regimes.js';
import { orderRows } from '../src/orders/table.js';
import { sampleOrders } from '../test/support/sampleOrders.js';

/**
 * How fast orders are read and how much memory that takes: writes a file of generated orders, then reads it to the end.
 * Run as `node dist/bench/intake.js [lines] [format …]`; prints goods lines a second and the peak of resident memory
 * while reading.
 */
const lines = Number(process.argv[2] ?? 1_000_000);
const formats = (
  process.argv.length > 3 ? process.argv.slice(3) : ['csv', 'ndjson', 'json']
) as OrderFormat[];
const catalogue = loadCatalogue();
const fields = loadFields();
const regimes = loadRegimes();
const regime = regimes.get('9610');
if (!regime) throw new Error('regime 9610 is not in mappings/regimes');
const columns = regimeFields(regime, fields, catalogue).map((f) => f.field);

function* text(format: OrderFormat): Generator<string> {
  if (format === 'csv') yield stringify([columns.map((f) => f.header.zh)]);
  let first = true;
  for (const order of sampleOrders({ lines })) {
    if (format === 'csv') yield stringify(orderRows(order, columns));
    else if (format === 'json') yield `${first ? '[' : ',\n'}${JSON.stringify(order)}`;
    else yield `${JSON.stringify(order)}\n`;
    first = false;
  }
  if (format === 'json') yield ']\n';
}

const dir = mkdtempSync(join(tmpdir(), 'intake-'));
try {
  for (const format of formats) {
    const file = join(dir, `orders.${format}`);
    await pipeline(Readable.from(text(format)), createWriteStream(file));
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const started = performance.now();
    let peak = before;
    let [orders, read, faulty] = [0, 0, 0];
    const options = {
      format,
      fields,
      codes: catalogue.codes,
      regimes,
      columns: loadColumnNames(fields, catalogue.codes),
    };
    for await (const item of readOrders(createReadStream(file), options)) {
      orders++;
      read += item.order?.lines.length ?? 0;
      if (item.faults.length > 0) faulty++;
      if (orders % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    const seconds = (performance.now() - started) / 1000;
    const mb = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;
    console.log(
      `${format}: ${read} lines, ${orders} orders, ${faulty} with faults, file ${mb(statSync(file).size)}, ` +
        `${seconds.toFixed(1)} s, ${Math.round(read / seconds)} lines/s, RSS before ${mb(before)}, peak ${mb(peak)}`,
    );
    rmSync(file);
  }
} finally {
  rmSync(dir, { recursive: true });
}
