import type { DocumentNumber } from '../messages/families/family.js';
import { LOCK_CLASS } from '../store/advisory.js';
import type { Queryable } from '../store/store.js';

/**
 * Who learns a number and who looks for its document do so one after the other, to the end of the transaction: else a
 * receipt that names the number while another transaction learns it would be seen by neither.
 */
export async function lockNumbers(tx: Queryable, numbers: readonly DocumentNumber[]): Promise<void> {
  if (numbers.length === 0) return;
  await tx.query(
    `select pg_advisory_xact_lock(${LOCK_CLASS.number}, h) from (
       select distinct hashtext(kind || ' ' || value) as h from unnest($1::text[], $2::text[]) as k (kind, value) order by 1) as o`,
    [numbers.map((n) => n.kind), numbers.map((n) => n.value)],
  );
}

/** The numbers of these documents, locked as `lockNumbers` does. */
export async function lockNumbersOf(tx: Queryable, documentIds: readonly string[]): Promise<void> {
  const { rows } = await tx.query<DocumentNumber>(
    'select distinct kind, value from document_numbers where document_id = any($1::uuid[])',
    [documentIds],
  );
  await lockNumbers(tx, rows);
}

/** A document that a number names. */
export interface NamedDocument extends DocumentNumber {
  id: string;
  messageType: string;
  key: string;
}

/** The documents that these numbers name; the revisions of one document share its numbers. */
export async function documentsNamed(
  tx: Queryable,
  numbers: readonly DocumentNumber[],
): Promise<NamedDocument[]> {
  if (numbers.length === 0) return [];
  const { rows } = await tx.query<NamedDocument>(
    `select distinct k.kind, k.value, d.id, d.message_type as "messageType", d.document_key as key
       from unnest($1::text[], $2::text[]) as k (kind, value)
       join document_numbers n on n.kind = k.kind and n.value = k.value
       join documents d on d.id = n.document_id`,
    [numbers.map((n) => n.kind), numbers.map((n) => n.value)],
  );
  return rows;
}

/** Writes down the numbers that receipts gave these documents; known ones stay as they are. Returns how many are new. */
export async function learnNumbers(tx: Queryable, documentIds: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into document_numbers (tenant_id, document_id, kind, value)
     select distinct d.tenant_id, d.id, g.kind, g.value
       from receipts r join documents d on d.id = r.document_id
       cross join lateral jsonb_to_recordset(r.gives) as g (kind text, value text)
      where r.document_id = any($1::uuid[]) and r.gives is not null and not r.duplicate_notice
     on conflict do nothing`,
    [documentIds],
  );
  return rowCount ?? 0;
}

/**
 * The newest number of each kind that every document may be written from: its own, those of its earlier revisions and
 * those of the other documents of its declaration. Its own go first.
 */
export async function numbersFor(
  tx: Queryable,
  documentIds: readonly string[],
  kinds: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  if (kinds.length === 0) return found;
  const { rows } = await tx.query<DocumentNumber & { document: string }>(
    `select d.id as document, n.kind, n.value
       from unnest($1::uuid[]) as k (id) join documents d on d.id = k.id
       join documents s on s.id = d.id or s.declaration_id = d.declaration_id
         or (s.message_type = d.message_type and s.document_key = d.document_key and s.tenant_id = d.tenant_id)
       join document_numbers n on n.document_id = s.id and n.kind = any($2)
      order by d.id, s.id = d.id, n.learned_at, n.value`,
    [documentIds, kinds],
  );
  // The last one in the order above stays.
  for (const { document, kind, value } of rows)
    found.set(document, { ...found.get(document), [kind]: value });
  return found;
}
