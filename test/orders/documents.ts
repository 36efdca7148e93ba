import type { Fault } from '../../src/base/fault.js';
import { loadGoodsTables } from '../../src/checks/goodsTables.js';
import { mergeFaults } from '../../src/messages/fieldFaults.js';
import { isSent } from '../../src/orders/documentNeed.js';
import type { Order } from '../../src/orders/order.js';
import { ieFlagOf } from '../../src/orders/regimes.js';
import { checkerWith, parts } from '../checks/checker.js';
import { loadRulebook } from '../../src/rulebook.js';
import { documentFacts } from '../messages/fixtures.js';

const { messages } = loadRulebook({ now: () => new Date() });
const checker = checkerWith({ goods: loadGoodsTables() });

/** What the field checks of its regime's messages and the order rules find in an order. */
export function documentFaults(order: Order): Fault[] {
  const { date } = checker.situationOf(order);
  const input = { order, document: documentFacts() };
  const regime = parts.regimes.newest(order.regime ?? '', ieFlagOf(order));
  return mergeFaults([
    ...(regime?.documents ?? [])
      .filter((d) => isSent(order, d, date))
      .flatMap((d) => messages.get(d.message)?.check(input, order.regime ?? '') ?? []),
    ...checker.check(order),
  ]);
}
