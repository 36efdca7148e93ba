import type { StatusBook } from '../clearance/statuses.js';
import { learnNumbers, lockNumbersOf } from '../documents/numbers.js';
import type { Queryable } from '../store/store.js';
import { attributeReceipts, type MovedDocument } from './attribution.js';
import type { ReceiptKey } from './facts.js';
import type { NamedFact } from './store.js';

/**
 * Attributes the receipts of these keys (`fresh` ones are stored with it), and after that those that waited for a number
 * these gave: one answer may name the document of the next. Returns every document whose receipts may have changed.
 */
export async function attributeByNumbers(
  tx: Queryable,
  keys: readonly ReceiptKey[],
  statuses: StatusBook,
  fresh: readonly NamedFact[] = [],
): Promise<MovedDocument[]> {
  const moved = new Map<string, MovedDocument>();
  let news = fresh;
  for (let open = keys; open.length > 0;) {
    const { documents, gives } = await attributeReceipts(tx, open, statuses, news);
    news = [];
    for (const document of documents) moved.set(document.id, document);
    const ids = documents.map((d) => d.id);
    open = gives && (await learnNumbers(tx, ids)) > 0 ? await nameWaiting(tx, ids) : [];
  }
  return [...moved.values()];
}

/** Receipts without a document that one of the numbers of these documents names: they take its key. */
async function nameWaiting(tx: Queryable, documentIds: readonly string[]): Promise<ReceiptKey[]> {
  await lockNumbersOf(tx, documentIds);
  const { rows } = await tx.query<ReceiptKey>(
    `update receipts w set document_key = d.document_key
       from document_numbers n join documents d on d.id = n.document_id
      where n.document_id = any($1::uuid[]) and w.document_id is null
        and w.numbers @> jsonb_build_array(jsonb_build_object('kind', n.kind, 'value', n.value))
     returning w.message_type as "messageType", d.message_type as "receiptOf", w.document_key as "keyText"`,
    [documentIds],
  );
  return rows;
}
