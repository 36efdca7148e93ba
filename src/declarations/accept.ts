import type { Clock } from '../base/clock.js';
import type { Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { Order } from '../orders/order.js';
import type { SignerRegistry } from '../signing/signer.js';
import { wake, type Queryable } from '../store/store.js';
import { judgeBuyerYears, type BuyerYearContext } from './buyerYear.js';
import { storeLines } from './lines.js';
import { storeNotices } from './notices.js';
import { planDocuments, type DocumentPlan, type PlannedDocument } from './plan.js';

/** An order that passed every check and knows its seller's tenant. */
export interface CheckedOrder {
  index: number;
  rows?: { from: number; to: number };
  order: Order;
  tenantId: string;
  businessKey: string;
  fingerprint: Buffer;
  /** What is doubtful and does not refuse it. */
  notices: readonly Fault[];
}

export type Acceptance =
  | { index: number; outcome: 'accepted'; declarationId: string }
  | { index: number; outcome: 'exists'; declarationId: string; faults: Fault[] }
  | { index: number; outcome: 'faulty'; faults: Fault[] };

export interface AcceptContext extends BuyerYearContext {
  clock: Clock;
  signers: SignerRegistry;
  /** The documents an order sends, in the order they are sent. */
  documentsOf(order: Order): readonly DocumentPlan[];
  /** Makes the faults that only the store can know (rules with check `store`). */
  storeFault(
    kind: 'order-exists' | 'waybill-used' | 'payment-used',
    path: string,
    params: Record<string, string>,
  ): Fault;
  submittedBy: string;
  importId?: string;
}

interface Taken {
  code: string;
  no: string;
  order_no: string;
}

/**
 * Stores orders with their declarations and documents inside the caller's transaction. An order whose business key is
 * already there stays as it is: the same body answers with the first declaration, another body with a fault that names
 * it. A waybill or payment number used by another order is refused before anything is stored.
 */
export async function acceptOrders(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: AcceptContext,
): Promise<Acceptance[]> {
  if (orders.length === 0) return [];
  // In this order: an order stored meanwhile by another process is then known before its numbers count as used.
  const used = await findUsedNumbers(tx, orders);
  const known = await findExisting(tx, orders);
  const results: Acceptance[] = [];
  const fresh: CheckedOrder[] = [];
  const inBatch = new Map<string, CheckedOrder>();
  const repeated: CheckedOrder[] = [];
  for (const candidate of orders) {
    const id = `${candidate.tenantId} ${candidate.businessKey}`;
    if (known.has(id)) results.push(existing(candidate, known, context));
    else if (inBatch.has(id)) repeated.push(candidate);
    else {
      inBatch.set(id, candidate);
      fresh.push(candidate);
    }
  }
  const years = await judgeBuyerYears(tx, fresh, context);
  const good: CheckedOrder[] = [];
  const refused = new Map<string, Fault[]>();
  for (const candidate of fresh) {
    const yearFault = years.faults.get(candidate.index);
    const faults = [...usedNumberFaults(candidate.order, used, context), ...(yearFault ? [yearFault] : [])];
    if (faults.length > 0) {
      refused.set(`${candidate.tenantId} ${candidate.businessKey}`, faults);
      results.push({ index: candidate.index, outcome: 'faulty', faults });
    } else {
      remember(candidate.order, used);
      good.push(candidate);
    }
  }
  const inserted = await insertAll(tx, good, context);
  results.push(...inserted);
  await years.store(
    new Map(inserted.flatMap((r) => (r.outcome === 'accepted' ? [[r.index, r.declarationId] as const] : []))),
  );
  // Another process may have stored the same order meanwhile, and a batch may hold an order twice.
  const late = [...repeated, ...good.filter((g) => !inserted.some((r) => r.index === g.index))];
  if (late.length > 0) {
    const now = await findExisting(tx, late);
    for (const candidate of late)
      results.push(
        now.has(`${candidate.tenantId} ${candidate.businessKey}`)
          ? existing(candidate, now, context)
          : // The first of its kind in this batch was refused; so is its repetition.
            {
              index: candidate.index,
              outcome: 'faulty',
              faults: refused.get(`${candidate.tenantId} ${candidate.businessKey}`) ?? [],
            },
      );
  }
  if (inserted.length > 0) await wake(tx, 'prepare', 'declarations');
  return results.sort((a, b) => a.index - b.index);
}

type Existing = Map<string, { id: string; fingerprint: Buffer }>;

async function findExisting(tx: Queryable, orders: readonly CheckedOrder[]): Promise<Existing> {
  const { rows } = await tx.query<{
    id: string;
    tenant_id: string;
    business_key: string;
    fingerprint: Buffer;
  }>(
    `select o.id, o.tenant_id, o.business_key, o.fingerprint
       from unnest($1::uuid[], $2::text[]) as k (tenant_id, business_key)
       join orders o on o.tenant_id = k.tenant_id and o.business_key = k.business_key`,
    [orders.map((o) => o.tenantId), orders.map((o) => o.businessKey)],
  );
  return new Map(rows.map((r) => [`${r.tenant_id} ${r.business_key}`, r]));
}

function existing(candidate: CheckedOrder, known: Existing, context: AcceptContext): Acceptance {
  const first = known.get(`${candidate.tenantId} ${candidate.businessKey}`);
  if (!first) throw new Error('existing() needs a known order');
  const faults = first.fingerprint.equals(candidate.fingerprint)
    ? []
    : [
        context.storeFault('order-exists', 'orderNo', {
          orderNo: candidate.order.orderNo ?? '',
          reference: first.id,
        }),
      ];
  return { index: candidate.index, outcome: 'exists', declarationId: first.id, faults };
}

/** Waybill and payment numbers that other orders hold, as `waybill code no` and `payment code no` → their order. */
async function findUsedNumbers(
  tx: Queryable,
  orders: readonly Pick<CheckedOrder, 'order'>[],
  except: string | null = null,
): Promise<Map<string, string>> {
  const waybills = orders.filter((o) => o.order.waybill.code && o.order.waybill.logisticsNo);
  const payments = orders.filter((o) => o.order.payment.code && o.order.payment.payNo);
  const used = new Map<string, string>();
  const [w, p] = [
    await tx.query<Taken>(
      `select d.logistics_code as code, d.logistics_no as no, min(d.order_no) as order_no
         from unnest($1::text[], $2::text[]) as k (code, no)
         join declarations d on d.logistics_code = k.code and d.logistics_no = k.no
        where d.created_at > now() - interval '6 months' and d.id is distinct from $3 group by 1, 2`,
      [waybills.map((o) => o.order.waybill.code), waybills.map((o) => o.order.waybill.logisticsNo), except],
    ),
    await tx.query<Taken>(
      `select d.pay_code as code, d.pay_no as no, min(d.order_no) as order_no
         from unnest($1::text[], $2::text[]) as k (code, no)
         join declarations d on d.pay_code = k.code and d.pay_no = k.no
        where d.id is distinct from $3 group by 1, 2`,
      [payments.map((o) => o.order.payment.code), payments.map((o) => o.order.payment.payNo), except],
    ),
  ];
  for (const row of w.rows) used.set(`waybill ${row.code} ${row.no}`, row.order_no);
  for (const row of p.rows) used.set(`payment ${row.code} ${row.no}`, row.order_no);
  return used;
}

/** R902 and R903 for a corrected order: its waybill or payment number belongs to another declaration. */
export async function numbersInUse(
  db: Queryable,
  order: Order,
  declarationId: string,
  context: Pick<AcceptContext, 'storeFault'>,
): Promise<Fault[]> {
  return usedNumberFaults(order, await findUsedNumbers(db, [{ order }], declarationId), context);
}

const waybillKey = (o: Order) =>
  o.waybill.code && o.waybill.logisticsNo ? `waybill ${o.waybill.code} ${o.waybill.logisticsNo}` : undefined;
const paymentKey = (o: Order) =>
  o.payment.code && o.payment.payNo ? `payment ${o.payment.code} ${o.payment.payNo}` : undefined;

function usedNumberFaults(
  order: Order,
  used: ReadonlyMap<string, string>,
  context: Pick<AcceptContext, 'storeFault'>,
): Fault[] {
  const faults: Fault[] = [];
  const waybill = waybillKey(order);
  const payment = paymentKey(order);
  if (waybill && used.has(waybill))
    faults.push(
      context.storeFault('waybill-used', 'waybill.logisticsNo', {
        logisticsNo: order.waybill.logisticsNo ?? '',
        orderNo: used.get(waybill) ?? '',
      }),
    );
  if (payment && used.has(payment))
    faults.push(
      context.storeFault('payment-used', 'payment.payNo', {
        payNo: order.payment.payNo ?? '',
        orderNo: used.get(payment) ?? '',
      }),
    );
  return faults;
}

function remember(order: Order, used: Map<string, string>): void {
  for (const key of [waybillKey(order), paymentKey(order)]) if (key) used.set(key, order.orderNo ?? '');
}

async function insertAll(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: AcceptContext,
): Promise<Acceptance[]> {
  if (orders.length === 0) return [];
  const now = context.clock.now();
  const ids = orders.map(() => newId());
  const { rows } = await tx.query<{ id: string }>(
    `insert into orders (id, tenant_id, regime, business_key, fingerprint, body, order_index, row_from, row_to,
       submitted_by, import_id)
     select o.*, $10::text, $11::uuid
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::jsonb[], $7::int[], $8::int[], $9::int[]) as o
     on conflict do nothing returning id`,
    [
      ids,
      orders.map((o) => o.tenantId),
      orders.map((o) => o.order.regime),
      orders.map((o) => o.businessKey),
      orders.map((o) => o.fingerprint),
      orders.map((o) => JSON.stringify(o.order)),
      orders.map((o) => o.index),
      orders.map((o) => o.rows?.from ?? null),
      orders.map((o) => o.rows?.to ?? null),
      context.submittedBy,
      context.importId ?? null,
    ],
  );
  const stored = new Set(rows.map((r) => r.id));
  const made = orders.flatMap((o, i) => {
    const id = ids[i];
    if (id === undefined || !stored.has(id)) return [];
    const documents = planDocuments(o.order, context.documentsOf(o.order), context.signers, now);
    return [{ id, source: o, documents }];
  });
  await insertDeclarations(tx, made, context.importId);
  await insertDocuments(tx, made);
  await storeLines(
    tx,
    made.map(({ id, source }) => ({ id, tenantId: source.tenantId, order: source.order })),
  );
  await storeNotices(
    tx,
    made.map(({ id, source }) => ({ declarationId: id, tenantId: source.tenantId, notices: source.notices })),
  );
  return made.map((m) => ({ index: m.source.index, outcome: 'accepted', declarationId: m.id }));
}

interface Made {
  id: string;
  source: CheckedOrder;
  documents: PlannedDocument[];
}

async function insertDeclarations(
  tx: Queryable,
  made: readonly Made[],
  importId: string | undefined,
): Promise<void> {
  const of = (pick: (o: Order) => string | undefined) => made.map((m) => pick(m.source.order) ?? null);
  const waits = (m: Made) => m.documents.some((d) => d.waitingFor === 'party');
  await tx.query(
    `insert into declarations (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
       cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no,
       import_id, delivery, attention)
     select id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
       cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no,
       $17::uuid, 'waiting', attention
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::numeric[], $16::text[], $18::text[],
         $19::text[], $20::text[], $21::bool[])
         as d (id, tenant_id, regime, order_no, platform_code, platform_name, seller_code, seller_name,
           cop_no, logistics_code, logistics_no, pay_code, pay_no, country, amount, currency, ie_flag, statistics_flag, bill_no, attention)`,
    [
      made.map((m) => m.id),
      made.map((m) => m.source.tenantId),
      of((o) => o.regime),
      of((o) => o.orderNo),
      of((o) => o.platform.code),
      of((o) => o.platform.name),
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
      of((o) => o.ieFlag ?? 'E'),
      of((o) => o.list.statisticsFlag),
      of((o) => o.list.billNo),
      made.map(waits),
    ],
  );
}

async function insertDocuments(tx: Queryable, made: readonly Made[]): Promise<void> {
  const rows = made.flatMap((m) => m.documents.map((d) => ({ m, d })));
  await tx.query(
    `insert into documents (id, tenant_id, declaration_id, seq, message_type, responsible_role, responsible_code,
       responsible_name, guid, cop_no, document_key, delivery, waiting_for)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])`,
    [
      rows.map((r) => r.d.id),
      rows.map((r) => r.m.source.tenantId),
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
    ],
  );
}
