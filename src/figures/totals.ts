import type { z } from 'zod';
import type { totalsQuerySchema, totalsSchema } from '../http/contract.js';
import type { CodeTables } from '../messages/codes.js';
import type { Queryable } from '../store/store.js';
import type { Rates } from './rates.js';

export type TotalsQuery = z.output<typeof totalsQuerySchema>;
export type Totals = z.output<typeof totalsSchema>;

interface Line {
  month: string;
  seller_code: string;
  seller_name: string;
  regime: string;
  country: string;
  orders: number;
  cny: string | null;
  usd: string | null;
  unrated: number;
}

const RULE = {
  zh: '按放行时间（北京时间）所在月份、收发货人、监管方式和最终目的国统计已放行清单；货值为各商品行 FOB 总价，按当月汇率分别折算人民币和美元后逐条相加；单数为清单数。',
  en: 'Released lists by month of release (Asia/Shanghai), consignor, regime and final destination; value is the FOB line total, each record converted at the rate of its month into CNY and USD and then added; orders are lists.',
};

/** Monthly totals of released lists for the given tenants; each line names the API path of its declarations. */
export async function totals(
  db: Queryable,
  tenants: readonly string[],
  query: TotalsQuery,
  rates: Rates,
  codes: CodeTables,
  asOf: Date,
): Promise<Totals> {
  const where = `r.tenant_id = any($1) and r.month between $2 and $3
        and ($4::text is null or r.seller_code = $4 or r.tenant_id::text = $4)
        and ($5::text is null or r.regime = $5) and ($6::text is null or r.country = $6)`;
  const values = [tenants, query.from, query.to, query.seller ?? null, query.regime ?? null, query.country ?? null];
  const [{ rows }, sums] = [
    await db.query<Line>(
      `select r.month, r.seller_code, max(r.seller_name) as seller_name, r.regime, r.country,
              count(distinct r.declaration_id)::int as orders, sum(r.cny) as cny, sum(r.usd) as usd,
              count(*) filter (where r.rate_id is null)::int as unrated
         from counting_records r where ${where}
        group by r.month, r.seller_code, r.regime, r.country order by 1, 2, 4, 5`,
      values,
    ),
    await db.query<{ orders: number; cny: string | null; usd: string | null; unrated: number }>(
      `select count(distinct r.declaration_id)::int as orders, sum(r.cny) as cny, sum(r.usd) as usd,
              count(*) filter (where r.rate_id is null)::int as unrated
         from counting_records r where ${where}`,
      values,
    ),
  ];
  const sum = sums.rows[0];
  return {
    asOf: asOf.toISOString(),
    rates: { source: rates.source, official: rates.official },
    rule: RULE,
    lines: rows.map((r) => ({
      month: r.month,
      seller: { code: r.seller_code, name: r.seller_name },
      regime: r.regime,
      country: { code: r.country, text: codes.get('country')?.text(r.country) ?? { zh: r.country, en: r.country } },
      orders: r.orders,
      cny: r.cny ?? '0.00',
      usd: r.usd ?? '0.00',
      withoutRate: r.unrated,
      declarations: `/v1/declarations?${new URLSearchParams({ month: r.month, seller: r.seller_code, regime: r.regime, country: r.country }).toString()}`,
    })),
    sum: { orders: sum?.orders ?? 0, cny: sum?.cny ?? '0.00', usd: sum?.usd ?? '0.00', withoutRate: sum?.unrated ?? 0 },
  };
}
