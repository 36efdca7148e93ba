import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from '../../src/base/clock.js';
import { projectRoot } from '../../src/base/root.js';
import { orderSchema, type Order } from '../../src/orders/order.js';

const examplesIn = (file: string): Order[] =>
  orderSchema
    .array()
    .parse(JSON.parse(readFileSync(join(projectRoot, 'examples', 'declarations', file), 'utf8')) as unknown);

const tomorrow = (): string => dayOf(new Date(Date.now() + 86_400_000));

/**
 * An order with goods under inspection (food, 9710) that goes by goods declaration, with a number of its own; `marker` is a
 * sandbox marker in the order number.
 */
export function inspectedOrder(number: string, marker = ''): Order {
  const [food] = examplesIn('inspected.json');
  if (!food) throw new Error('the example is gone');
  return {
    ...food,
    orderNo: `DEC${number}${marker}`,
    waybill: { ...food.waybill, logisticsNo: `DECW${number}` },
    list: { ...food.list, ieDate: tomorrow() },
  };
}

/** The same without inspection: a declaration because of what the order brings. */
export function plainOrder(number: string, marker = ''): Order {
  const order = inspectedOrder(number, marker);
  const { application: _none, ...rest } = order;
  return { ...rest, lines: order.lines.map(({ inspType: _type, ...line }) => line) };
}

/** An order of general export (0110): a goods declaration alone, without platform and waybill. */
export function generalOrder(number: string, marker = ''): Order {
  const [general] = examplesIn('general-export.json');
  if (!general) throw new Error('the example is gone');
  return { ...general, orderNo: `GEN${number}${marker}`, list: { ...general.list, ieDate: tomorrow() } };
}
