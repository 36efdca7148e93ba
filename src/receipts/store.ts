import { createHash } from 'node:crypto';
import { groupBy } from '../base/collections.js';
import { newId } from '../base/ids.js';
import { joinKey } from '../declarations/plan.js';
import { documentsNamed, type NamedDocument } from '../documents/numbers.js';
import { OPERATOR_TENANT, type Queryable } from '../store/store.js';
import type { ReceiptKey } from './attribution.js';
import type { ReceiptFact } from './facts.js';

/** A receipt with the file it came in. */
export interface ReceivedFact extends ReceiptFact {
  rawId: string;
  receivedAt: Date;
  position: number;
}

/** A receipt as it stands in the database, with its key. */
export interface StoredFact extends ReceiptKey {
  rawId: string;
  identity: Buffer;
}

interface NamedFact extends ReceivedFact {
  keyText: string;
  /** What it was said of, in its own words: the same whatever is known of its numbers by now. */
  said: { receiptOf: string; keyText: string };
  /** The document it names by itself. */
  answers: string | null;
  identity: Buffer;
}

/**
 * Stores receipts, each once whatever file brings it: one that is known already keeps the earlier arrival. An answer to a
 * whole message (CEB900) becomes one answer to each of its documents. Which documents they answer is not asked here.
 */
export async function storeFacts(tx: Queryable, facts: readonly ReceivedFact[]): Promise<StoredFact[]> {
  if (facts.length === 0) return [];
  const named = await nameDocuments(tx, facts);
  const all = named.map((f) => ({ ...f, identity: identityOf(f) }));
  await insert(tx, all);
  return all.map(({ rawId, identity, receiptOf, messageType, keyText }) => ({
    rawId,
    identity,
    receiptOf,
    messageType,
    keyText,
  }));
}

/** Two receipts are one when customs said the same of the same document at the same moment, whatever file brought it. */
function identityOf(f: Omit<NamedFact, 'identity'>): Buffer {
  const said = [
    f.said.receiptOf,
    f.said.keyText,
    f.returnStatus,
    f.returnTimeText,
    f.info,
    f.preNo ?? '',
    f.invtNo ?? '',
  ];
  // A document of our own that it names tells it from what was said of another with the same key.
  return createHash('sha256')
    .update(JSON.stringify(f.answers !== null && f.messageGuid === undefined ? [...said, f.answers] : said))
    .digest();
}

async function nameDocuments(
  tx: Queryable,
  facts: readonly ReceivedFact[],
): Promise<Omit<NamedFact, 'identity'>[]> {
  const { rows: byGuid } = await tx.query<{
    id: string;
    guid: string;
    message_type: string;
    document_key: string;
  }>(
    `select d.id, d.guid, d.message_type, d.document_key
       from unnest($1::text[], $2::text[]) as k (message_type, document_key)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key`,
    [facts.map((f) => f.receiptOf), facts.map((f) => joinKey(f.key))],
  );
  const { rows: inMessages } = await tx.query<{
    id: string;
    guid: string;
    message_type: string;
    document_key: string;
  }>(
    `select d.id, m.guid, d.message_type, d.document_key from messages m join documents d on d.message_id = m.id
      where m.guid = any($1) order by d.id`,
    [facts.flatMap((f) => f.messageGuid ?? [])],
  );
  const named = await documentsNamed(
    tx,
    facts.filter(isByNumber).flatMap((f) => f.numbers ?? []),
  );
  const documents = new Map(byGuid.map((d) => [`${d.guid} ${d.message_type} ${d.document_key}`, d.id]));
  const messages = groupBy(inMessages, (d) => d.guid);
  return facts.flatMap((fact): Omit<NamedFact, 'identity'>[] => {
    // An answer to a message nobody knows keeps the guid of that message as its key.
    const keyText = fact.messageGuid === undefined ? joinKey(fact.key) : fact.messageGuid;
    const spread = fact.messageGuid === undefined ? [] : (messages.get(fact.messageGuid) ?? []);
    if (spread.length > 0)
      return spread.map((d, i) => ({
        ...fact,
        position: fact.position + i,
        receiptOf: d.message_type,
        keyText: d.document_key,
        said: { receiptOf: d.message_type, keyText: d.document_key },
        answers: d.id,
      }));
    if (isByNumber(fact)) return [byNumber(fact, named)];
    return [
      {
        ...fact,
        keyText,
        said: { receiptOf: fact.receiptOf, keyText },
        answers: documents.get(`${fact.guid.toUpperCase()} ${fact.receiptOf} ${keyText}`) ?? null,
      },
    ];
  });
}

/** It names its document by a number that a counterpart gave, not by its own key. */
const isByNumber = (fact: ReceiptFact): boolean =>
  fact.key.length === 0 && fact.messageGuid === undefined && (fact.numbers ?? []).length > 0;

/** With the key of the one document its numbers name; when they name none (yet) or several, with its first number as key. */
function byNumber(fact: ReceivedFact, named: readonly NamedDocument[]): Omit<NamedFact, 'identity'> {
  const numbers = fact.numbers ?? [];
  const said = {
    receiptOf: fact.receiptOf,
    keyText: numbers.map((n) => `${n.kind}:${n.value}`)[0] ?? '',
  };
  const meant = named.filter((d) => numbers.some((n) => n.kind === d.kind && n.value === d.value));
  const [document] = meant;
  const one =
    document && meant.every((d) => d.messageType === document.messageType && d.key === document.key);
  if (!one) return { ...fact, keyText: said.keyText, said, answers: null };
  return { ...fact, receiptOf: document.messageType, keyText: document.key, said, answers: null };
}

/** In the order of their identities, so that two processes with the same receipts cannot wait for each other. */
async function insert(tx: Queryable, facts: readonly NamedFact[]): Promise<void> {
  const unique = [...new Map(facts.map((f) => [f.identity.toString('hex'), f]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, f]) => f);
  await tx.query(
    `insert into receipts (id, tenant_id, raw_id, position, message_type, document_key, identity, return_status, return_time,
       info, info_code, pre_no, invt_no, given_no, answers, received_at, numbers, gives)
     select id, $1, raw_id, position, message_type, document_key, identity, return_status, return_time, info, info_code,
            pre_no, invt_no, given_no, answers, received_at, numbers, gives
       from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::timestamptz[],
         $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::uuid[], $16::timestamptz[],
         $17::jsonb[], $18::jsonb[])
         as f (id, raw_id, position, message_type, document_key, identity, return_status, return_time, info, info_code,
               pre_no, invt_no, given_no, answers, received_at, numbers, gives)
     on conflict (identity) do update set received_at = least(receipts.received_at, excluded.received_at)
      where receipts.received_at > excluded.received_at`,
    [
      OPERATOR_TENANT,
      unique.map(() => newId()),
      unique.map((f) => f.rawId),
      unique.map((f) => f.position),
      unique.map((f) => f.messageType),
      unique.map((f) => f.keyText),
      unique.map((f) => f.identity),
      unique.map((f) => f.returnStatus),
      unique.map((f) => f.returnTime ?? null),
      unique.map((f) => f.info),
      unique.map((f) => f.infoCode ?? null),
      unique.map((f) => f.preNo ?? null),
      unique.map((f) => f.invtNo ?? null),
      unique.map((f) => f.givenNo ?? null),
      unique.map((f) => f.answers),
      unique.map((f) => f.receivedAt),
      unique.map((f) => numbersText(f.numbers)),
      unique.map((f) => numbersText(f.gives)),
    ],
  );
}

const numbersText = (numbers: ReceiptFact['numbers']): string | null =>
  numbers && numbers.length > 0 ? JSON.stringify(numbers) : null;
