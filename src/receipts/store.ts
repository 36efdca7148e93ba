import { createHash } from 'node:crypto';
import { groupBy } from '../base/collections.js';
import { newId } from '../base/ids.js';
import { joinKey } from '../declarations/plan.js';
import { documentsNamed, lockNumbers, type NamedDocument } from '../documents/numbers.js';
import type { Queryable } from '../store/store.js';
import { tickOf } from '../store/ticks.js';
import type { ReceiptFact, ReceiptKey } from './facts.js';

/** A receipt with the file it came in. */
export interface ReceivedFact extends ReceiptFact {
  rawId: string;
  receivedAt: Date;
  /** Where its arrival stands among what left and arrived here. */
  tick: number;
  position: number;
}

/** A receipt that knows what it was said of, ready to be stored. */
export interface NamedFact extends ReceivedFact, ReceiptKey {
  id: string;
  /** What it was said of, in its own words: the same whatever is known of its numbers by now. */
  said: { receiptOf: string; keyText: string };
  /** The document it names by itself. */
  answers: string | null;
  /** How many documents of its key had left when a receipt without a time came; 0 where its own words tell. */
  turn: number;
  identity: Buffer;
}

/** The document a receipt turned out to be about, its tenant, and whether it is news about delivery only. */
export interface Placed {
  fact: NamedFact;
  documentId: string | null;
  tenantId: string;
  notice: boolean;
}

/**
 * Receipts with their keys and identities, each once whatever files bring it. An answer to a whole message (CEB900)
 * becomes one answer to each of its documents. Which documents they answer is not asked here. Completes the facts it is
 * given, which are the caller's alone.
 */
export async function nameFacts(tx: Queryable, facts: readonly ReceivedFact[]): Promise<NamedFact[]> {
  if (facts.length === 0) return [];
  // Before any row is locked, and all at once: of two transactions with the same numbers one waits, never each for the other.
  await lockNumbers(
    tx,
    facts.flatMap((f) => [...(f.numbers ?? []), ...(f.gives ?? [])]),
  );
  const named = await nameDocuments(tx, facts);
  return named.map((f) => Object.assign(f, { id: newId(), identity: identityOf(f) }));
}

/** Before it has its identity. */
type Nameless = Omit<NamedFact, 'id' | 'identity'>;

/**
 * Two receipts are one when customs said the same of the same document at the same moment, whatever file brought it. Where
 * nothing tells the moment, what came after the document was sent again is another receipt.
 */
function identityOf(f: Nameless): Buffer {
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
  if (f.answers !== null && (f.messageGuid === undefined || f.returnTimeText === '')) said.push(f.answers);
  if (f.turn > 1) said.push(String(f.turn));
  return createHash('sha256').update(JSON.stringify(said)).digest();
}

/** A document with the guid (its own, or that of its message) that a receipt may name. */
interface GuidRow {
  id: string;
  guid: string;
  message_type: string;
  document_key: string;
}

async function nameDocuments(tx: Queryable, facts: readonly ReceivedFact[]): Promise<Nameless[]> {
  const { rows: byGuid } = await tx.query<GuidRow>(
    `select d.id, d.guid, d.message_type, d.document_key
       from unnest($1::text[], $2::text[]) as k (message_type, document_key)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key`,
    [facts.map((f) => f.receiptOf), facts.map((f) => joinKey(f.key))],
  );
  const messageGuids = facts.flatMap((f) => f.messageGuid ?? []);
  const { rows: inMessages } =
    messageGuids.length === 0
      ? { rows: [] }
      : await tx.query<GuidRow>(
          `select d.id, m.guid, d.message_type, d.document_key from messages m join documents d on d.message_id = m.id
            where m.guid = any($1) order by d.id`,
          [messageGuids],
        );
  const named = await documentsNamed(
    tx,
    facts.filter(isByNumber).flatMap((f) => f.numbers ?? []),
  );
  const turns = await turnsOf(tx, facts);
  const documents = new Map(byGuid.map((d) => [`${d.guid} ${d.message_type} ${d.document_key}`, d.id]));
  const messages = groupBy(inMessages, (d) => d.guid);
  return facts.flatMap((fact): Nameless[] => {
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
        turn: 0,
      }));
    if (isByNumber(fact)) return [byNumber(fact, named)];
    return [
      Object.assign(fact, {
        keyText,
        said: { receiptOf: fact.receiptOf, keyText },
        answers: documents.get(`${fact.guid.toUpperCase()} ${fact.receiptOf} ${keyText}`) ?? null,
        turn: turns.get(fact) ?? 0,
      }),
    ];
  });
}

/** How many documents of its key had left when each receipt that names no time came. */
async function turnsOf(tx: Queryable, facts: readonly ReceivedFact[]): Promise<Map<ReceivedFact, number>> {
  const untimed = facts.filter(
    (f) => f.returnTimeText === '' && f.key.length > 0 && f.messageGuid === undefined,
  );
  if (untimed.length === 0) return new Map();
  const { rows } = await tx.query<{ at: number; turn: number }>(
    `select k.at::int, count(*)::int as turn
       from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as k (message_type, document_key, tick, at)
       join documents d on d.message_type = k.message_type and d.document_key = k.document_key
      where exists (select 1 from attempts a where a.message_id = d.message_id and ${tickOf('a.tick', 'a.started_at')} < k.tick)
      group by 1`,
    [untimed.map((f) => f.receiptOf), untimed.map((f) => joinKey(f.key)), untimed.map((f) => f.tick)],
  );
  return new Map(
    rows.flatMap(({ at, turn }) => (untimed[at - 1] ? [[untimed[at - 1]!, turn] as const] : [])),
  );
}

/** It names its document by a number that a counterpart gave, not by its own key. */
const isByNumber = (fact: ReceiptFact): boolean =>
  fact.key.length === 0 && fact.messageGuid === undefined && (fact.numbers ?? []).length > 0;

/** With the key of the one document its numbers name; when they name none (yet) or several, with its first number as key. */
function byNumber(fact: ReceivedFact, named: readonly NamedDocument[]): Nameless {
  const numbers = fact.numbers ?? [];
  const said = {
    receiptOf: fact.receiptOf,
    keyText: numbers.map((n) => `${n.kind}:${n.value}`)[0] ?? '',
  };
  const meant = named.filter((d) => numbers.some((n) => n.kind === d.kind && n.value === d.value));
  const [document] = meant;
  const one =
    document && meant.every((d) => d.messageType === document.messageType && d.key === document.key);
  const own = { ...fact, said, answers: null, turn: 0 };
  if (!one) return { ...own, keyText: said.keyText };
  return { ...own, receiptOf: document.messageType, keyText: document.key };
}

/**
 * Stores receipts where they were found to belong; one that is known already only keeps the earlier arrival. In the order
 * of their identities, so that two processes with the same receipts cannot wait for each other. Returns the ids of those
 * that are new.
 */
export async function insertFacts(tx: Queryable, placed: readonly Placed[]): Promise<Set<string>> {
  if (placed.length === 0) return new Set();
  const sorted = [...placed].sort((a, b) => Buffer.compare(a.fact.identity, b.fact.identity));
  const of = <T>(pick: (fact: NamedFact) => T) => sorted.map((p) => pick(p.fact));
  const { rows } = await tx.query<{ id: string }>(
    `insert into receipts (id, tenant_id, raw_id, position, message_type, document_key, identity, return_status, return_time,
       info, info_code, pre_no, invt_no, given_no, answers, received_at, tick, numbers, gives, document_id, duplicate_notice)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::bytea[], $8::text[],
       $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::uuid[], $16::timestamptz[],
       $17::bigint[], $18::jsonb[], $19::jsonb[], $20::uuid[], $21::bool[])
     on conflict (identity) do update set received_at = excluded.received_at, tick = excluded.tick
      where ${tickOf('receipts.tick', 'receipts.received_at')} > excluded.tick
     returning id`,
    [
      of((f) => f.id),
      sorted.map((p) => p.tenantId),
      of((f) => f.rawId),
      of((f) => f.position),
      of((f) => f.messageType),
      of((f) => f.keyText),
      of((f) => f.identity),
      of((f) => f.returnStatus),
      of((f) => f.returnTime ?? null),
      of((f) => f.info),
      of((f) => f.infoCode ?? null),
      of((f) => f.preNo ?? null),
      of((f) => f.invtNo ?? null),
      of((f) => f.givenNo ?? null),
      of((f) => f.answers),
      of((f) => f.receivedAt),
      of((f) => f.tick),
      of((f) => numbersText(f.numbers)),
      of((f) => numbersText(f.gives)),
      sorted.map((p) => p.documentId),
      sorted.map((p) => p.notice),
    ],
  );
  return new Set(rows.map((r) => r.id));
}

const numbersText = (numbers: ReceiptFact['numbers']): string | null =>
  numbers && numbers.length > 0 ? JSON.stringify(numbers) : null;
