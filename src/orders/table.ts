import { readIso, shanghaiText } from '../base/clock.js';
import type { Field } from './fields.js';
import { leavesOf, type Leaves } from './leaves.js';
import type { Order } from './order.js';

/**
 * The rows of an order as a table has them, one per goods line: order columns in the first row only, the key (platform
 * code and order number) in every row. Values are the texts of the order; times and dates are given for people, in
 * Asia/Shanghai time.
 */
export function orderRows(order: Order, fields: readonly Field[]): string[][] {
  const lines = order.lines.length > 0 ? order.lines : [{}];
  return lines.map((line, i) =>
    fields.map((field) => {
      if (field.ofLine) return (line as Leaves)[field.leaf] ?? '';
      if (i > 0 && field.path !== 'orderNo' && field.path !== 'platform.code') return '';
      const value = leavesOf(order, field.group)?.[field.leaf];
      return value === undefined ? '' : field.format === 'instant' ? timeText(value) : value;
    }),
  );
}

/** An instant of the order as people read it; any other text as it is. */
function timeText(value: string): string {
  const instant = readIso(value);
  return instant ? shanghaiText(instant) : value;
}
