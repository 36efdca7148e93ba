import { FaultError } from '../base/fault.js';
import { notFoundFault, makeFault } from '../base/faults.js';
import type { Access } from '../enterprises/access.js';
import { lockDocuments } from '../store/locks.js';
import { wake, type Store } from '../store/store.js';
import type { ApplyContext } from './apply.js';
import { nameTenants } from './attribution.js';
import { attributeByNumbers } from './numbers.js';
import { recompute } from './recompute.js';

/** Puts a tray item aside, with the reason; `reopenTray` takes that back. */
export async function dismissTray(store: Store, access: Access, id: string, note: string): Promise<void> {
  const { rowCount } = await store.query(
    `update tray set decision = 'dismissed', decided_by = $3, decided_at = now(), note = $4
      where id = $1 and tenant_id = any($2) and decision is null`,
    [id, access.tenants, access.actor, note],
  );
  if (rowCount !== 1) throw new FaultError([notFoundFault('待认领回执 / tray item')], 404);
  await wake(store, 'tray');
}

/** Takes a dismissal back: the item waits for a person again. Throws A03 (404) for one that was not dismissed. */
export async function reopenTray(store: Store, access: Access, id: string): Promise<void> {
  const { rowCount } = await store.query(
    `update tray set decision = null, decided_by = null, decided_at = null, note = null
      where id = $1 and tenant_id = any($2) and decision = 'dismissed'`,
    [id, access.tenants],
  );
  if (rowCount !== 1) throw new FaultError([notFoundFault('待认领回执 / tray item')], 404);
  await wake(store, 'tray');
}

/** Gives an unmatched receipt to a document by hand; it then counts like any receipt of that document. */
export async function assignTray(
  store: Store,
  access: Access,
  id: string,
  documentId: string,
  note: string,
  context: ApplyContext,
): Promise<void> {
  await store.transaction(async (tx) => {
    await lockDocuments(tx, [documentId]);
    const { rows } = await tx.query<{
      receipt_id: string | null;
      raw_id: string;
      message_type: string | null;
    }>(
      `select t.receipt_id, t.raw_id, r.message_type from tray t left join receipts r on r.id = t.receipt_id
        where t.id = $1 and t.tenant_id = any($2) and t.decision is null for update of t`,
      [id, access.tenants],
    );
    const item = rows[0];
    if (!item) throw new FaultError([notFoundFault('待认领回执 / tray item')], 404);
    if (!item.receipt_id || item.message_type === null)
      throw new FaultError([makeFault('A08', 'id', { reason: '无法读取的文件不能认领' })], 409);
    const { rows: documents } = await tx.query<{ id: string; message_type: string; document_key: string }>(
      'select id, message_type, document_key from documents where id = $1 and tenant_id = any($2)',
      [documentId, access.tenants],
    );
    const document = documents[0];
    if (!document) throw new FaultError([notFoundFault('单证 / document')], 404);
    const answers = context.receiptOf(item.message_type);
    if (answers !== undefined && answers !== document.message_type)
      throw new FaultError(
        [
          makeFault('A08', 'documentId', {
            reason: `该回执答复的是 ${answers}，不是 ${document.message_type}`,
          }),
        ],
        409,
      );
    await tx.query('update receipts set answers = $2, document_id = $2 where id = $1', [
      item.receipt_id,
      document.id,
    ]);
    await tx.query(
      `update tray set decision = 'assigned', decided_by = $2, decided_at = now(), note = $3 where id = $1`,
      [id, access.actor, note],
    );
    const key = {
      receiptOf: document.message_type,
      messageType: item.message_type,
      keyText: document.document_key,
    };
    await recompute(tx, await attributeByNumbers(tx, [key], context.statuses), context);
    await tx.query(
      'update receipts r set tenant_id = d.tenant_id from documents d where r.id = $1 and d.id = $2',
      [item.receipt_id, document.id],
    );
    await nameTenants(tx, [item.raw_id]);
    await wake(tx, 'tray', 'declarations');
  });
}
