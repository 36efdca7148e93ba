import type { z } from 'zod';
import type { totalsQuerySchema, totalsSchema } from './shapes.js';
import type { CodeTables } from '../../messages/codes.js';
import type { Queryable } from '../../store/store.js';
import { momentOf } from '../../figures/moment.js';
import type { Rates } from '../../figures/rates.js';
import type { CountingRule } from '../../figures/rule.js';
import { addUp, enterpriseNames, sumFigures, type Amounts, type Figure } from '../../figures/sums.js';

export type TotalsQuery = z.output<typeof totalsQuerySchema>;
export type Totals = z.output<typeof totalsSchema>;

/**
 * Monthly totals of exports for the given tenants by enterprise, regime and destination, with what withdrawals and
 * returns of the month take back; each line names the API paths of its declarations. What is released and not yet
 * cleared stands apart.
 */
export async function totals(
  db: Queryable,
  tenants: readonly string[],
  query: TotalsQuery,
  rates: Rates,
  codes: CodeTables,
  rule: CountingRule,
  past?: Date,
): Promise<Totals> {
  const asOf = await momentOf(db, past);
  // A seller may be named by its code or by its tenant.
  const own = query.seller !== undefined && tenants.includes(query.seller) ? query.seller : undefined;
  const rows = await sumFigures(
    db,
    {
      tenants: own === undefined ? tenants : [own],
      from: query.from,
      to: query.to,
      asOf,
      by: ['month', 'enterprise', 'regime', 'country'],
      chosen: {
        direction: ['E'],
        ...(query.seller !== undefined && own === undefined ? { enterprise: [query.seller] } : {}),
        ...(query.regime === undefined ? {} : { regime: [query.regime] }),
        ...(query.country === undefined ? {} : { country: [query.country] }),
      },
    },
    [],
  );
  const names = await enterpriseNames(
    db,
    rows.map((r) => r.key.enterprise ?? ''),
  );
  const sum = addUp(rows);
  const shown = rows.filter((r) => r.gross.lines + r.withdrawn.lines + r.returned.lines > 0);
  return {
    asOf: asOf.toISOString(),
    rates: { source: rates.source, official: rates.official },
    rule: rule.text,
    basis: rule.directions.E.text,
    lines: shown.map((r) => {
      const { month = '', enterprise = '', regime = '', country = '' } = r.key;
      const path = (of: Record<string, string>) =>
        `/v1/declarations?${new URLSearchParams({ ...of, seller: enterprise, regime, country }).toString()}`;
      return {
        month,
        seller: { code: enterprise, name: names.get(enterprise) ?? enterprise },
        regime,
        country: { code: country, text: codes.get('country')?.text(country) ?? { zh: country, en: country } },
        ...amounts(r),
        declarations: path({ month }),
        reversed: r.withdrawn.lines + r.returned.lines > 0 ? path({ reversedMonth: month }) : null,
      };
    }),
    sum: amounts(sum),
    pending: shownAmounts(sum.pending),
  };
}

const shownAmounts = (a: Amounts) => ({
  orders: a.documents,
  cny: a.cny,
  usd: a.usd,
  withoutRate: a.withoutRate,
});
const reversed = (a: Amounts) => ({ orders: a.documents, cny: a.cny, usd: a.usd });
const amounts = (f: Figure) => ({
  ...shownAmounts(f.gross),
  withdrawn: reversed(f.withdrawn),
  returned: reversed(f.returned),
  net: f.net,
});
