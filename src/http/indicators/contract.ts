import { z } from 'zod';
import { decimal, isPlainDecimal } from '../../base/decimal.js';
import { textSchema } from '../../terms/text.js';
import { clearanceTimesSchema } from '../../views/figures/shapes.js';

const year = z.int().min(2000).max(2100);
const target = z.union([
  z.object({ year, value: z.string(), op: z.string() }),
  z.object({ year, from: z.string(), to: z.string() }),
]);
/** Share of the target reached, decimal text; null where the target is no single number. */
const progress = z.string().nullable();

export const indicatorsQuerySchema = z.object({
  year: z.coerce.number().int().min(2000).max(2100).optional(),
});
export const indicatorsSchema = z
  .object({
    year,
    asOf: z.iso.datetime(),
    plans: z.array(
      z.object({
        id: z.string(),
        title: textSchema,
        docNo: z.string().nullable(),
        seen: z.boolean(),
        status: z.enum(['draft', 'adopted']),
        validFrom: z.string().nullable(),
        validTo: z.string().nullable(),
        /** The term has ended: the target is history. */
        over: z.boolean(),
        indicators: z.array(
          z.object({
            id: z.string(),
            name: textSchema,
            scope: textSchema,
            unit: z.string(),
            /** The named function over the figures, or `given`. */
            formula: z.string(),
            district: z.string().nullable(),
            coverage: textSchema,
            baseline: z.object({ year, value: z.string(), op: z.string() }).nullable(),
            target: target.nullable(),
            quote: z.string().nullable(),
            computed: z
              .object({
                value: z.string(),
                enterprises: z.int(),
                /** Lines left out because the district of registration is not known. */
                districtUnknown: z.int().nullable(),
                progress,
              })
              .nullable(),
            given: z
              .object({
                value: z.string(),
                source: z.string(),
                givenBy: z.string(),
                givenAt: z.iso.datetime(),
                progress,
              })
              .nullable(),
            clearance: clearanceTimesSchema.shape.lines.nullable(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Indicators' });

export const giveIndicatorSchema = z.strictObject({
  year,
  /** In the unit of the indicator. */
  value: z
    .string()
    .trim()
    .max(40)
    .refine((t) => isPlainDecimal(t) && decimal(t).gte(0), '须为不小于 0 的数字 / a number, 0 or more'),
  source: z.string().trim().min(1).max(500),
});
