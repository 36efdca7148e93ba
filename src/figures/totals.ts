import type { z } from 'zod';
import type { totalsQuerySchema, totalsSchema } from '../views/figures/shapes.js';
import type { CodeTables } from '../messages/codes.js';
import type { Queryable } from '../store/store.js';
import type { Rates } from './rates.js';

export type TotalsQuery = z.output<typeof totalsQuerySchema>;
export type Totals = z.output<typeof totalsSchema>;

interface Amounts {
  orders: number;
  cny: string;
  usd: string;
  unrated: number;
  withdrawn: number;
  withdrawn_cny: string;
  withdrawn_usd: string;
  returned: number;
  returned_cny: string;
  returned_usd: string;
  net_cny: string;
  net_usd: string;
}

interface Line extends Amounts {
  month: string;
  seller_code: string;
  seller_name: string;
  regime: string;
  country: string;
}

const RULE = {
  zh: '按放行时间（北京时间）所在月份、收发货人、监管方式和最终目的国统计已放行清单；货值为各商品行 FOB 总价，按当月汇率分别折算人民币和美元后逐条相加；单数为清单数。撤销和退货不改动原记录，按海关同意的时间计入当月，沿用原记录的汇率，净值为放行货值减去撤销和退货。',
  en: 'Released lists by month of release (Asia/Shanghai), consignor, regime and final destination; value is the FOB line total, each record converted at the rate of its month into CNY and USD and then added; orders are lists. Withdrawals and returns leave the records as they are: they count in the month customs granted them, at the rate of the record; net is released less withdrawn and returned.',
};

const COUNTED = `count(distinct r.declaration_id)::int as orders, sum(r.cny) as cny, sum(r.usd) as usd,
              count(*) filter (where r.rate_id is null)::int as unrated`;
const REVERSED = `count(distinct r.declaration_id) filter (where r.kind = 'withdrawn')::int as withdrawn,
              sum(r.cny) filter (where r.kind = 'withdrawn') as withdrawn_cny,
              sum(r.usd) filter (where r.kind = 'withdrawn') as withdrawn_usd,
              count(distinct r.declaration_id) filter (where r.kind = 'returned')::int as returned,
              sum(r.cny) filter (where r.kind = 'returned') as returned_cny,
              sum(r.usd) filter (where r.kind = 'returned') as returned_usd`;
const MONEY = ['cny', 'usd', 'withdrawn_cny', 'withdrawn_usd', 'returned_cny', 'returned_usd'];
const BOTH = `coalesce(c.orders, 0) as orders, coalesce(c.unrated, 0) as unrated,
              coalesce(v.withdrawn, 0) as withdrawn, coalesce(v.returned, 0) as returned,
              ${MONEY.map((m, i) => `coalesce(${i < 2 ? 'c' : 'v'}.${m}, 0)::numeric(24, 2) as ${m}`).join(', ')},
              ${['cny', 'usd'].map((m) => `(coalesce(c.${m}, 0) - coalesce(v.withdrawn_${m}, 0) - coalesce(v.returned_${m}, 0))::numeric(24, 2) as net_${m}`).join(', ')}`;

/**
 * Monthly totals of released lists for the given tenants, with what withdrawals and returns of the month take back;
 * each line names the API paths of its declarations.
 */
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
  const values = [
    tenants,
    query.from,
    query.to,
    query.seller ?? null,
    query.regime ?? null,
    query.country ?? null,
  ];
  const key = 'r.month, r.seller_code, r.regime, r.country';
  const { rows } = await db.query<Line>(
    `with c as (select ${key}, max(r.seller_name) as seller_name, ${COUNTED} from counting_records r where ${where} group by ${key}),
          v as (select ${key}, max(r.seller_name) as seller_name, ${REVERSED} from reversals r where ${where} group by ${key})
     select month, seller_code, coalesce(c.seller_name, v.seller_name) as seller_name, regime, country, ${BOTH}
       from c full join v using (month, seller_code, regime, country) order by 1, 2, 4, 5`,
    values,
  );
  const sums = await db.query<Amounts>(
    `with c as (select ${COUNTED} from counting_records r where ${where}),
          v as (select ${REVERSED} from reversals r where ${where})
     select ${BOTH} from c cross join v`,
    values,
  );
  const sum = sums.rows[0];
  if (!sum) throw new Error('a sum without groups always has one row');
  return {
    asOf: asOf.toISOString(),
    rates: { source: rates.source, official: rates.official },
    rule: RULE,
    lines: rows.map((r) => {
      const of = { seller: r.seller_code, regime: r.regime, country: r.country };
      const path = (month: Record<string, string>) =>
        `/v1/declarations?${new URLSearchParams({ ...month, ...of }).toString()}`;
      return {
        month: r.month,
        seller: { code: r.seller_code, name: r.seller_name },
        regime: r.regime,
        country: {
          code: r.country,
          text: codes.get('country')?.text(r.country) ?? { zh: r.country, en: r.country },
        },
        ...amounts(r),
        declarations: path({ month: r.month }),
        reversed: r.withdrawn + r.returned > 0 ? path({ reversedMonth: r.month }) : null,
      };
    }),
    sum: amounts(sum),
  };
}

const amounts = (r: Amounts) => ({
  orders: r.orders,
  cny: r.cny,
  usd: r.usd,
  withoutRate: r.unrated,
  withdrawn: { orders: r.withdrawn, cny: r.withdrawn_cny, usd: r.withdrawn_usd },
  returned: { orders: r.returned, cny: r.returned_cny, usd: r.returned_usd },
  net: { cny: r.net_cny, usd: r.net_usd },
});
