import { z } from 'zod';
import { monthSchema } from '../../terms/month.js';
import { textSchema } from '../../terms/text.js';

export const totalsQuerySchema = z.object({
  from: monthSchema.describe('First month, yyyy-MM'),
  to: monthSchema.describe('Last month, yyyy-MM'),
  seller: z.string().optional(),
  regime: z.string().optional(),
  country: z.string().optional(),
});

/** Released, and what withdrawals and returns of the month take back of it; `net` is what is left. */
const amountsSchema = z.object({
  orders: z.int(),
  cny: z.string(),
  usd: z.string(),
  /** Goods lines that have no rate of their month yet, and so no money in this line. */
  withoutRate: z.int(),
  withdrawn: z.object({ orders: z.int(), cny: z.string(), usd: z.string() }),
  returned: z.object({ orders: z.int(), cny: z.string(), usd: z.string() }),
  net: z.object({ cny: z.string(), usd: z.string() }),
});

/** One line of the totals; `declarations` is the API path that lists exactly the declarations counted in it. */
export const totalsLineSchema = z
  .object({
    month: z.string(),
    seller: z.object({ code: z.string(), name: z.string() }),
    regime: z.string(),
    country: z.object({ code: z.string(), text: textSchema }),
    ...amountsSchema.shape,
    declarations: z.string(),
    /** The API path of the declarations withdrawn or returned in this month. */
    reversed: z.string().nullable(),
  })
  .meta({ id: 'TotalsLine' });

export const totalsSchema = z
  .object({
    asOf: z.iso.datetime(),
    rates: z.object({ source: z.string(), official: z.boolean() }),
    rule: textSchema,
    /** By which day exports count. */
    basis: textSchema,
    lines: z.array(totalsLineSchema),
    sum: amountsSchema,
    /** Released (放行) in these months and not yet cleared (结关): a figure of its own, in no line and no sum. */
    pending: amountsSchema.pick({ orders: true, cny: true, usd: true, withoutRate: true }),
  })
  .meta({ id: 'Totals' });
