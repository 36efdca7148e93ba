import { z } from 'zod';
import { cellDimensions } from '../../figures/dimensions.js';
import { measures } from '../../figures/records.js';
import { sourceKinds, type CountryGroup } from '../../figures/rule.js';
import { turnoverRowSchema } from '../../figures/turnover.js';
import { monthSchema } from '../../terms/month.js';
import { pageSchema } from '../page.js';

const asOf = z.iso
  .datetime({ offset: true })
  .optional()
  .describe('A past moment: the figures as they stood then; now when left out');
const period = {
  from: monthSchema.optional().describe('First month, yyyy-MM; January of this year when left out'),
  to: monthSchema.optional().describe('Last month, yyyy-MM; this month when left out'),
};
const direction = z.enum(['E', 'I', 'all']).default('E').describe('E exports, I imports');
const narrowing = [...cellDimensions.filter((d) => !['month', 'quarter', 'year', 'direction'].includes(d))];

/** What every question about figures may ask: months, direction, one or several values (commas) of each dimension. */
export const scopeQuery = (groups: readonly CountryGroup[]) =>
  z.object({
    ...period,
    direction,
    asOf,
    ...Object.fromEntries(
      narrowing.map((d) => [d, z.string().optional().describe('One value or several, with commas')]),
    ),
    month: monthSchema.optional(),
    quarter: z.string().optional().describe('2026-Q4'),
    year: z.string().optional(),
    ...Object.fromEntries(
      groups.map((g) => [g.id, z.enum(['member', 'other']).optional().describe(g.text.en)]),
    ),
  });

export const figuresQuery = (groups: readonly CountryGroup[]) =>
  scopeQuery(groups).extend({
    by: z
      .string()
      .default('month')
      .describe(
        `Dimensions in their order, with commas: ${[...cellDimensions, ...groups.map((g) => g.id)].join(', ')}`,
      ),
    yearOnYear: z.enum(['true', 'false']).default('false'),
  });

export const recordsQuery = (groups: readonly CountryGroup[]) =>
  scopeQuery(groups).extend({
    ...pageSchema.shape,
    measure: z.enum(measures).exclude(['void']).optional(),
    source: z.enum(sourceKinds).optional().describe('Only records of this kind of document'),
  });

export const plainScope = z.object({ ...period, direction: z.enum(['E', 'I']).default('E'), asOf });

export const historyQuery = z.object({
  fileName: z.string().trim().min(1).max(255),
  source: z.string().trim().min(2).max(500).describe('Who made the file, and from what'),
});

export const closingBody = z.strictObject({
  month: monthSchema,
  status: z.enum(['preliminary', 'final']),
  note: z.string().trim().min(1).max(500),
});

export const snapshotBody = z.strictObject({
  name: z.string().trim().min(1).max(100),
  from: monthSchema,
  to: monthSchema,
  status: z.enum(['preliminary', 'final']).default('preliminary'),
  chosen: z.record(z.string(), z.array(z.string().max(100)).max(500)).default({}),
});

export const turnoverBody = z.strictObject({ rows: z.array(turnoverRowSchema).min(1).max(10_000) });

export const signatureSchema = z.object({
  file: z.enum(['json', 'csv']),
  sha256: z.string(),
  suite: z.string(),
  keyName: z.string(),
  signer: z.string(),
  certificate: z.string(),
  value: z.string(),
});
