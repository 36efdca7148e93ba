import type { Delivery } from '../terms/delivery.js';
import type { Queryable } from './store.js';

/**
 * The one order in which rows of a declaration are locked, everywhere: declarations, documents, outbox, messages, attempts;
 * within each by id. Whoever decides from the state of sibling documents holds the declaration first, so that two
 * processes cannot each miss what the other is about to commit. `no key`: rows that only refer to a locked one (receipts,
 * lines, records) are written without waiting for it.
 */
export async function lockDeclarations(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query('select 1 from declarations where id = any($1::uuid[]) order by id for no key update', [
    ids,
  ]);
}

/** A document that is held, as it stood when the lock was got. */
export interface LockedDocument {
  declarationId: string | null;
  messageId: string | null;
  messageType: string;
  delivery: Delivery;
}

/** Locks documents after their declarations and those that filings among them cover. */
export async function lockDocuments(tx: Queryable, ids: readonly string[]): Promise<LockedDocument[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `select declaration_id as id from documents where id = any($1::uuid[]) and declaration_id is not null
     union select declaration_id from filing_declarations where document_id = any($1::uuid[])`,
    [ids],
  );
  await lockDeclarations(
    tx,
    rows.map((r) => r.id),
  );
  const { rows: locked } = await tx.query<LockedDocument>(
    `select declaration_id as "declarationId", message_id as "messageId", message_type as "messageType", delivery from documents
      where id = any($1::uuid[]) order by id for no key update`,
    [ids],
  );
  return locked;
}

/** Locks all documents of messages, with their declarations. */
export async function lockMessages(tx: Queryable, messageIds: readonly string[]): Promise<LockedDocument[]> {
  if (messageIds.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    'select id from documents where message_id = any($1::uuid[])',
    [messageIds],
  );
  return lockDocuments(
    tx,
    rows.map((r) => r.id),
  );
}

/** The declarations of documents that are held, each once. */
export const declarationsOf = (locked: readonly LockedDocument[]): string[] => [
  ...new Set(locked.flatMap((d) => d.declarationId ?? [])),
];
