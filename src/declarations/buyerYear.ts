import { createHmac } from 'node:crypto';
import { decimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import type { YearLimit } from '../checks/limits.js';
import type { Order } from '../orders/order.js';
import { LOCK_CLASS } from '../store/advisory.js';
import { OPERATOR_TENANT, type Queryable } from '../store/store.js';

/** A declaration whose buyer may have a yearly limit: a new one, or one that is corrected or declared again. */
interface Buying {
  id: string;
  tenantId: string;
  order: Order;
}

/** What an order adds to its buyer's year. */
interface Purchase {
  declarationId: string;
  tenantId: string;
  buyer: Buffer;
  limit: YearLimit;
}

export interface BuyerYearContext {
  /** Limits per buyer and year of an order; none for exports. */
  yearLimitsOf(order: Order): YearLimit[];
  yearLimitFault(limit: YearLimit, spentCny: string): Fault | undefined;
  /** The messages whose grant takes goods back (退货). */
  returnMessages: readonly string[];
}

/**
 * The yearly limits of the buyers of a batch, judged one declaration after the other. What a seller's own orders of the
 * year come to is counted, each declaration once with what it says now: refused and withdrawn ones are left out, and what
 * customs let return is given back (海关总署公告2018年第194号：退货的相应调整个人年度交易累计金额). What a buyer spent
 * at another enterprise is not ours to tell.
 */
export class BuyerYears {
  private readonly taken: Purchase[] = [];

  private constructor(
    private readonly context: BuyerYearContext,
    private readonly purchases: ReadonlyMap<string, Purchase[]>,
    /** CNY by tenant, buyer and year, without the declarations of the batch. */
    private readonly spent: Map<string, string>,
  ) {}

  /** Reads what the buyers spent; until the transaction ends no other can add to it. */
  static async open(
    tx: Queryable,
    declarations: readonly Buying[],
    context: BuyerYearContext,
  ): Promise<BuyerYears> {
    const limited = declarations.flatMap(({ id, tenantId, order }) => {
      const idNumber = order.buyer.idNumber?.toUpperCase();
      const limits = idNumber === undefined ? [] : context.yearLimitsOf(order);
      return limits.map((limit) => ({ declarationId: id, tenantId, idNumber: idNumber ?? '', limit }));
    });
    if (limited.length === 0) return new BuyerYears(context, new Map(), new Map());
    const key = await hashKey(tx);
    const purchases = limited.map(({ idNumber, ...rest }) => ({
      ...rest,
      buyer: createHmac('sha256', key).update(idNumber).digest(),
    }));
    const byDeclaration = new Map<string, Purchase[]>();
    for (const p of purchases)
      byDeclaration.set(p.declarationId, [...(byDeclaration.get(p.declarationId) ?? []), p]);
    return new BuyerYears(context, byDeclaration, await spentSoFar(tx, purchases, context.returnMessages));
  }

  judge({ id }: Buying): Fault[] {
    return (this.purchases.get(id) ?? []).flatMap(
      (p) => this.context.yearLimitFault(p.limit, this.spent.get(yearOf(p)) ?? '0.00') ?? [],
    );
  }

  /** The declaration goes on: it counts, for those after it in the batch at once. */
  take({ id }: Buying): void {
    for (const p of this.purchases.get(id) ?? []) {
      const before = decimal(this.spent.get(yearOf(p)) ?? '0');
      this.spent.set(yearOf(p), before.plus(p.limit.amountCny).toFixed(2));
      this.taken.push(p);
    }
  }

  /** Writes down what was taken; a declaration that counted already counts with what it says now. */
  async store(tx: Queryable): Promise<void> {
    if (this.taken.length === 0) return;
    await tx.query(
      `insert into buyer_purchases (tenant_id, declaration_id, buyer, year, cny)
       select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::text[], $5::numeric[])
       on conflict (declaration_id) do update set buyer = excluded.buyer, year = excluded.year, cny = excluded.cny`,
      [
        this.taken.map((p) => p.tenantId),
        this.taken.map((p) => p.declarationId),
        this.taken.map((p) => p.buyer),
        this.taken.map((p) => p.limit.year),
        this.taken.map((p) => p.limit.amountCny),
      ],
    );
  }
}

const yearOf = ({ tenantId, buyer, limit }: Purchase) => `${tenantId} ${buyer.toString('hex')} ${limit.year}`;

async function hashKey(tx: Queryable): Promise<string> {
  const { rows } = await tx.query<{ value: string }>(
    `select value from switches where tenant_id = $1 and name = 'buyer-hash-key'`,
    [OPERATOR_TENANT],
  );
  if (!rows[0]) throw new Error('the key of the buyer hashes is missing');
  return rows[0].value;
}

/**
 * Sums by tenant, buyer and year, of other declarations than these. Two batches with one buyer wait for each other, so
 * that both cannot pass the limit at once. Of a list whose goods came back in part, what stayed counts in proportion to
 * the value of its lines.
 */
async function spentSoFar(
  tx: Queryable,
  purchases: readonly Purchase[],
  returnMessages: readonly string[],
): Promise<Map<string, string>> {
  const buyers = [...new Set(purchases.map((p) => p.buyer.toString('hex')))].sort();
  await tx.query(
    `select pg_advisory_xact_lock(${LOCK_CLASS.buyer}, hashtext(b)) from (select b from unnest($1::text[]) as u (b) order by b) as o`,
    [buyers],
  );
  const { rows } = await tx.query<{ tenant_id: string; buyer: Buffer; year: string; cny: string }>(
    `select p.tenant_id, p.buyer, p.year, round(sum(p.cny * (1 - coalesce(b.share, 0))), 2)::text as cny
       from buyer_purchases p join declarations c on c.id = p.declaration_id
       left join lateral (
         select least(1, sum(l.amount * least(g.qty / nullif(l.qty, 0), 1))
                         / nullif((select sum(amount) from declaration_lines where declaration_id = c.id and gnum is not null), 0)) as share
           from (select e ->> 'gnum' as gnum, sum((e ->> 'qty')::numeric) as qty
                   from filing_declarations f
                   join documents d on d.id = f.document_id and d.current and d.accepted and d.app_type <> '3'
                                   and d.message_type = any($4)
                  cross join jsonb_array_elements(d.filing -> 'list') as e
                  where f.declaration_id = c.id group by 1) as g
           join declaration_lines l on l.declaration_id = c.id and l.gnum::text = g.gnum) as b on c.returned_at is not null
      where p.tenant_id = any($1) and p.buyer = any($2) and not (p.declaration_id = any($3)) and c.withdrawn_at is null
        and c.verdict not in ('refused', 'failed', 'sent-back')
      group by 1, 2, 3`,
    [
      [...new Set(purchases.map((p) => p.tenantId))],
      buyers.map((hex) => Buffer.from(hex, 'hex')),
      purchases.map((p) => p.declarationId),
      returnMessages,
    ],
  );
  return new Map(rows.map((r) => [`${r.tenant_id} ${r.buyer.toString('hex')} ${r.year}`, r.cny]));
}
