import type { Order } from '../../src/orders/order.js';
import { orderFile } from './orderFile.js';
import { sampleOrders, sampleRegimes, type SampleRegime } from './sampleOrders.js';

/** The orders of `examples/`, always the same: 150 of regime 9610, 50 of each other. */
export const exampleOrders = (regime: SampleRegime = '9610'): Order[] => [
  ...(regime === '9610'
    ? sampleOrders({ count: 150, seed: 9610, batch: 'X' })
    : sampleOrders({ count: 50, seed: Number(regime.slice(0, 4)), batch: 'X', regime })),
];

/** The same orders in the formats the gateway takes, by file name; NDJSON for 9610 only. */
export async function exampleFiles(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const regime of sampleRegimes) {
    const orders = exampleOrders(regime);
    for (const format of ['json', 'csv', 'xlsx', ...(regime === '9610' ? ['ndjson'] : [])]) {
      const name = `orders-${regime}.${format}`;
      files.set(name, await orderFile(name, orders));
    }
  }
  return files;
}
