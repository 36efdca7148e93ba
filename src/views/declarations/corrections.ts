import type { z } from 'zod';
import type { timelineEntrySchema } from '../shapes.js';
import type { Form } from '../../messages/forms/form.js';
import { loadFields, type FieldDictionary } from '../../orders/fields.js';
import type { Queryable } from '../../store/store.js';
import { isPersonal, labelOf, type FieldChange } from '../../corrections/changes.js';

type Entry = z.output<typeof timelineEntrySchema>;

let dictionary: FieldDictionary | undefined;

/** The corrections of an order as timeline entries: who changed which field, from what to what, and why. */
export async function corrections(db: Queryable, orderId: string, forms: readonly Form[]): Promise<Entry[]> {
  const fields = (dictionary ??= loadFields());
  const { rows } = await db.query<{
    revision: number;
    changes: FieldChange[];
    reason: string;
    changed_by: string;
    changed_at: Date;
  }>(
    `select revision, changes, reason, actor_name(changed_by) as changed_by, changed_at
       from order_revisions where order_id = $1 order by revision`,
    [orderId],
  );
  return rows.map((r) => ({
    at: r.changed_at.toISOString(),
    kind: 'decision',
    documentId: null,
    messageType: null,
    title: { zh: `更正订单内容（第 ${r.revision} 版）`, en: `Order corrected (revision ${r.revision})` },
    detail: [r.changed_by, r.reason].filter(Boolean).join('：'),
    status: null,
    verdict: null,
    outcome: null,
    infoCode: null,
    receivedAt: null,
    bytes: null,
    sha256: null,
    signature: null,
    changes: r.changes.map((c) => ({
      ...c,
      label: labelOf(c.path, fields, forms),
      personal: isPersonal(c.path, fields),
    })),
    coach: null,
  }));
}
