import { z } from 'zod';
import { textSchema } from '../../terms/text.js';
import { coachSchema } from '../shapes.js';

export const explanationSchema = coachSchema
  .extend({
    values: z.array(z.string()),
    source: z.string(),
    by: z.enum(['code', 'text', 'range', 'status']),
    note: textSchema.nullable(),
  })
  .meta({ id: 'Explanation' });

export const refusalsSchema = z
  .object({
    total: z.int(),
    items: z.array(
      z.object({
        messageType: z.string(),
        title: textSchema,
        code: z.string(),
        status: z.string(),
        count: z.int(),
        newestAt: z.iso.datetime().nullable(),
        coach: explanationSchema,
        declarations: z.string(),
      }),
    ),
  })
  .meta({ id: 'Refusals' });

export const unknownCodesSchema = z
  .object({
    items: z.array(
      z.object({
        receiptType: z.string(),
        status: z.string(),
        infoCode: z.string().nullable(),
        count: z.int(),
        firstAt: z.iso.datetime(),
        lastAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'UnknownCodes' });
