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
export const lockDocuments = (tx: Queryable, ids: readonly string[]): Promise<LockedDocument[]> =>
  lockAfter(tx, ids, ids);

/**
 * Locks all documents of messages, with their declarations but for those of documents that are `alone`: what happens to
 * them decides nothing of their siblings. The caller looks again at what it got, for others may have been faster.
 */
export async function lockMessages(
  tx: Queryable,
  messageIds: readonly string[],
  alone: (document: LockedDocument) => boolean = () => false,
): Promise<LockedDocument[]> {
  if (messageIds.length === 0) return [];
  const { rows } = await tx.query<LockedDocument & { id: string }>(
    `select id, ${COLUMNS} from documents where message_id = any($1::uuid[])`,
    [messageIds],
  );
  const idsOf = (documents: typeof rows) => documents.map((d) => d.id);
  return lockAfter(tx, idsOf(rows), idsOf(rows.filter((d) => !alone(d))));
}

const COLUMNS =
  'declaration_id as "declarationId", message_id as "messageId", message_type as "messageType", delivery';

/** Locks documents, after the declarations of some of them. */
async function lockAfter(
  tx: Queryable,
  ids: readonly string[],
  withDeclaration: readonly string[],
): Promise<LockedDocument[]> {
  if (ids.length === 0) return [];
  if (withDeclaration.length > 0) {
    const { rows } = await tx.query<{ id: string }>(
      `select declaration_id as id from documents where id = any($1::uuid[]) and declaration_id is not null
       union select declaration_id from filing_declarations where document_id = any($1::uuid[])`,
      [withDeclaration],
    );
    await lockDeclarations(
      tx,
      rows.map((r) => r.id),
    );
  }
  const { rows: locked } = await tx.query<LockedDocument>(
    `select ${COLUMNS} from documents where id = any($1::uuid[]) order by id for no key update`,
    [ids],
  );
  return locked;
}

/** The declarations of documents that are held, each once. */
export const declarationsOf = (locked: readonly LockedDocument[]): string[] => [
  ...new Set(locked.flatMap((d) => d.declarationId ?? [])),
];
