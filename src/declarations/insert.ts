import { dayOf } from '../base/clock.js';
import type { Order } from '../orders/order.js';
import { ieFlagOf } from '../orders/regimes.js';
import type { Queryable } from '../store/store.js';
import type { PlannedDocument } from './plan.js';

/** An order that becomes a declaration, with the documents planned for it. */
export interface NewDeclaration {
  id: string;
  tenantId: string;
  businessKey: string;
  fingerprint: Buffer;
  index: number;
  rows?: { from: number; to: number };
  order: Order;
  documents: readonly PlannedDocument[];
}

/** Who brought the orders. */
export interface Source {
  submittedBy: string;
  importId?: string;
}

/** Stores orders; false when one of them (by tenant and business key) is there already, another process's included. */
export async function insertOrders(
  tx: Queryable,
  made: readonly NewDeclaration[],
  { submittedBy, importId }: Source,
): Promise<boolean> {
  // In one order everywhere, so that two batches with the same orders never wait for each other.
  const orders = [...made].sort((a, b) => (a.businessKey < b.businessKey ? -1 : 1));
  const { rowCount } = await tx.query(
    `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, order_index, row_from, row_to,
       submitted_by, import_id)
     select o.*, $10::text, $11::uuid
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::jsonb[], $7::int[], $8::int[], $9::int[]) as o
     on conflict do nothing`,
    [
      orders.map((o) => o.id),
      orders.map((o) => o.tenantId),
      orders.map((o) => o.order.regime),
      orders.map((o) => o.businessKey),
      orders.map((o) => o.fingerprint),
      orders.map((o) => JSON.stringify(o.order)),
      orders.map((o) => o.index),
      orders.map((o) => o.rows?.from ?? null),
      orders.map((o) => o.rows?.to ?? null),
      submittedBy,
      importId ?? null,
    ],
  );
  return rowCount === orders.length;
}

/**
 * Stores declarations of new orders; their delivery and attention are what their documents wait for. they are of the
 * day of `now` in Asia/Shanghai.
 */
export async function insertDeclarations(
  tx: Queryable,
  made: readonly NewDeclaration[],
  importId: string | undefined,
  now: Date,
): Promise<void> {
  const of = (pick: (o: Order) => string | undefined) => made.map((m) => pick(m.order) ?? null);
  const waits = (m: NewDeclaration, ...reasons: NewDeclaration['documents'][number]['waitingFor'][]) =>
    m.documents.some((d) => d.waitingFor !== null && reasons.includes(d.waitingFor));
  await tx.query(
    `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
       cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no,
       import_id, delivery, attention, accepted_on, draft)
     select id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
       cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no,
       $17::uuid, 'waiting', attention, $22::date, draft
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::numeric[], $16::text[], $18::text[],
         $19::text[], $20::text[], $21::bool[], $23::bool[])
         as d (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
           cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no, attention, draft)`,
    [
      made.map((m) => m.id),
      made.map((m) => m.tenantId),
      of((o) => o.regime),
      of((o) => o.orderNo),
      of((o) => o.platform.code ?? ''),
      of((o) => o.platform.name ?? ''),
      of((o) => o.seller.code),
      of((o) => o.seller.name),
      made.map((m) => m.documents[0]?.copNo ?? ''),
      of((o) => o.waybill.code),
      of((o) => o.waybill.logisticsNo),
      of((o) => o.payment.code),
      of((o) => o.payment.payNo),
      of((o) => o.list.country),
      of((o) => o.goodsValue),
      of((o) => o.currency),
      importId ?? null,
      of(ieFlagOf),
      of((o) => o.list.statisticsFlag),
      of((o) => o.list.billNo),
      made.map((m) => waits(m, 'party', 'draft')),
      dayOf(now),
      made.map((m) => waits(m, 'draft')),
    ],
  );
}

/** Stores the documents of new declarations: ready, or waiting for what they say. */
export async function insertDocuments(tx: Queryable, made: readonly NewDeclaration[]): Promise<void> {
  const rows = made.flatMap((m) => m.documents.map((d) => ({ m, d })));
  await tx.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, cop_no, document_key, delivery, waiting_for, edition, goes_after)
     select id, tenant_id, declaration_id, seq, message_type, role, code, name, guid, cop_no, key, delivery, waiting_for, edition,
            string_to_array(goes_after, ',')
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[],
         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
         as d (id, tenant_id, declaration_id, seq, message_type, role, code, name, guid, cop_no, key, delivery, waiting_for,
           edition, goes_after)`,
    [
      rows.map((r) => r.d.id),
      rows.map((r) => r.m.tenantId),
      rows.map((r) => r.m.id),
      rows.map((r) => r.d.seq),
      rows.map((r) => r.d.messageType),
      rows.map((r) => r.d.responsible.role),
      rows.map((r) => r.d.responsible.code),
      rows.map((r) => r.d.responsible.name),
      rows.map((r) => r.d.guid),
      rows.map((r) => r.d.copNo),
      rows.map((r) => r.d.key),
      rows.map((r) => r.d.delivery),
      rows.map((r) => r.d.waitingFor),
      rows.map((r) => r.d.edition),
      rows.map((r) => r.d.goesAfter.join(',')),
    ],
  );
}
