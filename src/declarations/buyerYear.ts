import { createHmac } from 'node:crypto';
import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import type { YearLimit } from '../checks/limits.js';
import { OPERATOR_TENANT, type Queryable } from '../store/store.js';
import type { CheckedOrder } from './accept.js';

/** An order whose buyer has a yearly limit. */
interface Purchase {
  source: CheckedOrder;
  buyer: Buffer;
  limit: YearLimit;
}

export interface BuyerYearContext {
  /** Limits per buyer and year of an order; none for exports. */
  yearLimitsOf(source: CheckedOrder['order']): YearLimit[];
  yearLimitFault(limit: YearLimit, spentCny: string): Fault | undefined;
}

/**
 * Judges the yearly limit of every buyer in a batch, the earlier orders of the batch included. What a seller's own
 * orders of the year come to is counted, refused and withdrawn ones left out: what a buyer spent at another enterprise is
 * not ours to tell. Returns the faults by order index, and how to store what was accepted.
 */
export async function judgeBuyerYears(
  tx: Queryable,
  orders: readonly CheckedOrder[],
  context: BuyerYearContext,
): Promise<{ faults: Map<number, Fault>; store(accepted: ReadonlyMap<number, string>): Promise<void> }> {
  const faults = new Map<number, Fault>();
  const wanted = orders.flatMap((source) =>
    source.order.buyer?.idNumber
      ? context
          .yearLimitsOf(source.order)
          .map((limit) => ({ source, limit, idNumber: source.order.buyer.idNumber ?? '' }))
      : [],
  );
  if (wanted.length === 0) return { faults, store: async () => undefined };
  const key = await hashKey(tx);
  const purchases: Purchase[] = wanted.map(({ source, limit, idNumber }) => ({
    source,
    limit,
    buyer: createHmac('sha256', key).update(idNumber.toUpperCase()).digest(),
  }));
  const spent = await spentSoFar(tx, purchases);
  for (const { source, buyer, limit } of purchases) {
    const id = idOf(source.tenantId, buyer, limit.year);
    const before = spent.get(id) ?? '0.00';
    const fault = context.yearLimitFault(limit, before);
    if (fault) faults.set(source.index, fault);
    else spent.set(id, decimal(before).plus(limit.amountCny).toFixed(2));
  }
  return {
    faults,
    store: async (accepted) => {
      const mine = purchases.filter((p) => accepted.has(p.source.index));
      if (mine.length === 0) return;
      await tx.query(
        `insert into buyer_purchases (tenant_id, declaration_id, buyer, year, cny)
         select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::numeric[]) on conflict do nothing`,
        [
          mine.map((p) => p.source.tenantId),
          mine.map((p) => accepted.get(p.source.index)),
          mine.map((p) => p.buyer),
          mine.map((p) => p.limit.year),
          mine.map((p) => p.limit.amountCny),
        ],
      );
    },
  };
}

const idOf = (tenantId: string, buyer: Buffer, year: string) =>
  `${tenantId} ${buyer.toString('hex')} ${year}`;

async function hashKey(tx: Queryable): Promise<string> {
  const { rows } = await tx.query<{ value: string }>(
    `select value from switches where tenant_id = $1 and name = 'buyer-hash-key'`,
    [OPERATOR_TENANT],
  );
  if (!rows[0]) throw new Error('the key of the buyer hashes is missing');
  return rows[0].value;
}

/** Sums by buyer and year; two batches with one buyer wait for each other, so that both cannot pass the limit at once. */
async function spentSoFar(tx: Queryable, purchases: readonly Purchase[]): Promise<Map<string, string>> {
  const buyers = [...new Set(purchases.map((p) => p.buyer.toString('hex')))].sort();
  await tx.query(
    `select pg_advisory_xact_lock(7236, hashtext(b)) from (select b from unnest($1::text[]) as u (b) order by b) as o`,
    [buyers],
  );
  const { rows } = await tx.query<{ tenant_id: string; buyer: Buffer; year: string; cny: string }>(
    `select p.tenant_id, p.buyer, p.year, sum(p.cny) as cny
       from buyer_purchases p join declarations c on c.id = p.declaration_id
      where p.tenant_id = any($1) and p.buyer = any($2) and c.withdrawn_at is null
        and c.verdict not in ('refused', 'failed', 'sent-back')
      group by 1, 2, 3`,
    [[...new Set(purchases.map((p) => p.source.tenantId))], buyers.map((hex) => Buffer.from(hex, 'hex'))],
  );
  return new Map(rows.map((r) => [idOf(r.tenant_id, r.buyer, r.year), r.cny]));
}
