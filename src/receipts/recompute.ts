import type { Queryable } from '../store/store.js';
import type { ApplyContext } from './apply.js';
import { receiptsOfLists } from './revisions.js';

/** A document whose receipts changed. */
export interface MovedDocument {
  id: string;
  /** Null for a filing. */
  declaration_id: string | null;
  message_type: string;
}

interface ReceiptRow {
  document_id: string;
  return_status: string;
  return_time: Date | null;
  info_code: string | null;
  pre_no: string | null;
  invt_no: string | null;
  given_no: string | null;
}

/** Recomputes documents (already locked) from all their receipts, then their declarations and counting records. */
export async function recompute(
  tx: Queryable,
  documents: readonly MovedDocument[],
  context: ApplyContext,
): Promise<void> {
  if (documents.length === 0) return;
  const { rows } = await tx.query<ReceiptRow>(
    `select document_id, return_status, return_time, info_code, pre_no, invt_no, given_no
       from receipts where document_id = any($1) and not duplicate_notice`,
    [documents.map((d) => d.id)],
  );
  const byDocument = new Map<string, ReceiptRow[]>();
  for (const row of rows) {
    const list = byDocument.get(row.document_id);
    if (list) list.push(row);
    else byDocument.set(row.document_id, [row]);
  }
  const states = documents.map((d) => ({
    document: d,
    state: context.statuses.stateOf(
      (byDocument.get(d.id) ?? []).map((r) => ({
        status: r.return_status,
        time: r.return_time ?? undefined,
        infoCode: r.info_code ?? undefined,
        preNo: r.pre_no ?? undefined,
        invtNo: r.invt_no ?? undefined,
      })),
      context.acceptedAt(d.message_type),
    ),
    // Never changes once given; the greatest makes the choice independent of the arrival.
    givenNo: (byDocument.get(d.id) ?? []).reduce<string | null>(
      (no, r) => (r.given_no !== null && (no === null || r.given_no > no) ? r.given_no : no),
      null,
    ),
  }));
  await tx.query(
    // A receipt proves that the document arrived, whatever the attempt that carries it will say.
    `update documents d set delivery = case when d.delivery in ('queued', 'unknown') and s.status is not null then 'sent' else d.delivery end,
            verdict = s.verdict, accepted = s.accepted, status = s.status, status_time = s.status_time,
            info_code = s.info_code, pre_no = coalesce(s.pre_no, d.pre_no), invt_no = coalesce(s.invt_no, d.invt_no), given_no = s.given_no
       from unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
         $9::text[])
         as s (id, verdict, accepted, status, status_time, info_code, pre_no, invt_no, given_no) where d.id = s.id`,
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
    ],
  );
  const listed = documents.filter((d) => d.declaration_id !== null && context.isList(d.message_type));
  const ofLists =
    listed.length > 0
      ? await receiptsOfLists(
          tx,
          listed.map((d) => d.id),
        )
      : [];
  const acceptedAt = context.acceptedAt(listed[0]?.message_type ?? '');
  const lists = [...ofLists].map(([declarationId, receipts]) => ({
    declarationId,
    state: context.statuses.stateOf(receipts, acceptedAt),
  }));
  if (lists.length > 0)
    await tx.query(
      `update declarations c set status = s.status, status_time = s.status_time, info_code = s.info_code,
              pre_no = s.pre_no, invt_no = s.invt_no, released_at = s.released_at, cleared_at = s.cleared_at
         from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
           as s (id, status, status_time, info_code, pre_no, invt_no, released_at, cleared_at) where c.id = s.id`,
      [
        lists.map((s) => s.declarationId),
        lists.map((s) => s.state.status),
        lists.map((s) => s.state.statusTime),
        lists.map((s) => s.state.infoCode),
        lists.map((s) => s.state.preNo),
        lists.map((s) => s.state.invtNo),
        lists.map((s) => s.state.releasedAt),
        lists.map((s) => s.state.clearedAt),
      ],
    );
  const settled = await settleUnknown(tx, documents);
  await context.refresh(tx, [...new Set([...documents.flatMap((d) => d.declaration_id ?? []), ...settled])]);
  if (lists.length > 0)
    await context.count(
      tx,
      lists.map((s) => s.declarationId),
    );
  const filings = documents.filter((d) => d.declaration_id === null).map((d) => d.id);
  const given = filings.length > 0 ? await context.filed(tx, filings) : [];
  await context.claim(tx, [...given, ...lists.flatMap((s) => s.state.invtNo ?? [])]);
}

/**
 * A receipt proves that a message whose answer was lost did arrive: it need not go again. Returns the declarations of
 * all its documents, also those the receipt does not speak of.
 */
async function settleUnknown(tx: Queryable, documents: readonly { id: string }[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update messages m set delivery = 'sent', sent_at = coalesce(sent_at, now())
      where m.delivery = 'unknown' and m.id in (select message_id from documents where id = any($1)) returning m.id`,
    [documents.map((d) => d.id)],
  );
  if (rows.length === 0) return [];
  const ids = rows.map((r) => r.id);
  await tx.query('delete from outbox where message_id = any($1)', [ids]);
  const moved = await tx.query<{ declaration_id: string | null }>(
    `with mine as (select id from documents where message_id = any($1) order by id for update)
     update documents d set delivery = 'sent' from mine where d.id = mine.id returning d.declaration_id`,
    [ids],
  );
  return moved.rows.flatMap((r) => r.declaration_id ?? []);
}
