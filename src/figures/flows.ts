import { createHash } from 'node:crypto';
import type { Queryable } from '../store/store.js';
import { stoodAsOf } from './moment.js';

/** What an enterprise cleared, or what was taken back of it, by month of the original clearance, regime and rate. */
export interface EnterpriseFlow {
  enterprise: string;
  name: string;
  measure: 'counted' | 'withdrawn' | 'returned';
  /** Month of the clearance it belongs to, `yyyy-MM` (Asia/Shanghai). */
  month: string;
  /** Month in which it was taken back; null for what was counted. */
  backMonth: string | null;
  regime: string;
  direction: 'E' | 'I';
  /** Registration of the enterprise on that day; empty when not known. */
  district: string;
  usd: string;
  cny: string;
  lines: number;
  withoutRate: number;
}

/**
 * The flows of all enterprises (or one) whose clearance or reversal falls into the months, as of a moment; what came back
 * names the month of its own clearance too, so that it can be taken off either. Decimals as text, CNY and USD as the
 * records keep them.
 */
export async function readFlows(
  db: Queryable,
  scope: { from: string; to: string; asOf: Date; tenants: readonly string[]; enterprise?: string },
): Promise<EnterpriseFlow[]> {
  const { rows } = await db.query<EnterpriseFlow>(
    `with standing as (
       select c.* from counting_records c
        where c.tenant_id = any($4) and c.measure in ('counted', 'withdrawn', 'returned') and ${stoodAsOf('$3', 'c')}
          and ($5::text is null or c.enterprise = $5) and c.month >= $1)
     select c.enterprise, max(c.seller_name) as name, c.measure, coalesce(o.month, c.month) as month,
            case when c.measure = 'counted' then null else c.month end as "backMonth", c.regime, c.direction, c.district,
            coalesce(sum(c.usd), 0)::numeric(24, 2) as usd, coalesce(sum(c.cny), 0)::numeric(24, 2) as cny,
            count(*)::int as lines, (count(*) filter (where c.rate_id is null))::int as "withoutRate"
       from standing c
       left join lateral (
         select o.month from counting_records o
          where c.measure <> 'counted' and o.source_id = c.source_id and o.line = c.line and o.measure = 'counted'
            and ${stoodAsOf('$3', 'o')} limit 1) o on true
      where (c.month between $1 and $2 or coalesce(o.month, c.month) between $1 and $2)
      group by 1, 3, 4, 5, 6, 7, 8 order by 1, 4, 6, 3, 5`,
    [scope.from, scope.to, scope.asOf, scope.tenants, scope.enterprise ?? null],
  );
  return rows;
}

/** How many record versions stand behind an enterprise's flows and the SHA-256 over their ids in order. */
export async function digestFlows(
  db: Queryable,
  scope: { from: string; to: string; asOf: Date; tenants: readonly string[] },
): Promise<Map<string, { count: number; sha256: string }>> {
  const { rows } = await db.query<{ enterprise: string; count: number; ids: string }>(
    `select c.enterprise, count(*)::int as count,
            encode(sha256(convert_to(string_agg(c.id::text, '' order by c.id), 'UTF8')), 'hex') as ids
       from counting_records c
      where c.tenant_id = any($4) and c.measure in ('counted', 'withdrawn', 'returned') and ${stoodAsOf('$3', 'c')}
        and c.month between $1 and $2
      group by 1`,
    [scope.from, scope.to, scope.asOf, scope.tenants],
  );
  return new Map(rows.map((r) => [r.enterprise, { count: r.count, sha256: r.ids }]));
}

/** The digest of no records. */
export const NO_RECORDS = { count: 0, sha256: createHash('sha256').digest('hex') };
