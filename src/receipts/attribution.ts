import { groupBy } from '../base/collections.js';
import { newId } from '../base/ids.js';
import type { StatusBook } from '../clearance/statuses.js';
import { lockDocuments } from '../store/locks.js';
import { OPERATOR_TENANT, wake, type Queryable } from '../store/store.js';
import { tickOf } from '../store/ticks.js';
import { attribute, type Answer, type Attribution, type Revision } from './attribute.js';
import type { ReceiptKey } from './facts.js';
import { insertFacts, type NamedFact } from './store.js';

/** A document whose receipts may have changed. */
export interface MovedDocument {
  id: string;
  tenantId: string;
  /** Null for a filing. */
  declarationId: string | null;
  messageType: string;
  edition: string | null;
}

interface DocumentRow extends Revision {
  tenant_id: string;
  declaration_id: string | null;
  message_type: string;
  edition: string | null;
  document_key: string;
}

interface AnswerRow {
  id: string;
  identity: Buffer;
  raw_id: string;
  message_type: string;
  document_id: string | null;
  document_key: string;
  answers: string | null;
  duplicate_notice: boolean;
  received_at: Date;
  tick: number;
  return_status: string;
  return_time: Date | null;
  info: string | null;
  info_code: string | null;
  pre_no: string | null;
  invt_no: string | null;
}

const groupOf = (type: string, key: string) => `${type} ${key}`;

/** What became of the receipts of some keys. */
export interface Attributed {
  /** Every document of the keys. */
  documents: MovedDocument[];
  /** One of the receipts that moved may give its document a number. */
  gives: boolean;
}

/**
 * Finds for all receipts of these keys the documents they answer, anew from all of them, and stores it where it changed;
 * receipts that are not stored yet (`fresh`) are stored with what was found. Holds the declarations and documents of the
 * keys from here to the end of the transaction. Receipts that answer nothing stand in the tray; those that came before
 * their document leave it.
 */
export async function attributeReceipts(
  tx: Queryable,
  keys: readonly ReceiptKey[],
  statuses: StatusBook,
  fresh: readonly NamedFact[] = [],
): Promise<Attributed> {
  if (keys.length === 0) return { documents: [], gives: false };
  const unique = [
    ...new Map(keys.map((k) => [`${k.messageType} ${groupOf(k.receiptOf, k.keyText)}`, k])).values(),
  ];
  const documents = await lockDocumentsOf(tx, unique);
  const known = await answersOf(tx, documents, unique);
  const facts = once(known, fresh);
  const news = facts.filter((f) => !f.known).map((f) => rowOf(f.fact));
  const found = attributeAll([...known, ...news], documents, unique, statuses);
  const tenants = new Map(documents.map((d) => [d.id, d.tenant_id]));
  const inserted = await insertFacts(
    tx,
    facts.map(({ fact }) => {
      const { documentId = null, notice = false } = found.get(fact.id) ?? {};
      return { fact, documentId, tenantId: tenants.get(documentId ?? '') ?? OPERATOR_TENANT, notice };
    }),
  );
  const changed = await store(tx, known, found, tenants);
  await layInTray(
    tx,
    [...known, ...news.filter((n) => inserted.has(n.id))].filter((a) => !found.has(a.id)),
  );
  // Another process stored one of them meanwhile, under whatever it knew: they are looked at again.
  if (news.some((n) => !inserted.has(n.id))) return attributeReceipts(tx, keys, statuses);
  return {
    documents: documents.map((d) => ({
      id: d.id,
      tenantId: d.tenant_id,
      declarationId: d.declaration_id,
      messageType: d.message_type,
      edition: d.edition,
    })),
    gives: changed > 0 || facts.some((f) => (f.fact.gives ?? []).length > 0),
  };
}

/** Each receipt that is to be stored once, with its first arrival; `known` when it is stored already and only came again. */
function once(
  stored: readonly AnswerRow[],
  fresh: readonly NamedFact[],
): { fact: NamedFact; known: boolean }[] {
  const rows = new Map(stored.map((r) => [r.identity.toString('hex'), r]));
  return [...groupBy(fresh, (f) => f.identity.toString('hex'))].map(([identity, same]) => {
    const fact = same.reduce((a, b) => (b.tick < a.tick ? b : a));
    const row = rows.get(identity);
    if (row && fact.tick < row.tick) Object.assign(row, { received_at: fact.receivedAt, tick: fact.tick });
    return { fact, known: row !== undefined };
  });
}

/** The document of each of these receipts, group by group: a group is what receipts and documents share. */
function attributeAll(
  answers: readonly AnswerRow[],
  documents: readonly DocumentRow[],
  keys: readonly ReceiptKey[],
  statuses: StatusBook,
): Map<string, Attribution> {
  const revisions = groupBy(documents, (d) => groupOf(d.message_type, d.document_key));
  const groupOfDocument = new Map(documents.map((d) => [d.id, groupOf(d.message_type, d.document_key)]));
  const receiptOf = new Map(
    keys.map((k) => [`${k.messageType} ${k.keyText}`, groupOf(k.receiptOf, k.keyText)]),
  );
  const groups = groupBy(
    answers,
    (a) =>
      groupOfDocument.get(a.answers ?? a.document_id ?? '') ??
      receiptOf.get(`${a.message_type} ${a.document_key}`) ??
      '',
  );
  const found = new Map<string, Attribution>();
  for (const [group, own] of groups) {
    const same = revisions.get(group) ?? [];
    const meanings = statuses.of(same[0]?.message_type ?? '');
    for (const [id, one] of attribute(same, own.map(answerOf), meanings)) found.set(id, one);
  }
  return found;
}

async function lockDocumentsOf(tx: Queryable, keys: readonly ReceiptKey[]): Promise<DocumentRow[]> {
  const wanted = [keys.map((k) => k.receiptOf), keys.map((k) => k.keyText)];
  const { rows: ids } = await tx.query<{ id: string }>(
    `select distinct d.id from unnest($1::text[], $2::text[]) as k (message_type, document_key)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key`,
    wanted,
  );
  if (ids.length === 0) return [];
  // A message whose arrival is proved moves all its documents: they are locked now, not after some of them.
  const { rows: together } = await tx.query<{ id: string }>(
    `select distinct s.id from documents d join messages m on m.id = d.message_id join documents s on s.message_id = m.id
      where d.id = any($1) and m.delivery <> 'sent'`,
    [ids.map((d) => d.id)],
  );
  await lockDocuments(
    tx,
    [...ids, ...together].map((d) => d.id),
  );
  const { rows } = await tx.query<DocumentRow>(
    `select d.id, d.tenant_id, d.declaration_id, d.message_type, d.edition, d.document_key, d.revision, d.app_type as "appType",
            d.created_at as "createdAt", coalesce(d.declaration_id::text, d.filing_id::text || ' ' || d.seq, d.id::text) as chain,
            coalesce(a.attempts, '{}') as attempts, coalesce(a.ticks, '{}') as ticks, coalesce(a.refused, false) as "refusedByPort"
       from unnest($1::uuid[]) as k (id) join documents d on d.id = k.id
       left join lateral (select array_agg(started_at order by n) as attempts, array_agg(${tickOf('tick', 'started_at')} order by n) as ticks,
                                bool_and(outcome is not distinct from 'refused') as refused
                            from attempts where message_id = d.message_id) a on true
      order by d.id`,
    [ids.map((d) => d.id)],
  );
  return rows;
}

/** All receipts of the documents, and those of the keys that answer nothing yet. */
async function answersOf(
  tx: Queryable,
  documents: readonly DocumentRow[],
  keys: readonly ReceiptKey[],
): Promise<AnswerRow[]> {
  const columns = `r.id, r.identity, r.raw_id, r.message_type, r.document_id, r.document_key, r.answers, r.duplicate_notice, r.received_at,
    ${tickOf('r.tick', 'r.received_at')} as tick,
    r.return_status, r.return_time, r.info, r.info_code, r.pre_no, r.invt_no`;
  const { rows } = await tx.query<AnswerRow>(
    `select ${columns} from unnest($1::uuid[]) as d (id) join receipts r on r.document_id = d.id
     union all
     select ${columns} from unnest($2::text[], $3::text[]) as k (message_type, document_key)
       join receipts r on r.message_type = k.message_type and r.document_key = k.document_key and r.document_id is null`,
    [documents.map((d) => d.id), keys.map((k) => k.messageType), keys.map((k) => k.keyText)],
  );
  return [...new Map(rows.map((r) => [r.id, r])).values()];
}

const rowOf = (f: NamedFact): AnswerRow => ({
  id: f.id,
  identity: f.identity,
  raw_id: f.rawId,
  message_type: f.messageType,
  document_id: null,
  document_key: f.keyText,
  answers: f.answers,
  duplicate_notice: false,
  received_at: f.receivedAt,
  tick: f.tick,
  return_status: f.returnStatus,
  return_time: f.returnTime ?? null,
  info: f.info,
  info_code: f.infoCode ?? null,
  pre_no: f.preNo ?? null,
  invt_no: f.invtNo ?? null,
});

const answerOf = (r: AnswerRow): Answer => ({
  id: r.id,
  answers: r.answers,
  receivedAt: r.received_at,
  tick: r.tick,
  status: r.return_status,
  time: r.return_time ?? undefined,
  info: r.info ?? '',
  infoCode: r.info_code ?? undefined,
  preNo: r.pre_no ?? undefined,
  invtNo: r.invt_no ?? undefined,
});

/** Writes down what changed of stored receipts; returns how many. */
async function store(
  tx: Queryable,
  answers: readonly AnswerRow[],
  found: ReadonlyMap<string, Attribution>,
  tenants: ReadonlyMap<string, string>,
): Promise<number> {
  const changed = answers.filter((a) => {
    const one = found.get(a.id);
    return a.document_id !== (one?.documentId ?? null) || a.duplicate_notice !== (one?.notice ?? false);
  });
  if (changed.length === 0) return 0;
  await tx.query(
    `update receipts r set document_id = c.document_id, tenant_id = c.tenant_id, duplicate_notice = c.notice
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bool[]) as c (id, document_id, tenant_id, notice) where r.id = c.id`,
    [
      changed.map((a) => a.id),
      changed.map((a) => found.get(a.id)?.documentId ?? null),
      changed.map((a) => tenants.get(found.get(a.id)?.documentId ?? '') ?? OPERATOR_TENANT),
      changed.map((a) => found.get(a.id)?.notice ?? false),
    ],
  );
  await claimFromTray(
    tx,
    changed.filter((a) => a.document_id === null && found.has(a.id)),
  );
  return changed.length;
}

/** Receipts whose document is known now leave the tray; their files become its tenant's to see. */
async function claimFromTray(tx: Queryable, claimed: readonly AnswerRow[]): Promise<void> {
  if (claimed.length === 0) return;
  const { rowCount } = await tx.query(
    `update tray set decision = 'assigned', decided_by = '网关', decided_at = now(), note = '单证发出后自动认领'
      where receipt_id = any($1) and decision is null`,
    [claimed.map((a) => a.id)],
  );
  if (rowCount === 0) return;
  await nameTenants(
    tx,
    claimed.map((a) => a.raw_id),
  );
  await wake(tx, 'tray');
}

/** The tenants a file speaks of, after one of its receipts left the tray. */
export async function nameTenants(tx: Queryable, rawIds: readonly string[]): Promise<void> {
  await tx.query(
    `update raw_receipts w set tenants = (
       select array_agg(distinct t) from (
         select unnest(array_remove(w.tenants, $2)) union select tenant_id from receipts where raw_id = w.id) as u (t))
      where w.id = any($1)`,
    [rawIds, OPERATOR_TENANT],
  );
}

/** Each receipt stands there once, whatever a person decided about it. */
async function layInTray(tx: Queryable, unmatched: readonly AnswerRow[]): Promise<void> {
  if (unmatched.length === 0) return;
  const { rowCount } = await tx.query(
    `insert into tray (id, tenant_id, raw_id, receipt_id, reason)
     select t.id, $2, t.raw_id, t.receipt_id, 'unmatched'
       from unnest($1::uuid[], $3::uuid[], $4::uuid[]) as t (id, raw_id, receipt_id)
      where not exists (select 1 from tray o where o.receipt_id = t.receipt_id)`,
    [
      unmatched.map(() => newId()),
      OPERATOR_TENANT,
      unmatched.map((a) => a.raw_id),
      unmatched.map((a) => a.id),
    ],
  );
  if (rowCount) await wake(tx, 'tray');
}
