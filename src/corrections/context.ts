import type { Clock } from '../base/clock.js';
import type { Fault } from '../base/fault.js';
import type { EnterpriseFacts } from '../checks/enterpriseFacts.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { UnderWay } from '../checks/everyFault.js';
import type { Messages } from '../messages/compile.js';
import type { Order } from '../orders/order.js';
import type { IeFlag } from '../orders/regimes.js';
import type { SignerRegistry } from '../signing/signer.js';
import type { Queryable } from '../store/store.js';
import type { DocumentPlan } from '../declarations/plan.js';
import type { BuyerYearContext } from '../declarations/buyerYear.js';
import type { ClaimContext } from '../declarations/claims.js';
import type { ChangeContext } from './changes.js';

/** What corrections need of the running gateway. */
export interface CorrectionContext extends ClaimContext, BuyerYearContext {
  clock: Clock;
  catalogue: Catalogue;
  messages: Messages;
  reading: ChangeContext;
  signers: SignerRegistry;
  /** Every fault of an order, as at intake, with what its declaration was accepted with. */
  check(order: Order, underWay: UnderWay): Fault[];
  /** What the registry's facts say against its parties. */
  checkRegistry(order: Order, enterprises: EnterpriseFacts): Fault[];
  /** What becomes doubtful elsewhere (certificates of origin) when a declaration says this from now on. */
  concernedBy(
    db: Queryable,
    tenants: readonly string[],
    declarationId: string,
    order: Order,
  ): Promise<Fault[]>;
  /** What its family says of a document before it is planned. */
  planOfMessage(messageType: string): Pick<DocumentPlan, 'signed' | 'newKey' | 'isComplete'>;
  /** The messages that an order like this sends when it comes in now. */
  messagesOf(order: Order): string[];
  /** True while new lists may be declared under a regime. */
  isOffered(regime: string, ieFlag: IeFlag): boolean;
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
}
