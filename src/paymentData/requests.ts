import { newGuid, newId } from '../base/ids.js';
import type { Access } from '../enterprises/access.js';
import { OPERATOR_TENANT, wake, type Queryable, type Store } from '../store/store.js';
import type { PaymentData } from './shapes.js';
import { textsOf } from './signing.js';

/** What customs is answered at once, before anything is uploaded. Source: 10000 success, 20000 failure. */
export type OpenAnswer = { code: '10000' | '20000'; message: string };

/**
 * Notes a request of customs for the raw data of one order. The same session again is a retry and changes nothing. An
 * order that nobody here knows is answered with 20000; the answer never holds payment data. When several platforms have
 * the number, the request waits for a person.
 */
export async function openRequest(store: Store, orderNo: string, sessionId: string): Promise<OpenAnswer> {
  return store.transaction(async (tx) => {
    const { rows: payments } = await tx.query<{ id: string; tenant_id: string }>(
      `select p.id, p.tenant_id from payment_data_orders o join payment_data p on p.id = o.payment_id
        where o.order_no = $1 order by p.id limit 2`,
      [orderNo],
    );
    const { rows: orders } = await tx.query<{ tenant_id: string }>(
      `select distinct tenant_id from declarations where order_no = $1 and ie_flag = 'I' limit 2`,
      [orderNo],
    );
    if (payments.length === 0 && orders.length === 0) return { code: '20000', message: '订单不存在' };
    const only = payments.length === 1 ? payments[0] : undefined;
    const owner = only?.tenant_id ?? (orders.length === 1 ? orders[0]?.tenant_id : undefined);
    await tx.query(
      `insert into payment_requests (session_id, tenant_id, order_no, payment_id, state)
       values ($1, $2, $3, $4, $5) on conflict (session_id) do nothing`,
      [sessionId, owner ?? OPERATOR_TENANT, orderNo, only?.id ?? null, only ? 'due' : 'waiting'],
    );
    await wake(tx, 'dispatch');
    return { code: '10000', message: '' };
  });
}

/**
 * Keeps the raw data of one payment; requests that waited for it become due. Data already kept for this transaction
 * stay as they are (they are evidence): `stored` is then false.
 */
export async function keepPaymentData(
  tx: Queryable,
  access: Pick<Access, 'actor'>,
  tenantId: string,
  data: PaymentData,
): Promise<{ id: string; stored: boolean }> {
  const { head, lists } = textsOf(data, newGuid());
  const { rows } = await tx.query<{ id: string }>(
    `insert into payment_data (id, tenant_id, ebp_code, pay_transaction_id, head, lists, created_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, ebp_code, pay_transaction_id) do nothing returning id`,
    [newId(), tenantId, data.ebpCode, data.payTransactionId, head, lists, access.actor],
  );
  const id = rows[0]?.id;
  if (id === undefined) {
    const { rows: known } = await tx.query<{ id: string }>(
      'select id from payment_data where tenant_id = $1 and ebp_code = $2 and pay_transaction_id = $3',
      [tenantId, data.ebpCode, data.payTransactionId],
    );
    return { id: known[0]?.id ?? '', stored: false };
  }
  const orderNos = [...new Set(data.orders.map((o) => o.orderNo))];
  await tx.query(
    'insert into payment_data_orders (tenant_id, payment_id, order_no) select $1, $2, unnest($3::text[])',
    [tenantId, id, orderNos],
  );
  await tx.query(
    `update payment_requests set payment_id = $2, tenant_id = $1, state = 'due', next_at = now()
      where order_no = any($3) and state = 'waiting'
        and (tenant_id in ($1, $4) or exists (
          select 1 from declarations d where d.order_no = payment_requests.order_no and d.ie_flag = 'I' and d.platform_code = $5))`,
    [tenantId, id, orderNos, OPERATOR_TENANT, data.ebpCode],
  );
  await wake(tx, 'dispatch');
  return { id, stored: true };
}

/** Puts a refused or unfinished request back; false when it is not the asker's or not in such a state. */
export async function retryRequest(
  db: Queryable,
  access: Pick<Access, 'tenants'>,
  sessionId: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update payment_requests set state = 'due', next_at = now(), attempts = 0
      where session_id = $1 and tenant_id = any($2) and state in ('refused', 'due') and payment_id is not null`,
    [sessionId, access.tenants],
  );
  if (rowCount) await wake(db, 'dispatch');
  return (rowCount ?? 0) > 0;
}
