import type { z } from 'zod';
import { FaultError, type Fault } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import type { trayItemSchema } from '../http/contract.js';
import type { View } from '../declarations/queries.js';
import { statusOf } from '../declarations/queries.js';
import type { Access } from '../enterprises/access.js';
import type { Catalogue } from '../messages/catalogue.js';
import { OPERATOR_TENANT, wake, type Store } from '../store/store.js';
import type { ApplyContext } from './apply.js';
import { recompute } from './recompute.js';

type TrayItem = z.output<typeof trayItemSchema>;

/** Receipts that match nothing or cannot be read, newest first. */
export async function listTray(
  store: Store,
  access: Access,
  page: { cursor?: string | undefined; limit: number; open: boolean },
  catalogue: Catalogue,
  view: View,
): Promise<{ items: TrayItem[]; next: string | null }> {
  const { rows } = await store.query<{
    id: string;
    raw_id: string;
    reason: 'unreadable' | 'unmatched';
    faults: Fault[];
    decision: 'assigned' | 'dismissed' | null;
    decided_by: string | null;
    decided_at: Date | null;
    note: string | null;
    message_type: string | null;
    document_key: string | null;
    return_status: string | null;
    info: string | null;
    origin: string;
    received_at: Date;
    sha256: Buffer;
  }>(
    `select t.id, t.raw_id, t.reason, t.faults, t.decision, actor_name(t.decided_by) as decided_by, t.decided_at, t.note,
            coalesce(r.message_type, w.message_type) as message_type, r.document_key, r.return_status, r.info,
            w.origin, w.received_at, w.sha256
       from tray t join raw_receipts w on w.id = t.raw_id left join receipts r on r.id = t.receipt_id
      where t.tenant_id = any($1) and ($2::uuid is null or t.id < $2) and (not $3 or t.decision is null)
      order by t.id desc limit $4`,
    [access.tenants, page.cursor ?? null, page.open, page.limit + 1],
  );
  const shown = rows.slice(0, page.limit);
  return {
    items: shown.map((r) => {
      const answered = r.message_type ? catalogue.message(r.message_type)?.receiptOf : undefined;
      const names = (answered ? catalogue.message(answered)?.key : undefined) ?? [];
      const values = (r.document_key ?? '').split('|');
      return {
        id: r.id,
        reason: r.reason,
        messageType: r.message_type,
        key: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])),
        status: statusOf(view, r.return_status),
        info: r.info,
        origin: r.origin,
        receivedAt: r.received_at.toISOString(),
        bytes: `/v1/receipts/${r.raw_id}/xml`,
        sha256: r.sha256.toString('hex'),
        faults: r.faults,
        decision: r.decision
          ? {
              kind: r.decision,
              by: r.decided_by ?? '',
              at: (r.decided_at ?? new Date(0)).toISOString(),
              note: r.note ?? '',
            }
          : null,
      };
    }),
    next: rows.length > page.limit ? (shown[shown.length - 1]?.id ?? null) : null,
  };
}

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
    const { rows } = await tx.query<{ receipt_id: string | null; message_type: string | null }>(
      `select t.receipt_id, r.message_type from tray t left join receipts r on r.id = t.receipt_id
        where t.id = $1 and t.tenant_id = any($2) and t.decision is null for update of t`,
      [id, access.tenants],
    );
    const item = rows[0];
    if (!item) throw new FaultError([notFoundFault('待认领回执 / tray item')], 404);
    if (!item.receipt_id)
      throw new FaultError([makeFault('A08', 'id', { reason: '无法读取的文件不能认领' })], 409);
    const { rows: documents } = await tx.query<{
      id: string;
      tenant_id: string;
      declaration_id: string;
      message_type: string;
    }>(
      'select id, tenant_id, declaration_id, message_type from documents where id = $1 and tenant_id = any($2) for update',
      [documentId, access.tenants],
    );
    const document = documents[0];
    if (!document) throw new FaultError([notFoundFault('单证 / document')], 404);
    const answers = item.message_type === null ? undefined : context.receiptOf(item.message_type);
    if (answers !== undefined && answers !== document.message_type)
      throw new FaultError(
        [
          makeFault('A08', 'documentId', {
            reason: `该回执答复的是 ${answers}，不是 ${document.message_type}`,
          }),
        ],
        409,
      );
    await tx.query('update receipts set document_id = $2, tenant_id = $3 where id = $1', [
      item.receipt_id,
      document.id,
      document.tenant_id,
    ]);
    await tx.query(
      `update raw_receipts w set tenants = (
         select array_agg(distinct t) from (
           select unnest(array_remove(w.tenants, $2)) union select tenant_id from receipts where raw_id = w.id) as u (t))
        where w.id = (select raw_id from receipts where id = $1)`,
      [item.receipt_id, OPERATOR_TENANT],
    );
    await tx.query(
      `update tray set decision = 'assigned', decided_by = $2, decided_at = now(), note = $3 where id = $1`,
      [id, access.actor, note],
    );
    await recompute(tx, [document], context);
    await wake(tx, 'tray', 'declarations');
  });
}
