import { newId } from '../base/ids.js';
import type { Access } from '../enterprises/access.js';
import type { Queryable } from '../store/store.js';

/** Keeps who decided what about a document, and why. */
export async function noteDecision(
  tx: Queryable,
  access: Pick<Access, 'actor'>,
  document: { id: string; tenantId: string },
  kind: string,
  note: string,
): Promise<void> {
  await tx.query(
    'insert into decisions (id, tenant_id, document_id, kind, note, decided_by) values ($1, $2, $3, $4, $5, $6)',
    [newId(), document.tenantId, document.id, kind, note, access.actor],
  );
}
