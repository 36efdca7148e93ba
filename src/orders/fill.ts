import { fillLeaf, type Leaves } from './leaves.js';
import type { Order } from './order.js';

/**
 * Fills leaves of an order that are empty, by path (`list.customsCode`, `lines[].currency` for every line). What the
 * order says itself is never changed; paths that the model does not have are passed over.
 */
export function fillEmpty(order: Order, values: Readonly<Record<string, string>>): void {
  for (const [path, value] of Object.entries(values)) {
    const [, ofLine] = /^lines\[\]\.(.+)$/.exec(path) ?? [];
    if (ofLine === undefined) fillLeaf(order, path, value);
    else for (const line of order.lines as Leaves[]) line[ofLine] ??= value;
  }
}
