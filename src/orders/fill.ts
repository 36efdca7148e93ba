import type { Order } from './order.js';

type Leaves = Record<string, string | undefined>;

/**
 * Fills leaves of an order that are empty, by path (`list.customsCode`, `lines[].currency` for every line). What the
 * order says itself is never changed; paths that the model does not have are passed over.
 */
export function fillEmpty(order: Order, values: Readonly<Record<string, string>>): void {
  for (const [path, value] of Object.entries(values)) {
    const [first = '', second] = path.split('.');
    if (first === 'lines[]') {
      for (const line of order.lines as Leaves[]) if (second !== undefined) line[second] ??= value;
    } else if (second === undefined) (order as unknown as Leaves)[first] ??= value;
    else {
      const group = (order as unknown as Record<string, Leaves | undefined>)[first];
      if (group) group[second] ??= value;
    }
  }
}
