import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { textSchema } from '../terms/text.js';

const number = z
  .string()
  .refine((t) => isPlainDecimal(t) && decimal(t).gte(0), 'must be a plain decimal, 0 or more');
const year = z.int().min(2000).max(2100);
const district = z.string().min(1).optional();

/** How the actual is made, over the figures of the gateway; `given`: by an officer only. */
const formulaSchema = z.discriminatedUnion('fn', [
  /** Net value of cleared imports and exports, CNY. */
  z.strictObject({ fn: z.literal('trade'), district }),
  /** Cleared lists less those withdrawn. */
  z.strictObject({ fn: z.literal('orders'), district }),
  /** Enterprises with a cleared record in the year. */
  z.strictObject({ fn: z.literal('enterprises'), district }),
  /** Those whose net value reaches an amount, CNY. */
  z.strictObject({ fn: z.literal('enterprises-above'), cny: number, district }),
  /** Sellers registered on the gateway by the end of the year. */
  z.strictObject({ fn: z.literal('registered') }),
  /** Percentiles from submission to release. */
  z.strictObject({ fn: z.literal('clearance'), direction: z.enum(['E', 'I']) }),
  z.strictObject({ fn: z.literal('given') }),
]);
export type IndicatorFormula = z.output<typeof formulaSchema>;

const op = z.enum(['=', '>', '>=']);
const indicatorSchema = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9]*-\w+$/),
  name: textSchema,
  scope: textSchema,
  unit: z.enum(['亿元', '家', '%', '个', '人', '万户', '万单', 'seconds']),
  formula: formulaSchema,
  /** What the actual covers, and what it does not. */
  coverage: textSchema,
  baseline: z.strictObject({ year, value: number, op }).nullable(),
  target: z
    .union([z.strictObject({ year, value: number, op }), z.strictObject({ year, from: number, to: number })])
    .nullable(),
  quote: z.string().min(1).nullable(),
});
export type Indicator = z.output<typeof indicatorSchema>;

const planSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: textSchema,
  docNo: z.string().nullable(),
  /** False where the source was not seen. */
  seen: z.boolean(),
  status: z.enum(['draft', 'adopted']),
  validFrom: z.iso.date().nullable(),
  validTo: z.iso.date().nullable(),
  indicators: z.array(indicatorSchema).min(1),
});
/** A plan or policy with the indicators it sets. */
export type IndicatorPlan = z.output<typeof planSchema>;

/**
 * Reads `mappings/indicators`, one file a plan. Throws, naming the file, on a wrong shape, an unknown field, or an id that
 * stands there twice.
 */
export function loadIndicators(dir = mappingPath('indicators')): readonly IndicatorPlan[] {
  const seen = new Set<string>();
  return readdirSync(dir)
    .filter((f) => f.endsWith('.json'))
    .sort()
    .map((f) => {
      const file = join(dir, f);
      const parsed = planSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (!parsed.success)
        throw new Error(
          `${file}: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`,
        );
      for (const { id } of parsed.data.indicators) {
        if (seen.has(id)) throw new Error(`${file}: indicator ${id} stands there twice`);
        seen.add(id);
      }
      return parsed.data;
    });
}
