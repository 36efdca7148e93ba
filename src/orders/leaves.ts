import type { Order } from './order.js';

/** Values by name, as the order itself, each of its groups (`buyer`, `list` …) and each of its lines hold them. */
export type Leaves = Record<string, string | undefined>;

// The one place where an order is seen as names with values: what its fields are called is said by the dictionary
// (`mappings/orders/fields.json`) and by paths that were checked against the model when they were read.

/** The leaves of a group, or, without one, those that stand in the order itself; undefined for a group there is not. */
export const leavesOf = (order: Order, group?: string): Leaves | undefined =>
  group === undefined
    ? (order as unknown as Leaves)
    : (order as unknown as Record<string, Leaves | undefined>)[group];

/** Fills a leaf outside the lines (`list.country`) that is empty; a group the order does not have is passed over. */
export function fillLeaf(order: Order, path: string, value: string | undefined): void {
  const [first = '', second] = path.split('.');
  const leaves = second === undefined ? leavesOf(order) : leavesOf(order, first);
  if (leaves) leaves[second ?? first] ??= value;
}
