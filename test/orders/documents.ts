import type { Fault } from '../../src/base/fault.js';
import type { Order } from '../../src/orders/order.js';
import { checkerWith } from '../checks/checker.js';
import { documentFacts, message, sentMessages } from '../messages/fixtures.js';

const checker = checkerWith();

/** What the field checks of the four messages and the order rules find in an order. */
export function documentFaults(order: Order): Fault[] {
  const input = { order, document: documentFacts() };
  return [
    ...sentMessages.flatMap((name) => message(name).check(input, order.regime ?? '')),
    ...checker.check(order),
  ];
}
