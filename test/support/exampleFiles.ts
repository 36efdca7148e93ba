import type { Order } from '../../src/orders/order.js';
import { exampleShops } from './exampleShops.js';
import { orderFile } from './orderFile.js';
import { sampleOrders, sampleRegimes, type SampleRegime } from './sampleOrders.js';

export type ExampleFormat = 'json' | 'csv' | 'xlsx' | 'ndjson';
const formatMark: Readonly<Record<ExampleFormat, string>> = { json: 'J', csv: 'C', xlsx: 'E', ndjson: 'N' };

/**
 * The orders of one file of `examples/`, always the same: 150 of regime 9610, 50 of each other. Each file has numbers of
 * its own, so that every one can be imported after every other.
 */
export const exampleOrders = (regime: SampleRegime = '9610', format: ExampleFormat = 'json'): Order[] => [
  ...sampleOrders({
    count: regime === '9610' ? 150 : 50,
    seed: Number(regime.slice(0, 4)),
    batch: `X${regime.replace('-import', 'I')}${formatMark[format]}`,
    regime,
  }),
];

/** One order, for a first request by hand. */
export const exampleOrder = (): Order => {
  const [order] = sampleOrders({ count: 1, seed: 9610, batch: 'XO' });
  if (!order) throw new Error('there is a sample order');
  return order;
};

/** Every file of `examples/`, by name: orders in the formats the gateway takes (NDJSON for 9610 only), exports of shops. */
export async function exampleFiles(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const regime of sampleRegimes) {
    const formats: readonly ExampleFormat[] =
      regime === '9610' ? ['json', 'csv', 'xlsx', 'ndjson'] : ['json', 'csv', 'xlsx'];
    for (const format of formats) {
      const name = `orders-${regime}.${format}`;
      files.set(name, await orderFile(name, exampleOrders(regime, format)));
    }
  }
  files.set('order.json', Buffer.from(`${JSON.stringify(exampleOrder(), null, 2)}\n`));
  for (const [name, content] of exampleShops()) files.set(name, content);
  return files;
}
