import type { Clock } from '../base/clock.js';
import { failPoint } from '../base/failPoint.js';
import type { Log } from '../base/log.js';
import type { Queryable, Store } from '../store/store.js';
import { lease, record, settle, type LeasedMessage, type Schedule } from './outbox.js';
import type { OutgoingMessage, SendOutcome, Transport } from './transport.js';

export const defaultSchedule: Schedule = {
  delaysMs: [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000],
  jitter: 0.2,
  budgetMs: 24 * 3_600_000,
};

export interface DispatchContext {
  store: Store;
  transport: Transport;
  clock: Clock;
  log: Log;
  worker: string;
  dxpId: string;
  flowOf(messageType: string): OutgoingMessage['flow'];
  schedule: Schedule;
  /** Messages under way at once. */
  parallel: number;
  paused(): Promise<boolean>;
  /** Recomputes the summaries of declarations whose documents moved. */
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
}

/** Sends what is due, once. Returns true when there may be more. */
export async function dispatchDue(context: DispatchContext, signal: AbortSignal): Promise<boolean> {
  if (await context.paused()) return false;
  const messages = await lease(
    context.store,
    context.parallel,
    context.worker,
    context.dxpId,
    context.flowOf,
  );
  if (messages.length > 0) failPoint('dispatch:leased');
  await Promise.all(messages.map((message) => sendOne(context, message, signal)));
  return messages.length === context.parallel;
}

async function sendOne(context: DispatchContext, message: LeasedMessage, signal: AbortSignal): Promise<void> {
  let outcome: SendOutcome;
  try {
    outcome = await context.transport.send(message, signal);
  } catch (error) {
    // A transport that throws may have sent: only "unknown" is honest.
    outcome = { kind: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  }
  failPoint('dispatch:sent');
  const triedForMs = context.clock.now().getTime() - message.firstTriedAt.getTime();
  const settlement = settle(outcome, message.attempt, triedForMs, context.schedule, Math.random);
  await record(context.store, message, outcome.kind, settlement, context.refresh);
  context.log.info(
    {
      message: message.guid,
      type: message.messageType,
      attempt: message.attempt,
      outcome: outcome.kind,
      delivery: settlement.delivery,
    },
    'attempt',
  );
}
