import { failPoint } from './base/failPoint.js';
import type { Log } from './base/log.js';
import type { Fault } from './base/fault.js';
import type { UnderWay } from './checks/everyFault.js';
import { settleClaims } from './declarations/claims.js';
import { concerned, refreshDeclarations, type ListState } from './declarations/refresh.js';
import { Dispatcher, type DispatchContext } from './dispatch/dispatcher.js';
import type { Effects } from './dispatch/outbox.js';
import type { Transport } from './dispatch/transport.js';
import { filesOfMessages } from './documents/attachments.js';
import type { Gathering } from './documents/gathering.js';
import { prepareOne } from './documents/prepare.js';
import { countLists } from './figures/counting.js';
import { countHistory } from './figures/history.js';
import type { HistoryParts } from './figures/takeHistory.js';
import { departLines } from './ledger/departures.js';
import { grantsOf } from './filings/effects.js';
import { submitOrders, type OrderVerdict, type Submission, type SubmittedOrder } from './intake/submit.js';
import type { Order } from './orders/order.js';
import { applyReceipts } from './receipts/apply.js';
import { fetchReceipts } from './receipts/inbox.js';
import type { Queryable, Store } from './store/store.js';
import { Wiring } from './wiring.js';

/** Documents prepared, files received: how much one step takes at most. */
const RECEIPT_FILES = 50;

/**
 * The whole path of a declaration, from the order to the figure, in the order it happens:
 *
 *   order → check → [store: order, declaration, documents] → write → sign → prove → [store: exact bytes, outbox]
 *         → send → [store: raw receipt] → read → attribute → state → what waited goes on → counting record → totals
 *
 * Each step is one call into its room; the brackets are transactions. What a room needs of the others is put together in
 * `wiring.ts`, which message family does what in `messages/families`, when each step is taken in `worker.ts`.
 */
export class Journey extends Wiring {
  /** 1. 校验 check: every fault of an order, by the rules of its regime and the fields of every document it needs. */
  override check(order: Order, underWay?: UnderWay): Fault[] {
    return super.check(order, underWay);
  }

  /** 2. 收单 take in: orders without faults become declarations with their documents, the others come back with all theirs. */
  async submit(
    tx: Queryable,
    orders: readonly SubmittedOrder[],
    by: Omit<Submission, 'journey'>,
  ): Promise<OrderVerdict[]> {
    const verdicts = await submitOrders(tx, orders, { ...by, journey: this });
    failPoint('submit:stored');
    return verdicts;
  }

  /** 3. 制单 prepare: ready documents of one kind and party become one sealed message in the outbox. Returns how many. */
  prepare(store: Store, log: Log, gathering?: Gathering): Promise<number> {
    return prepareOne(store, { ...this.prepareContext(log), gathering });
  }

  /** 4. 发送 send: what takes messages out of the outbox, each in a slot of its own, the same bytes until it is known. */
  dispatcher(
    context: Omit<DispatchContext, keyof Effects | 'types' | 'routeOf' | 'dxpId' | 'filesOf'>,
  ): Dispatcher {
    const { families, transfer } = this.parts;
    return new Dispatcher({
      ...context,
      dxpId: transfer.dxpId,
      types: families.types(),
      routeOf: (type) => families.routeOf(type),
      filesOf: (ids) => filesOfMessages(context.store, ids),
      ...this.effectsOfSending(),
    });
  }

  /** After sending: declarations show what became of their documents, where anything is felt of it. */
  effectsOfSending(): Effects {
    return {
      concerned: (moves) => concerned(moves, this.refreshContext()),
      refresh: (tx, declarationIds) => this.refresh(tx, declarationIds),
    };
  }

  /** 5. 收回执 receive: files of the counterpart are stored byte for byte before anything reads them. True: there may be more. */
  receive(store: Store, transport: Transport, waitMs: number, signal: AbortSignal): Promise<boolean> {
    return fetchReceipts(store, transport, RECEIPT_FILES, waitMs, signal);
  }

  /** 6. 回执入账 apply: stored files are read, attributed and make the state of documents and lists. Returns how many files. */
  apply(store: Store, log: Log): Promise<number> {
    return applyReceipts(store, this.applyContext(log), RECEIPT_FILES);
  }

  /** 7. 放行后续 refresh: what waited for a document may go, and the declaration shows where it stands. */
  async refresh(tx: Queryable, declarationIds: string[], lists?: readonly ListState[]): Promise<void> {
    await refreshDeclarations(tx, declarationIds, this.refreshContext(), lists);
    const freed = await settleClaims(tx, declarationIds);
    if (freed.length > 0) await this.refresh(tx, freed);
    failPoint('refresh:done');
  }

  /** 8. 统计 count: what customs cleared, and what it granted to take back, in the transaction of the receipt; 9810 goods depart to their warehouse. */
  async count(tx: Queryable, declarationIds: string[], rates = this.parts.rates): Promise<void> {
    const grants = await grantsOf(tx, this.parts.filingKinds, declarationIds);
    await countLists(tx, { ...this.countingContext(), rates }, declarationIds, grants);
    await departLines(tx, declarationIds);
    failPoint('count:done');
  }

  /** The same for historical documents (ids of `history_documents`), which files speak of. */
  async countHistory(tx: Queryable, documentIds: readonly string[]): Promise<void> {
    await countHistory(tx, this.countingContext(), documentIds);
  }

  /** What files of historical clearance data are taken in with. */
  historyParts(): HistoryParts {
    return { counting: this.countingContext(), codes: this.parts.catalogue.codes };
  }
}
