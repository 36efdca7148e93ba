import type { Fault } from '../base/fault.js';
import type { EnterpriseFacts } from '../checks/enterpriseFacts.js';
import type { AcceptContext } from '../declarations/accept.js';
import type { WrittenDocument } from '../documents/prepare.js';
import type { UnsignedMessage } from '../messages/compile.js';
import type { Order } from '../orders/order.js';

/** What taking in orders and party documents needs of the journey. */
export interface IntakeJourney {
  /** Every fault of an order; none means it may go. */
  check(order: Order): Fault[];
  /** What the registry's facts say against its parties. */
  checkRegistry(order: Order, enterprises: EnterpriseFacts): Fault[];
  acceptContext(submittedBy: string, importId?: string): AcceptContext;
  /** The canonical form of one message, to compare a party's own with. */
  build(
    messageType: string,
    guid: string,
    documents: readonly WrittenDocument[],
    appTime: Date,
  ): UnsignedMessage;
}
