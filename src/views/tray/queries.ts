import type { z } from 'zod';
import type { Fault } from '../../base/fault.js';
import type { Access } from '../../enterprises/access.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Store } from '../../store/store.js';
import { type View, statusOf } from '../view.js';
import type { trayItemSchema } from './shapes.js';

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
        status: statusOf(view, r.return_status, r.message_type ?? ''),
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
