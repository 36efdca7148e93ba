import { storableText } from '../store/jsonb.js';
import { lockMessages } from '../store/locks.js';
import { isOver } from '../store/pauses.js';
import { wake, type Queryable, type Store } from '../store/store.js';
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
 * Takes up to `limit` messages that are due. The attempt is written down before anything leaves, so that a crash in
 * between is seen as "may have been sent". A lease that ran out is taken again: same guid, same bytes.
 */
export async function lease(
  store: Store,
  limit: number,
  worker: string,
  dxpId: string,
  routeOf: (messageType: string) => Route,
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
         select message_id from outbox
          where ${isOver('next_at', MAX_PAUSE_MS / 1000)} and (lease_until is null or ${isOver('lease_until', LEASE_SECONDS)})
          order by next_at limit $1 for update skip locked
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
      [limit, LEASE_SECONDS, worker, LEFT_OPEN],
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

/**
 * Writes down how an attempt ended, for the message and its documents, in one transaction. A receipt for any of its
 * documents proves that it arrived, whatever this attempt came to. The outcome of an attempt that another one has
 * overtaken is noted and changes nothing else, unless it says that the message was taken.
 */
export async function record(
  store: Store,
  message: Pick<LeasedMessage, 'id' | 'attempt'>,
  outcome: SendOutcome['kind'],
  decided: Settlement,
  refresh: (tx: Queryable, declarationIds: string[]) => Promise<void>,
): Promise<void> {
  await store.transaction(async (tx) => {
    const declarations = await lockMessages(tx, [message.id]);
    const proven = decided.delivery !== 'sent' && (await isProven(tx, message.id));
    const settlement: Settlement = proven ? { delivery: 'sent', detail: decided.detail } : decided;
    const { rows: boxes } = await tx.query<{ attempts: number }>(
      'select attempts from outbox where message_id = $1 for update',
      [message.id],
    );
    await tx.query(
      'update attempts set finished_at = now(), outcome = $3, detail = $4 where message_id = $1 and n = $2',
      [message.id, message.attempt, outcome, storableText(settlement.detail).slice(0, 500)],
    );
    // A later attempt is under way, or the message is settled already: only good news still counts.
    if (boxes[0]?.attempts !== message.attempt && settlement.delivery !== 'sent') return;
    if ('delayMs' in settlement)
      await tx.query(
        `update outbox set lease_until = null, lease_by = null, next_at = now() + make_interval(secs => $2) where message_id = $1`,
        [message.id, settlement.delayMs / 1000],
      );
    else await tx.query('delete from outbox where message_id = $1', [message.id]);
    await tx.query(
      `update messages set delivery = $2, sent_at = case when $2 = 'sent' then now() else sent_at end where id = $1`,
      [message.id, settlement.delivery],
    );
    await tx.query('update documents set delivery = $2 where message_id = $1 and delivery <> $2', [
      message.id,
      settlement.delivery,
    ]);
    await refresh(tx, declarations);
    await wake(tx, 'declarations');
  });
}

/** A receipt for one of its documents came in. */
async function isProven(tx: Queryable, messageId: string): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from documents d join receipts r on r.document_id = d.id where d.message_id = $1 limit 1`,
    [messageId],
  );
  return rows.length > 0;
}

/** Puts a dead, refused or unknown message back: the same bytes go again at once. Returns its declarations. */
export async function requeue(tx: Queryable, messageId: string): Promise<string[]> {
  const declarations = await lockMessages(tx, [messageId]);
  await tx.query(`update documents set delivery = 'queued' where message_id = $1`, [messageId]);
  await tx.query(
    `insert into outbox (message_id, tenant_id, attempts)
     select id, tenant_id, (select coalesce(max(n), 0) from attempts where message_id = $1) from messages where id = $1
     on conflict (message_id) do update set next_at = now(), first_tried_at = null, lease_until = null`,
    [messageId],
  );
  await tx.query(`update messages set delivery = 'queued' where id = $1`, [messageId]);
  await wake(tx, 'dispatch');
  return declarations;
}
