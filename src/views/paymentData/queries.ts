import type { RequestState } from '../../paymentData/shapes.js';
import type { Queryable } from '../../store/store.js';

/** Customs' requests for raw payment data, newest first; no payment data. */
export async function listPaymentRequests(db: Queryable, tenants: readonly string[], limit: number) {
  const { rows } = await db.query<{
    session_id: string;
    order_no: string;
    state: RequestState;
    attempts: number;
    answer_code: string | null;
    answer: string | null;
    requested_at: Date;
    uploaded_at: Date | null;
  }>(
    `select session_id, order_no, state, attempts, answer_code, answer, requested_at, uploaded_at
       from payment_requests where tenant_id = any($1) order by requested_at desc, session_id limit $2`,
    [tenants, limit],
  );
  return rows.map((r) => ({
    sessionId: r.session_id,
    orderNo: r.order_no,
    state: r.state,
    attempts: r.attempts,
    answer: r.answer_code === null ? null : { code: r.answer_code, message: r.answer ?? '' },
    requestedAt: r.requested_at.toISOString(),
    uploadedAt: r.uploaded_at?.toISOString() ?? null,
  }));
}
