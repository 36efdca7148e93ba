import { newId } from '../../src/base/ids.js';
import type { Order } from '../../src/orders/order.js';
import type { Queryable } from '../../src/store/store.js';

/** What a test says of a list straight in the database, as if receipts had said it. */
export interface ListState {
  releasedAt?: Date | null;
  clearedAt?: Date | null;
}

export async function addSeller(db: Queryable, code: string): Promise<string> {
  const id = newId();
  await db.query(`insert into tenants (id, code, name, role) values ($1, $2, $3, 'seller')`, [
    id,
    code,
    `企业 ${code}`,
  ]);
  return id;
}

/** A declaration with its list as sent: nothing said of it yet. */
export async function addList(
  db: Queryable,
  tenantId: string,
  order: Order,
): Promise<{ id: string; documentId: string }> {
  const id = newId();
  const documentId = newId();
  await db.query(
    `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, submitted_by) values ($1, $2, $3, $4, '\\x00', $5, 'test')`,
    [id, tenantId, order.regime, id, JSON.stringify(order)],
  );
  await db.query(
    `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name, cop_no, delivery, ie_flag)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $4, 'sent', $9)`,
    [
      id,
      tenantId,
      order.regime,
      order.orderNo ?? id,
      order.platform.code ?? '',
      order.platform.name ?? '',
      order.seller.code ?? '',
      order.seller.name ?? '',
      order.ieFlag ?? 'E',
    ],
  );
  await db.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code, responsible_name,
       guid, cop_no, document_key, delivery) values ($1, $2, $3, 4, 'CEB603Message', 'agent', 'A', 'A', $4, $4, $4, 'sent')`,
    [documentId, tenantId, id, documentId],
  );
  return { id, documentId };
}

export async function say(db: Queryable, id: string, { releasedAt, clearedAt }: ListState): Promise<void> {
  await db.query('update declarations set released_at = $2, cleared_at = $3 where id = $1', [
    id,
    releasedAt ?? clearedAt ?? null,
    clearedAt ?? null,
  ]);
  await db.query(
    `update documents set verdict = $2 where declaration_id = $1 and filing is null and current`,
    [id, clearedAt ? 'cleared' : releasedAt ? 'released' : 'none'],
  );
}

/** Customs takes a change of the list: its next revision is what stands released. */
export async function amend(db: Queryable, id: string, body: Order): Promise<void> {
  const { rows } = await db.query<{ revision: number }>(
    `insert into order_revisions (tenant_id, order_id, revision, body, changes, reason, changed_by)
     select tenant_id, id, (select coalesce(max(revision), 1) + 1 from order_revisions where order_id = $1), $2, '[]', 'test', 'test'
       from orders where id = $1 returning revision`,
    [id, JSON.stringify(body)],
  );
  const next = newId();
  await db.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code, responsible_name,
       guid, cop_no, document_key, delivery, revision, order_revision, app_type, verdict)
     select $2, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code, responsible_name,
            $4, cop_no, document_key, delivery, revision + 1, $3, '2', verdict
       from documents where declaration_id = $1 and current and filing is null`,
    [id, next, rows[0]?.revision, next],
  );
  await db.query('update documents set current = (id = $2) where declaration_id = $1 and filing is null', [
    id,
    next,
  ]);
}
