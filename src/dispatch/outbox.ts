import { wake, type Queryable, type Store } from '../store/store.js';
import type { OutgoingMessage, SendOutcome } from './transport.js';

/** One message taken from the outbox for one attempt. */
export interface LeasedMessage extends OutgoingMessage {
  id: string;
  attempt: number;
  firstTriedAt: Date;
}

const LEASE_SECONDS = 120;
/** What stands at an attempt whose process ended before it could write down the outcome. */
const LEFT_OPEN = '发送进程中断 / the sending process ended';

/**
 * Takes up to `limit` messages that are due. The attempt is written down before anything leaves, so that a crash in
 * between is seen as "may have been sent". A lease that ran out is taken again: same guid, same bytes.
 */
export async function lease(
  store: Store,
  limit: number,
  worker: string,
  dxpId: string,
  flowOf: (messageType: string) => OutgoingMessage['flow'],
): Promise<LeasedMessage[]> {
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{
      id: string;
      guid: string;
      message_type: string;
      bytes: Buffer;
      created_at: Date;
      attempts: number;
      first_tried_at: Date;
    }>(
      `with due as (
         select message_id from outbox
          where next_at <= now() and (lease_until is null or lease_until < now())
          order by next_at limit $1 for update skip locked
       ), taken as (
         update outbox o set attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, now()),
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
       returning m.id, m.guid, m.message_type, m.bytes, m.created_at, t.attempts, t.first_tried_at`,
      [limit, LEASE_SECONDS, worker, LEFT_OPEN],
    );
    return rows.map((r) => ({
      id: r.id,
      guid: r.guid,
      messageType: r.message_type,
      bytes: r.bytes,
      createdAt: r.created_at,
      flow: flowOf(r.message_type),
      dxpId,
      attempt: r.attempts,
      firstTriedAt: r.first_tried_at,
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
  const delayMs = Math.max(asked, Math.round(step * (1 + schedule.jitter * (2 * random() - 1))));
  return { delivery: outcome.kind === 'unknown' ? 'unknown' : 'queued', detail: outcome.detail, delayMs };
}

/**
 * Writes down how an attempt ended, for the message and its documents, in one transaction. The outcome of an attempt
 * that another one has overtaken is noted and changes nothing else, unless it says that the message was taken.
 */
export async function record(
  store: Store,
  message: Pick<LeasedMessage, 'id' | 'attempt'>,
  outcome: SendOutcome['kind'],
  decided: Settlement,
  refresh: (tx: Queryable, declarationIds: string[]) => Promise<void>,
): Promise<void> {
  await store.transaction(async (tx) => {
    const settlement = await provenSent(tx, message.id, decided);
    await tx.query(
      'update attempts set finished_at = now(), outcome = $3, detail = $4 where message_id = $1 and n = $2',
      [message.id, message.attempt, outcome, settlement.detail.slice(0, 500)],
    );
    const { rows: boxes } = await tx.query<{ attempts: number }>(
      'select attempts from outbox where message_id = $1 for update',
      [message.id],
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
    // Documents are locked in one order everywhere, so that receipts and dispatch cannot block each other.
    const { rows } = await tx.query<{ declaration_id: string | null }>(
      `with mine as (select id from documents where message_id = $1 order by id for update)
       update documents d set delivery = $2 from mine where d.id = mine.id and d.delivery <> $2 returning d.declaration_id`,
      [message.id, settlement.delivery],
    );
    await refresh(tx, [...new Set(rows.flatMap((r) => r.declaration_id ?? []))]);
    await wake(tx, 'declarations');
  });
}

/** An answer that was lost needs no second sending once a receipt proves that the message arrived. */
async function provenSent(tx: Queryable, messageId: string, decided: Settlement): Promise<Settlement> {
  if (decided.delivery !== 'unknown') return decided;
  const { rows } = await tx.query<{ proven: boolean }>(
    `with mine as (select id from documents where message_id = $1 order by id for update)
     select exists (select 1 from receipts r join mine on mine.id = r.document_id) as proven`,
    [messageId],
  );
  return rows[0]?.proven ? { delivery: 'sent', detail: decided.detail } : decided;
}

/** Puts a dead, refused or unknown message back: the same bytes go again at once. */
export async function requeue(tx: Queryable, messageId: string): Promise<void> {
  await tx.query(
    `insert into outbox (message_id, tenant_id, attempts)
     select id, tenant_id, (select coalesce(max(n), 0) from attempts where message_id = $1) from messages where id = $1
     on conflict (message_id) do update set next_at = now(), first_tried_at = null, lease_until = null`,
    [messageId],
  );
  await tx.query(`update messages set delivery = 'queued' where id = $1`, [messageId]);
  await tx.query(`update documents set delivery = 'queued' where message_id = $1`, [messageId]);
  await wake(tx, 'dispatch');
}
