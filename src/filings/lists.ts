import { Dec, isPlainDecimal } from '../base/decimal.js';
import type { Verdict } from '../terms/verdict.js';
import type { Order } from '../orders/order.js';
import { lockDeclarations } from '../store/locks.js';
import type { Queryable } from '../store/store.js';

/** A declared list (清单) as far as filings are concerned. */
export interface CoveredList {
  id: string;
  tenantId: string;
  regime: string;
  orderNo: string;
  copNo: string;
  preNo: string | null;
  invtNo: string | null;
  ieFlag: string;
  statisticsFlag: string | null;
  verdict: Verdict;
  releasedAt: Date | null;
  /** 结关. */
  clearedAt: Date | null;
  withdrawnAt: Date | null;
  /** The order as its present documents were written from it. */
  order: Order;
}

interface Row {
  id: string;
  tenant_id: string;
  regime: string;
  order_no: string;
  cop_no: string;
  pre_no: string | null;
  invt_no: string | null;
  ie_flag: string;
  statistics_flag: string | null;
  verdict: Verdict;
  released_at: Date | null;
  cleared_at: Date | null;
  withdrawn_at: Date | null;
  body: Order;
}

const SELECT = `select c.id, c.tenant_id, c.regime, c.order_no, c.cop_no, c.pre_no, c.invt_no, c.ie_flag, c.statistics_flag,
    c.verdict, c.released_at, c.cleared_at, c.withdrawn_at, coalesce(r.body, o.body) as body
  from declarations c join orders o on o.id = c.id
  left join lateral (select max(d.order_revision) as revision from documents d
                      where d.declaration_id = c.id and d.current and d.filing is null) v on true
  left join order_revisions r on r.order_id = c.id and r.revision = v.revision`;

const read = (r: Row): CoveredList => ({
  id: r.id,
  tenantId: r.tenant_id,
  regime: r.regime,
  orderNo: r.order_no,
  copNo: r.cop_no,
  preNo: r.pre_no,
  invtNo: r.invt_no,
  ieFlag: r.ie_flag,
  statisticsFlag: r.statistics_flag,
  verdict: r.verdict,
  releasedAt: r.released_at,
  clearedAt: r.cleared_at,
  withdrawnAt: r.withdrawn_at,
  order: r.body,
});

/** Lists by id, in the order of their ids; `tenants` undefined means the caller vouches for them. */
export async function listsById(
  db: Queryable,
  ids: readonly string[],
  tenants?: readonly string[],
): Promise<CoveredList[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where c.id = any($1::uuid[]) and ($2::uuid[] is null or c.tenant_id = any($2)) order by c.id`,
    [ids, tenants ?? null],
  );
  return rows.map(read);
}

/** Locks declarations in one order, so that two filings on the same lists cannot pass each other. */
export async function lockLists(tx: Queryable, ids: readonly string[]): Promise<void> {
  await lockDeclarations(tx, ids);
}

/** Lists of a bill (提运单) that were not withdrawn. */
export async function listsOfBill(
  db: Queryable,
  billNo: string,
  ieFlag: string,
  tenants: readonly string[],
): Promise<CoveredList[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where c.bill_no = $1 and c.ie_flag = $2 and c.tenant_id = any($3) and c.withdrawn_at is null order by c.id`,
    [billNo, ieFlag, tenants],
  );
  return rows.map(read);
}

/**
 * Lists cleared (结关) between two moments (first included, last excluded), of one statistics flag, that no granted or pending filing
 * of `message` covers; `seller` is a code or a tenant id.
 */
export async function listsCleared(
  db: Queryable,
  from: Date,
  until: Date,
  wanted: { statisticsFlag: string; ieFlag: string; notIn: readonly string[]; seller?: string | undefined },
  tenants: readonly string[],
): Promise<CoveredList[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where c.cleared_at >= $1 and c.cleared_at < $2 and c.statistics_flag = $3 and c.ie_flag = $4
        and c.tenant_id = any($5) and c.withdrawn_at is null
        and ($6::text is null or c.seller_code = $6 or c.tenant_id::text = $6)
        and not exists (select 1 from filing_declarations f join documents d on d.id = f.document_id
                         where f.declaration_id = c.id and d.message_type = any($7) and ${HOLDS})
      order by c.id`,
    [from, until, wanted.statisticsFlag, wanted.ieFlag, tenants, wanted.seller ?? null, wanted.notIn],
  );
  return rows.map(read);
}

/** Lists whose invtNo or logisticsNo is one of `numbers`; newest first where a waybill number came again. */
export async function listsByNumber(
  db: Queryable,
  field: 'invtNo' | 'logisticsNo',
  numbers: readonly string[],
  tenants: readonly string[],
): Promise<CoveredList[]> {
  const column = field === 'invtNo' ? 'invt_no' : 'logistics_no';
  const { rows } = await db.query<Row>(
    `${SELECT} where c.${column} = any($1) and c.tenant_id = any($2) order by c.id desc`,
    [numbers, tenants],
  );
  const newest = new Map<string, CoveredList>();
  for (const list of rows.map(read)) {
    const number = numberOf(list, field);
    if (number && !newest.has(number)) newest.set(number, list);
  }
  return [...newest.values()].reverse();
}

/** The number by which a filing names a list. */
export const numberOf = (list: CoveredList, field: 'invtNo' | 'logisticsNo'): string | undefined =>
  (field === 'invtNo' ? list.invtNo : list.order.waybill.logisticsNo) ?? undefined;

/** How a list is named to people: the customs number, or our own while there is none. */
export const nameOf = (list: CoveredList): string => list.invtNo ?? list.copNo;

/** In SQL, for a document `d`: a deletion that customs granted, or has at least received without an objection. */
export const DELETED = `(d.app_type = '3' and (d.accepted or d.status = '3'))`;

/**
 * True (in SQL, for a document `d`) while a filing holds its lists: in force, neither refused nor failed, and not
 * deleted with customs' consent.
 */
export const HOLDS = `d.current and not ${DELETED} and d.verdict not in ('refused', 'failed') and d.delivery <> 'refused'`;

/** A filing that covers a list already. */
export interface Holder {
  declarationId: string;
  filingId: string;
  messageType: string;
  copNo: string;
  accepted: boolean;
}

/** Filings of the given kinds that hold any of the lists. */
export async function holdersOf(
  db: Queryable,
  declarationIds: readonly string[],
  messageTypes: readonly string[],
): Promise<Holder[]> {
  const { rows } = await db.query<{
    declaration_id: string;
    filing_id: string;
    message_type: string;
    cop_no: string;
    accepted: boolean;
  }>(
    `select distinct f.declaration_id, d.filing_id, d.message_type, d.cop_no, d.accepted
       from filing_declarations f join documents d on d.id = f.document_id
      where f.declaration_id = any($1::uuid[]) and d.message_type = any($2) and ${HOLDS}
      order by f.declaration_id, d.filing_id`,
    [declarationIds, messageTypes],
  );
  return rows.map((r) => ({
    declarationId: r.declaration_id,
    filingId: r.filing_id,
    messageType: r.message_type,
    copNo: r.cop_no,
    accepted: r.accepted,
  }));
}

/** Quantities of one list that returns have taken already or are about to, by gnum. */
export async function returnedSoFar(
  db: Queryable,
  declarationId: string,
  exceptFiling: string | undefined,
): Promise<{ gnum: string; qty: string; qty1: string; qty2: string }[]> {
  const { rows } = await db.query<{ gnum: string; qty: string; qty1: string; qty2: string }>(
    `select line ->> 'gnum' as gnum, sum(nullif(line ->> 'qty', '')::numeric)::text as qty,
            coalesce(sum(nullif(line ->> 'qty1', '')::numeric), 0)::text as qty1,
            coalesce(sum(nullif(line ->> 'qty2', '')::numeric), 0)::text as qty2
       from filing_declarations f join documents d on d.id = f.document_id
       cross join lateral jsonb_array_elements(d.filing -> 'list') as line
      where f.declaration_id = $1 and d.message_type = any(array['CEB213Message', 'CEB625Message']) and ${HOLDS}
        and ($2::uuid is null or d.filing_id <> $2)
      group by 1`,
    [declarationId, exceptFiling ?? null],
  );
  return rows;
}

/** What is left of every goods line of a list after the returns so far; undefined when none of `tenants` owns it. */
export async function returnable(
  db: Queryable,
  declarationId: string,
  tenants: readonly string[],
): Promise<{ gnum: string; declared: string; returned: string; left: string }[] | undefined> {
  const [list] = await listsById(db, [declarationId], tenants);
  if (!list) return undefined;
  const before = new Map((await returnedSoFar(db, declarationId, undefined)).map((r) => [r.gnum, r.qty]));
  return list.order.lines.map((line, i) => {
    const gnum = line.gnum ?? String(i + 1);
    const declared = line.qty && isPlainDecimal(line.qty) ? line.qty : '0';
    const returned = before.get(gnum) ?? '0';
    return { gnum, declared, returned, left: new Dec(declared).minus(returned).toFixed() };
  });
}
