import { storableText } from '../store/jsonb.js';
import { declarationsOf, lockMessages, type LockedDocument } from '../store/locks.js';
import { isOver } from '../store/pauses.js';
import { wake, type Queryable, type Store } from '../store/store.js';
import type { Delivery } from '../terms/delivery.js';
import type { Allowance, BreakerSchedule } from './counterpart.js';
import type { OutgoingMessage, Route, SendOutcome } from './transport.js';

/** One message taken from the outbox for one attempt. */
export interface LeasedMessage extends OutgoingMessage {
  id: string;
  attempt: number;
  /** Since the first attempt, by the database's clock; never negative. */
  triedForMs: number;
}

export const LEASE_SECONDS = 120;
/** Longest pause a counterpart may ask for (`Retry-After`). */
const MAX_PAUSE_MS = 3_600_000;
/** What stands at an attempt whose process ended before it could write down the outcome. */
export const LEFT_OPEN = '发送进程中断 / the sending process ended';

/**
 * Takes messages that are due, as many as are allowed; a probe takes one that was tried least. The attempt is written down before anything leaves, so that a crash in
 * between is seen as "may have been sent". A lease that ran out is taken again: same guid, same bytes. What is of none of the
 * `types` is left to the newer version that made it and knows where it goes.
 */
export async function lease(
  store: Store,
  allowed: Allowance,
  {
    worker,
    dxpId,
    types,
    routeOf,
  }: { worker: string; dxpId: string; types: readonly string[]; routeOf(messageType: string): Route },
): Promise<LeasedMessage[]> {
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{
      id: string;
      guid: string;
      message_type: string;
      bytes: Buffer;
      created_at: Date;
      attempts: number;
      tried_for_ms: number;
    }>(
      `with due as (
         select o.message_id from outbox o join messages m on m.id = o.message_id
          where ${isOver('o.next_at', MAX_PAUSE_MS / 1000)} and (o.lease_until is null or ${isOver('o.lease_until', LEASE_SECONDS)})
            and m.message_type = any($5)
          order by ${allowed.probe ? 'o.attempts, o.next_at' : 'o.next_at'} limit $1 for update of o skip locked
       ), taken as (
         update outbox o set attempts = attempts + 1, first_tried_at = least(coalesce(first_tried_at, now()), now()),
                lease_until = now() + make_interval(secs => $2), lease_by = $3
           from due where o.message_id = due.message_id
         returning o.message_id, o.tenant_id, o.attempts, o.first_tried_at
       ), left_open as (
         update attempts a set finished_at = now(), outcome = 'unknown', detail = $4
           from due where a.message_id = due.message_id and a.outcome is null
       ), noted as (
         insert into attempts (message_id, n, tenant_id, started_at)
         select message_id, attempts, tenant_id, now() from taken
       )
       update messages m set delivery = 'sending' from taken t where m.id = t.message_id
       returning m.id, m.guid, m.message_type, m.bytes, m.created_at, t.attempts,
                 (extract(epoch from now() - t.first_tried_at) * 1000)::float8 as tried_for_ms`,
      [allowed.count, LEASE_SECONDS, worker, LEFT_OPEN, types],
    );
    return rows.map((r) => ({
      id: r.id,
      guid: r.guid,
      messageType: r.message_type,
      bytes: r.bytes,
      createdAt: r.created_at,
      ...routeOf(r.message_type),
      dxpId,
      attempt: r.attempts,
      triedForMs: r.tried_for_ms,
    }));
  });
}

/** What becomes of a message after an attempt. */
export type Settlement =
  | { delivery: 'sent' | 'refused' | 'dead'; detail: string }
  | { delivery: 'queued' | 'unknown'; detail: string; delayMs: number };

export interface Schedule {
  /** Pauses before the next attempt in milliseconds; the last one repeats. */
  delaysMs: readonly number[];
  /** Part of the pause that chance may add or take away. */
  jitter: number;
  /** After this long without success the message is `dead` and waits for a person. */
  budgetMs: number;
  /** When the counterpart counts as gone. */
  breaker: BreakerSchedule;
}

/** Decides what an outcome means: retry with backoff and jitter, or the end. Pure but for `random` (0 ≤ r < 1). */
export function settle(
  outcome: SendOutcome,
  attempt: number,
  triedForMs: number,
  schedule: Schedule,
  random: () => number,
): Settlement {
  if (outcome.kind === 'accepted') return { delivery: 'sent', detail: outcome.detail ?? '' };
  if (outcome.kind === 'refused') return { delivery: 'refused', detail: outcome.detail };
  if (triedForMs >= schedule.budgetMs) return { delivery: 'dead', detail: outcome.detail };
  const step = schedule.delaysMs[Math.min(attempt, schedule.delaysMs.length) - 1] ?? 1000;
  const asked = outcome.kind === 'retry' ? (outcome.retryAfterMs ?? 0) : 0;
  const granted = asked > 0 ? Math.min(asked, MAX_PAUSE_MS) : 0;
  const delayMs = Math.max(granted, Math.round(step * (1 + schedule.jitter * (2 * random() - 1))));
  return { delivery: outcome.kind === 'unknown' ? 'unknown' : 'queued', detail: outcome.detail, delayMs };
}

/** A document of a declaration whose delivery changed. */
export interface DocumentMove {
  declarationId: string;
  messageType: string;
  from: Delivery;
  to: Delivery;
}

/** What follows for declarations when their documents move. */
export interface Effects {
  /** The declarations on which something of it is felt. */
  concerned(moves: readonly DocumentMove[]): string[];
  /** Lets them show it, and their waiting documents go. */
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
}

/** An attempt that ended, and what that means for its message. */
export interface Ended {
  message: Pick<LeasedMessage, 'id' | 'attempt'>;
  outcome: SendOutcome['kind'];
  settlement: Settlement;
}

/**
 * Writes down how attempts ended (of different messages), for the messages and their documents, in one transaction. A
 * receipt for any of its documents proves that a message arrived, whatever its attempt came to. The outcome of an attempt
 * that another one has overtaken is noted and changes nothing else, unless it says that the message was taken.
 */
export async function record(store: Store, ended: readonly Ended[], effects: Effects): Promise<void> {
  await store.transaction(async (tx) => {
    const expected = new Map(ended.map((e) => [e.message.id, e.settlement.delivery]));
    const locked = await lockMessages(
      tx,
      ended.map((e) => e.message.id),
      (document) =>
        document.declarationId !== null &&
        effects.concerned(movesOf([document], expected)).length === 0 &&
        effects.concerned(movesOf([document], new Map([[document.messageId ?? '', 'sent']]))).length === 0,
    );
    const proven = await provenOf(
      tx,
      ended.flatMap((e) => (e.settlement.delivery === 'sent' ? [] : [e.message.id])),
    );
    const all = ended.map(({ message, outcome, settlement }) => ({
      ...message,
      outcome,
      settlement: proven.has(message.id)
        ? { delivery: 'sent' as const, detail: settlement.detail }
        : settlement,
    }));
    const { rows: boxes } = await tx.query<{ message_id: string; attempts: number }>(
      'select message_id, attempts from outbox where message_id = any($1::uuid[]) order by message_id for update',
      [all.map((e) => e.id)],
    );
    const attempts = new Map(boxes.map((b) => [b.message_id, b.attempts]));
    // A later attempt is under way, or the message is settled already: only good news still counts.
    const counts = all.filter((e) => attempts.get(e.id) === e.attempt || e.settlement.delivery === 'sent');
    await storeEnded(tx, all, counts);
    if (counts.length === 0) return;
    const deliveries = new Map(counts.map((e) => [e.id, e.settlement.delivery]));
    const felt = effects.concerned(movesOf(locked, deliveries));
    if (felt.length > 0) await effects.refresh(tx, felt);
    await wake(tx, 'declarations');
  });
}

/** What documents of declarations do when their messages get these deliveries. */
const movesOf = (
  documents: readonly LockedDocument[],
  deliveries: ReadonlyMap<string, Delivery>,
): DocumentMove[] =>
  documents.flatMap(({ declarationId, messageId, messageType, delivery: from }) => {
    const to = deliveries.get(messageId ?? '');
    return declarationId === null || to === undefined || to === from
      ? []
      : [{ declarationId, messageType, from, to }];
  });

/** An attempt that ended, with what that means now that receipts were looked at. */
interface EndedAttempt {
  id: string;
  attempt: number;
  outcome: SendOutcome['kind'];
  settlement: Settlement;
}

/**
 * Attempts with their outcome. Of those that are `settled` the message waits for its time or leaves the outbox, and its
 * documents show the same. In one statement: a port answers many times a second.
 */
async function storeEnded(
  tx: Queryable,
  ended: readonly EndedAttempt[],
  settled: readonly EndedAttempt[],
): Promise<void> {
  await tx.query(
    `with noted as (
       update attempts a set finished_at = now(), outcome = e.outcome, detail = e.detail
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) as e (message_id, n, outcome, detail)
        where a.message_id = e.message_id and a.n = e.n
     ), settled as (
       select * from unnest($5::uuid[], $6::text[], $7::float8[]) as s (message_id, delivery, wait_seconds)
     ), waiting as (
       update outbox o set lease_until = null, lease_by = null, next_at = now() + make_interval(secs => s.wait_seconds)
         from settled s where o.message_id = s.message_id and s.wait_seconds is not null
     ), gone as (
       delete from outbox o using settled s where o.message_id = s.message_id and s.wait_seconds is null
     ), moved as (
       update messages m set delivery = s.delivery, sent_at = case when s.delivery = 'sent' then now() else m.sent_at end
         from settled s where m.id = s.message_id
     )
     update documents d set delivery = s.delivery from settled s
      where d.message_id = s.message_id and d.delivery <> s.delivery`,
    [
      ended.map((e) => e.id),
      ended.map((e) => e.attempt),
      ended.map((e) => e.outcome),
      ended.map((e) => storableText(e.settlement.detail).slice(0, 500)),
      settled.map((e) => e.id),
      settled.map((e) => e.settlement.delivery),
      settled.map(({ settlement }) => ('delayMs' in settlement ? settlement.delayMs / 1000 : null)),
    ],
  );
}

/** Those of these messages for whose documents a receipt came in. */
async function provenOf(tx: Queryable, messageIds: readonly string[]): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `select m.id from unnest($1::uuid[]) as m (id)
      where exists (select 1 from documents d join receipts r on r.document_id = d.id where d.message_id = m.id)`,
    [messageIds],
  );
  return new Set(rows.map((r) => r.id));
}

/** Puts a dead, refused or unknown message back: the same bytes go again at once. Returns its declarations. */
export async function requeue(tx: Queryable, messageId: string): Promise<string[]> {
  const locked = await lockMessages(tx, [messageId]);
  await tx.query(`update documents set delivery = 'queued', discarded_at = null where message_id = $1`, [
    messageId,
  ]);
  await tx.query(
    `insert into outbox (message_id, tenant_id, attempts)
     select id, tenant_id, (select coalesce(max(n), 0) from attempts where message_id = $1) from messages where id = $1
     on conflict (message_id) do update set next_at = now(), first_tried_at = null, lease_until = null`,
    [messageId],
  );
  await tx.query(`update messages set delivery = 'queued' where id = $1`, [messageId]);
  await wake(tx, 'dispatch');
  return declarationsOf(locked);
}
