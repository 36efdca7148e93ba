import { groupBy } from '../base/collections.js';
import type { Stated } from '../clearance/state.js';
import { tracksText } from '../clearance/tracks.js';
import type { ListState } from '../declarations/refresh.js';
import { LEASE_SECONDS, LEFT_OPEN } from '../dispatch/outbox.js';
import { declarationsOf, lockMessages } from '../store/locks.js';
import { isOver } from '../store/pauses.js';
import type { Queryable } from '../store/store.js';
import type { ApplyContext } from './apply.js';
import type { MovedDocument } from './attribution.js';

interface ReceiptRow {
  return_status: string;
  return_time: Date | null;
  info_code: string | null;
  pre_no: string | null;
  invt_no: string | null;
}

const stated = (r: ReceiptRow): Stated => ({
  status: r.return_status,
  time: r.return_time ?? undefined,
  infoCode: r.info_code ?? undefined,
  preNo: r.pre_no ?? undefined,
  invtNo: r.invt_no ?? undefined,
});

/**
 * Computes the state of documents (locked, with their declarations) anew from all their receipts, then that of their
 * lists, and lets follow what follows: what waited for them goes on, releases are counted, filings take effect.
 */
export async function recompute(
  tx: Queryable,
  documents: readonly MovedDocument[],
  context: ApplyContext,
): Promise<void> {
  if (documents.length === 0) return;
  const arrived = await stateDocuments(tx, documents, context);
  const applied = documents
    .filter((d) => context.applications.includes(d.messageType))
    .flatMap((d) => d.declarationId ?? []);
  const moved = [...documents, ...(await declaredWith(tx, applied, context))];
  const lists = await listStates(tx, moved, context);
  const inspectable = moved.filter((d) => context.inspectable(d.messageType));
  if (inspectable.length > 0) {
    await holdBack(tx, lists, inspectable, context);
    await context.inspect(
      tx,
      inspectable.map((d) => d.id),
    );
  }
  const settled = await settleProven(tx, arrived);
  await context.refresh(
    tx,
    [...new Set([...documents.flatMap((d) => d.declarationId ?? []), ...settled])],
    lists,
  );
  if (lists.length > 0)
    await context.count(
      tx,
      lists.map((l) => l.declarationId),
    );
  const filings = documents.filter((d) => d.declarationId === null).map((d) => d.id);
  const given = filings.length > 0 ? await context.filed(tx, filings) : [];
  await context.claim(tx, [...given, ...lists.flatMap((l) => l.state.invtNo ?? [])]);
}

/** The state of each document; returns the ids of those that have any receipt, which therefore arrived. */
async function stateDocuments(
  tx: Queryable,
  documents: readonly MovedDocument[],
  context: ApplyContext,
): Promise<string[]> {
  const { rows } = await tx.query<
    ReceiptRow & { document_id: string; given_no: string | null; notice: boolean }
  >(
    `select document_id, return_status, return_time, info_code, pre_no, invt_no, given_no, duplicate_notice as notice
       from receipts where document_id = any($1)`,
    [documents.map((d) => d.id)],
  );
  const said = groupBy(rows, (r) => r.document_id);
  const states = documents.map((document) => {
    const own = (said.get(document.id) ?? []).filter((r) => !r.notice);
    return {
      document,
      state: context.statuses
        .of(document.messageType)
        .stateOf(own.map(stated), context.acceptance(document.messageType, document.edition)),
      // Never changes once given; the greatest makes the choice independent of the arrival.
      givenNo: own.reduce<string | null>(
        (no, r) => (r.given_no !== null && (no === null || r.given_no > no) ? r.given_no : no),
        null,
      ),
    };
  });
  await tx.query(
    `update documents d set verdict = s.verdict, accepted = s.accepted, status = s.status, status_time = s.status_time,
            info_code = s.info_code, pre_no = coalesce(s.pre_no, d.pre_no), invt_no = coalesce(s.invt_no, d.invt_no), given_no = s.given_no,
            tracks = s.tracks
       from unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::jsonb[])
         as s (id, verdict, accepted, status, status_time, info_code, pre_no, invt_no, given_no, tracks) where d.id = s.id`,
    [
      states.map((s) => s.document.id),
      states.map((s) => s.state.verdict),
      states.map((s) => s.state.accepted),
      states.map((s) => s.state.status),
      states.map((s) => s.state.statusTime),
      states.map((s) => s.state.infoCode),
      states.map((s) => s.state.preNo),
      states.map((s) => s.state.invtNo),
      states.map((s) => s.givenNo),
      states.map((s) => tracksText(s.state.tracks)),
    ],
  );
  return [...said.keys()];
}

/**
 * The state of each list, by declaration: from the receipts of all its revisions since it was last declared new. A change
 * (appType 2) that is under way or that failed leaves what customs said of the list before it; a list declared again
 * starts afresh, and late receipts of the refused one no longer count.
 */
async function listStates(
  tx: Queryable,
  documents: readonly MovedDocument[],
  context: ApplyContext,
): Promise<ListState[]> {
  const moved = documents.filter((d) => d.declarationId !== null && context.isList(d.messageType));
  if (moved.length === 0) return [];
  const { rows } = await tx.query<
    Omit<ReceiptRow, 'return_status'> & {
      declaration_id: string;
      message_type: string;
      edition: string | null;
      return_status: string | null;
    }
  >(
    `with lists as (
       select distinct t.declaration_id, t.message_type,
              (select max(n.revision) from documents n where n.declaration_id = t.declaration_id
                  and n.message_type = t.message_type and n.filing is null and n.app_type = '1') as since
         from documents t where t.id = any($1)
     )
     select l.declaration_id, l.message_type, d.edition, r.return_status, r.return_time, r.info_code, r.pre_no, r.invt_no
       from lists l
       join documents d on d.declaration_id = l.declaration_id and d.message_type = l.message_type
        and d.filing is null and d.revision >= l.since
       left join receipts r on r.document_id = d.id and not r.duplicate_notice`,
    [moved.map((d) => d.id)],
  );
  return [...groupBy(rows, (r) => r.declaration_id)].map(([declarationId, receipts]) => ({
    declarationId,
    state: context.statuses.of(receipts[0]?.message_type ?? '').stateOf(
      receipts.flatMap((r) =>
        r.return_status === null ? [] : [stated({ ...r, return_status: r.return_status })],
      ),
      // A change keeps the edition of what it changes, so that all of them have one.
      context.acceptance(receipts[0]?.message_type ?? '', receipts[0]?.edition ?? null),
    ),
  }));
}

/** The documents that declare what applications for inspection belong to: their state follows that of the application. */
async function declaredWith(
  tx: Queryable,
  declarationIds: readonly string[],
  context: ApplyContext,
): Promise<MovedDocument[]> {
  if (declarationIds.length === 0) return [];
  const { rows } = await tx.query<MovedDocument>(
    `select id, tenant_id as "tenantId", declaration_id as "declarationId", message_type as "messageType", edition
       from documents where declaration_id = any($1::uuid[]) and current and filing is null`,
    [declarationIds],
  );
  return rows.filter((d) => context.isList(d.messageType));
}

/** What customs released while the application for inspection is not accepted is not released yet. */
async function holdBack(
  tx: Queryable,
  lists: readonly ListState[],
  documents: readonly MovedDocument[],
  context: ApplyContext,
): Promise<void> {
  const concerned = new Set(documents.map((d) => d.declarationId));
  const out = lists.filter((s) => s.state.releasedAt !== null && concerned.has(s.declarationId));
  if (out.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `select distinct d.declaration_id as id from documents d
      where d.declaration_id = any($1::uuid[]) and d.message_type = any($2) and d.current and d.filing is null and not d.accepted
        and not exists (select 1 from decisions x where x.document_id = d.id and x.kind = 'declared-elsewhere')`,
    [out.map((s) => s.declarationId), context.applications],
  );
  const held = new Set(rows.map((r) => r.id));
  for (const { declarationId, state } of out)
    if (held.has(declarationId)) Object.assign(state, { releasedAt: null, clearedAt: null });
}

/**
 * A receipt proves that its message arrived, whatever the attempts that carried it came to: it need not go again and no
 * person has to look. While an attempt is under way only the documents say so; how the message ends is written by that
 * attempt (`dispatch/outbox.ts`), which asks the same. Returns the declarations of all documents of these messages, also
 * those the receipts do not speak of.
 */
async function settleProven(tx: Queryable, documentIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select distinct m.id from documents d join messages m on m.id = d.message_id
      where d.id = any($1) and m.delivery <> 'sent'`,
    [documentIds],
  );
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  const locked = await lockMessages(tx, ids);
  await tx.query(`update documents set delivery = 'sent' where message_id = any($1) and delivery <> 'sent'`, [
    ids,
  ]);
  await tx.query(
    `with idle as (select message_id from outbox where message_id = any($1) and (lease_until is null or ${isOver('lease_until', LEASE_SECONDS)})
                    order by message_id for update)
     delete from outbox o using idle where o.message_id = idle.message_id`,
    [ids],
  );
  await tx.query(
    `update messages m set delivery = 'sent', sent_at = coalesce(sent_at, now())
      where id = any($1) and not exists (select 1 from outbox o where o.message_id = m.id)`,
    [ids],
  );
  await tx.query(
    `update attempts set finished_at = now(), outcome = 'unknown', detail = $2
      where message_id = any($1) and outcome is null and not exists (select 1 from outbox o where o.message_id = attempts.message_id)`,
    [ids, LEFT_OPEN],
  );
  return declarationsOf(locked);
}
