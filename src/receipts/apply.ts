import { createHash } from 'node:crypto';
import { groupBy } from '../base/collections.js';
import { failPoint } from '../base/failPoint.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { Statuses } from '../clearance/state.js';
import { joinKey } from '../declarations/plan.js';
import type { PushedFact, ReceivedPush } from '../filings/pushedKinds.js';
import type { Verdict } from '../terms/verdict.js';
import { OPERATOR_TENANT, wake, type Queryable, type Store } from '../store/store.js';
import { recompute } from './recompute.js';
import { revisionFor } from './revisions.js';

/** What a receipt file says, as far as applying it needs. */
export interface ReceiptFact {
  messageType: string;
  /** The message it answers, for example `CEB603Message`. */
  receiptOf: string;
  /** Set when the answer concerns a whole message (CEB900): its guid; `key` is then empty. */
  messageGuid?: string;
  /** Values of the key fields of `receiptOf`, in the mapping's order. */
  key: readonly string[];
  returnStatus: string;
  returnTime: Date | undefined;
  returnTimeText: string;
  info: string;
  infoCode: string | undefined;
  preNo: string | undefined;
  invtNo: string | undefined;
  /** The number customs gave a filing itself (sumNo, rkdNo). */
  givenNo: string | undefined;
}

/** What a file from the port turned out to be: receipts, messages sent unasked, or nothing that can be read. */
export type ReadFile =
  | { messageType: string; facts: ReceiptFact[] }
  | { messageType: string; pushed: PushedFact[] }
  | { messageType: string | null; faults: Fault[] };

export interface ApplyContext {
  statuses: Statuses;
  read(bytes: Buffer): ReadFile;
  /** returnStatus from which a document of this message counts as taken in. */
  acceptedAt(messageType: string): string | undefined;
  /** The message that receipts of this type answer; undefined for those that may answer any (CEB900). */
  receiptOf(messageType: string): string | undefined;
  /** The message that is the declaration itself. */
  isList(messageType: string): boolean;
  refresh(tx: Queryable, declarationIds: string[]): Promise<void>;
  /** Makes the counting records of declarations follow what customs said of their lists. */
  count(tx: Queryable, declarationIds: string[]): Promise<void>;
  /** What follows for revisions, declarations and figures when filings moved; returns the numbers customs gave them. */
  filed(tx: Queryable, documentIds: string[]): Promise<string[]>;
  /** Stores what customs sends unasked, each once. */
  push(tx: Queryable, pushed: readonly ReceivedPush[]): Promise<void>;
  /** Numbers of filings and lists became known: what was pushed about them before is theirs. */
  claim(tx: Queryable, numbers: readonly string[]): Promise<void>;
}

interface Located extends ReceiptFact {
  id: string;
  rawId: string;
  receivedAt: Date;
  position: number;
  keyText: string;
  identity: Buffer;
  /** Known beforehand when the answer concerns a whole message: the revision that was in it. */
  documentId?: string;
}

interface MatchedDocument {
  id: string;
  tenant_id: string;
  declaration_id: string | null;
  message_type: string;
  document_key: string;
  tried: number;
  sent: boolean;
  appType: string;
  appTime: Date | null;
  verdict: Verdict;
  statusTime: Date | null;
}

/**
 * Applies stored receipt files: reads them, drops what is known, finds the documents, recomputes their state from all
 * their receipts and lets the effects follow, all in one transaction. What matches nothing goes to the tray. Returns
 * how many files were applied.
 */
export async function applyReceipts(store: Store, context: ApplyContext, limit: number): Promise<number> {
  return store.transaction(async (tx) => {
    const { rows: raws } = await tx.query<{ id: string; bytes: Buffer; received_at: Date }>(
      `select id, bytes, received_at from raw_receipts where state = 'stored' order by id limit $1 for update skip locked`,
      [limit],
    );
    if (raws.length === 0) return 0;
    const located: Located[] = [];
    const pushed: ReceivedPush[] = [];
    const readable: { id: string; messageType: string }[] = [];
    for (const raw of raws) {
      const read = context.read(raw.bytes);
      if ('faults' in read) {
        await toTray(tx, raw.id, read.messageType, read.faults);
        continue;
      }
      readable.push({ id: raw.id, messageType: read.messageType });
      if ('pushed' in read) {
        pushed.push(...read.pushed.map((p) => ({ ...p, rawId: raw.id, receivedAt: raw.received_at })));
        continue;
      }
      read.facts.forEach((fact, position) =>
        located.push({
          ...fact,
          id: newId(),
          rawId: raw.id,
          receivedAt: raw.received_at,
          position,
          keyText: joinKey(fact.key),
          identity: identityOf(fact),
        }),
      );
    }
    await spreadOverDocuments(tx, located);
    const documents = await matchDocuments(tx, located);
    const fresh = await insertReceipts(tx, located, documents, context);
    await traySome(
      tx,
      fresh.filter((f) => !documents.has(f.id)),
    );
    const touched = new Map<string, MatchedDocument>();
    for (const fact of fresh) {
      const document = documents.get(fact.id);
      if (document) touched.set(document.id, document);
    }
    await recompute(tx, [...touched.values()], context);
    if (pushed.length > 0) await context.push(tx, pushed);
    await markApplied(tx, readable, tenantsOf(located, documents));
    await wake(tx, 'declarations');
    failPoint('receipts:applied');
    return raws.length;
  });
}

const matchKey = (receiptOf: string, key: string) => `${receiptOf} ${key}`;

/** Two receipts are one when customs said the same of the same document at the same moment, whatever file brought it. */
function identityOf(f: ReceiptFact): Buffer {
  return createHash('sha256')
    .update(
      JSON.stringify([
        f.receiptOf,
        joinKey(f.key),
        f.returnStatus,
        f.returnTimeText,
        f.info,
        f.preNo ?? '',
        f.invtNo ?? '',
      ]),
    )
    .digest();
}

async function toTray(
  tx: Queryable,
  rawId: string,
  messageType: string | null,
  faults: Fault[],
): Promise<void> {
  await tx.query(`update raw_receipts set state = 'unreadable', message_type = $2 where id = $1`, [
    rawId,
    messageType,
  ]);
  await tx.query(
    `insert into tray (id, tenant_id, raw_id, reason, faults) values ($1, $2, $3, 'unreadable', $4)`,
    [newId(), OPERATOR_TENANT, rawId, JSON.stringify(faults)],
  );
  await wake(tx, 'tray');
}

async function traySome(tx: Queryable, receipts: readonly Located[]): Promise<void> {
  if (receipts.length === 0) return;
  await tx.query(
    `insert into tray (id, tenant_id, raw_id, receipt_id, reason)
     select id, $2, raw_id, receipt_id, 'unmatched' from unnest($1::uuid[], $3::uuid[], $4::uuid[]) as t (id, raw_id, receipt_id)`,
    [receipts.map(() => newId()), OPERATOR_TENANT, receipts.map((r) => r.rawId), receipts.map((r) => r.id)],
  );
  await wake(tx, 'tray');
}

/** Replaces an answer to a whole message by one answer to each of its documents; an unknown message stays unmatched. */
async function spreadOverDocuments(tx: Queryable, facts: Located[]): Promise<void> {
  const whole = facts.filter((f) => f.messageGuid !== undefined);
  if (whole.length === 0) return;
  const { rows } = await tx.query<{ id: string; guid: string; message_type: string; document_key: string }>(
    `select d.id, m.guid, d.message_type, d.document_key from messages m join documents d on d.message_id = m.id
      where m.guid = any($1)`,
    [whole.map((f) => f.messageGuid)],
  );
  for (const fact of whole) {
    const documents = rows.filter((r) => r.guid === fact.messageGuid);
    if (documents.length === 0) continue;
    facts.splice(
      facts.indexOf(fact),
      1,
      ...documents.map((d, i) => {
        const key = d.document_key.split('|');
        const own = {
          ...fact,
          id: newId(),
          position: fact.position + i,
          receiptOf: d.message_type,
          key,
          keyText: d.document_key,
          documentId: d.id,
        };
        return { ...own, identity: identityOf(own) };
      }),
    );
  }
}

/**
 * Finds and locks (in one order) the documents the receipts speak of, by the receipt's id; of several revisions with one
 * key the one it answers. `tried` counts the attempts.
 */
async function matchDocuments(
  tx: Queryable,
  facts: readonly Located[],
): Promise<Map<string, MatchedDocument>> {
  if (facts.length === 0) return new Map();
  const wanted = new Map(facts.map((f) => [matchKey(f.receiptOf, f.keyText), f]));
  const { rows } = await tx.query<MatchedDocument>(
    `with mine as (
       select d.id from unnest($1::text[], $2::text[]) as k (message_type, document_key)
         join documents d on d.message_type = k.message_type and d.document_key = k.document_key
     ), locked as (select id from documents where id in (select id from mine) order by id for update)
     select d.id, d.tenant_id, d.declaration_id, d.message_type, d.document_key,
            (select count(*)::int from attempts a where a.message_id = d.message_id) as tried,
            d.message_id is not null as sent, d.app_type as "appType", d.app_time as "appTime", d.verdict, d.status_time as "statusTime"
       from documents d join locked using (id) order by d.revision, d.id`,
    [[...wanted.values()].map((f) => f.receiptOf), [...wanted.values()].map((f) => f.keyText)],
  );
  const revisions = groupBy(rows, (r) => matchKey(r.message_type, r.document_key));
  return new Map(
    facts.flatMap((f) => {
      const same = revisions.get(matchKey(f.receiptOf, f.keyText)) ?? [];
      const found = same.find((r) => r.id === f.documentId) ?? revisionFor(same, f.returnTime);
      return found ? [[f.id, found] as const] : [];
    }),
  );
}

async function insertReceipts(
  tx: Queryable,
  facts: readonly Located[],
  documents: ReadonlyMap<string, MatchedDocument>,
  context: ApplyContext,
): Promise<Located[]> {
  if (facts.length === 0) return [];
  const unique = [...new Map(facts.map((f) => [f.identity.toString('hex'), f])).values()];
  const documentOf = (f: Located) => documents.get(f.id);
  const { rows } = await tx.query<{ id: string }>(
    `insert into receipts (id, tenant_id, raw_id, position, message_type, document_id, document_key, identity,
       duplicate_notice, return_status, return_time, info, info_code, pre_no, invt_no, received_at, given_no)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::uuid[], $7::text[], $8::bytea[],
       $9::bool[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[],
       $17::text[])
     on conflict (identity) do nothing returning id`,
    [
      unique.map((f) => f.id),
      unique.map((f) => documentOf(f)?.tenant_id ?? OPERATOR_TENANT),
      unique.map((f) => f.rawId),
      unique.map((f) => f.position),
      unique.map((f) => f.messageType),
      unique.map((f) => documentOf(f)?.id ?? null),
      unique.map((f) => f.keyText),
      unique.map((f) => f.identity),
      // "I have it already" after a lost answer is news about delivery, not a verdict on the document.
      unique.map(
        (f) => context.statuses.isDuplicate(f.returnStatus, f.info) && (documentOf(f)?.tried ?? 0) > 1,
      ),
      unique.map((f) => f.returnStatus),
      unique.map((f) => f.returnTime ?? null),
      unique.map((f) => f.info),
      unique.map((f) => f.infoCode ?? null),
      unique.map((f) => f.preNo ?? null),
      unique.map((f) => f.invtNo ?? null),
      unique.map((f) => f.receivedAt),
      unique.map((f) => f.givenNo ?? null),
    ],
  );
  const inserted = new Set(rows.map((r) => r.id));
  return unique.filter((f) => inserted.has(f.id));
}

/** The tenants each file speaks of, by file; what matches no document is the operator's. */
function tenantsOf(
  facts: readonly Located[],
  documents: ReadonlyMap<string, MatchedDocument>,
): { rawId: string; tenantId: string }[] {
  return facts.map((f) => ({ rawId: f.rawId, tenantId: documents.get(f.id)?.tenant_id ?? OPERATOR_TENANT }));
}

/** Marks files applied; a file that speaks of one tenant only becomes that tenant's. */
async function markApplied(
  tx: Queryable,
  files: readonly { id: string; messageType: string }[],
  owners: readonly { rawId: string; tenantId: string }[],
): Promise<void> {
  if (files.length === 0) return;
  await tx.query(
    `with owned as (
       select raw_id, array_agg(distinct tenant_id) as tenants
         from unnest($3::uuid[], $4::uuid[]) as o (raw_id, tenant_id) group by raw_id
     )
     update raw_receipts r set state = 'applied', message_type = f.message_type,
            tenants = coalesce(o.tenants, '{}'),
            tenant_id = case when cardinality(o.tenants) = 1 then o.tenants[1] else r.tenant_id end
       from unnest($1::uuid[], $2::text[]) as f (id, message_type) left join owned o on o.raw_id = f.id
      where r.id = f.id`,
    [
      files.map((f) => f.id),
      files.map((f) => f.messageType),
      owners.map((o) => o.rawId),
      owners.map((o) => o.tenantId),
    ],
  );
}
