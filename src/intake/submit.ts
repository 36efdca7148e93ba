import { partyCodes } from '../checks/enterpriseFacts.js';
import { bySeverity, type Fault } from '../base/fault.js';
import { acceptOrders, type CheckedOrder } from '../declarations/accept.js';
import { loadFacts } from '../enterprises/facts.js';
import { businessKey, fingerprintOf } from '../orders/businessKey.js';
import type { Order } from '../orders/order.js';
import type { Queryable } from '../store/store.js';
import type { IntakeJourney } from './context.js';
import type { Sellers } from './sellers.js';

/** An order as it was read and checked, with everything that is wrong with it but what the store knows. */
export interface SubmittedOrder {
  index: number;
  rows: { from: number; to: number };
  order?: Order;
  faults: readonly Fault[];
}

export interface OrderVerdict {
  index: number;
  rows: { from: number; to: number };
  orderNo: string | null;
  outcome: 'accepted' | 'faulty' | 'exists';
  declarationId: string | null;
  faults: Fault[];
  /** What is doubtful and does not refuse the order; kept with its declaration. */
  notices: Fault[];
}

export interface Submission {
  journey: IntakeJourney;
  sellers: Sellers;
  submittedBy: string;
  importId?: string;
}

/**
 * Gives every order its verdict: the good ones are stored with their declarations (in the caller's transaction), the
 * bad ones come back with all their faults; one never holds up the other.
 */
export async function submitOrders(
  tx: Queryable,
  submitted: readonly SubmittedOrder[],
  { journey, sellers, submittedBy, importId }: Submission,
): Promise<OrderVerdict[]> {
  const verdicts = new Map<number, OrderVerdict>();
  const good: CheckedOrder[] = [];
  const enterprises = await loadFacts(
    tx,
    submitted.flatMap(({ order }) => (order ? partyCodes(order) : [])),
  );
  for (const { index, rows, order, faults } of submitted) {
    const found: Fault[] = [...faults];
    let tenantId = '';
    if (order) {
      const seller = sellers.tenantOf(order);
      if (typeof seller === 'string') tenantId = seller;
      else if (order.seller.code) found.push(seller);
      found.push(...journey.checkRegistry(order, enterprises));
    }
    const { faults: refusing, notices } = bySeverity(found);
    const verdict: OrderVerdict = {
      index,
      rows,
      orderNo: order?.orderNo?.slice(0, 100) ?? null,
      outcome: 'faulty',
      declarationId: null,
      faults: refusing,
      notices,
    };
    verdicts.set(index, verdict);
    if (order && refusing.length === 0)
      good.push({
        index,
        rows,
        order,
        tenantId,
        businessKey: businessKey(order),
        fingerprint: fingerprintOf(order),
        notices,
      });
  }
  for (const result of await acceptOrders(tx, good, journey.acceptContext(submittedBy, importId))) {
    const verdict = verdicts.get(result.index);
    if (!verdict) continue;
    verdict.outcome = result.outcome;
    if (result.outcome !== 'faulty') verdict.declarationId = result.declarationId;
    if (result.outcome === 'accepted') verdict.notices = result.notices;
    else verdict.faults = result.faults;
  }
  return submitted.map((s) => verdicts.get(s.index)).filter((v) => v !== undefined);
}
