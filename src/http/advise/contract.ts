import { documentNeeds } from '../../orders/documentNeed.js';
import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';

export const adviceSchema = z
  .object({
    regime: z.string(),
    ieFlag: z.enum(['E', 'I']),
    statisticsFlag: z.string().nullable(),
    title: textSchema,
    current: z.boolean(),
    changes: z.array(z.object({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() })),
    form: z.enum(['list', 'goods-declaration']),
    declares: textSchema,
    goodsDeclaration: z
      .object({
        ways: z.array(
          z.object({
            supervision: z.string(),
            system: z.string(),
            title: textSchema,
            text: textSchema,
            source: z.string(),
          }),
        ),
        because: z.array(z.object({ rule: z.string(), text: textSchema, source: z.string() })),
      })
      .nullable(),
    documents: z.array(
      z.object({
        message: z.string(),
        title: textSchema,
        need: z.enum(documentNeeds),
        by: textSchema,
        parties: z.array(z.object({ role: z.string(), code: z.string(), name: z.string() })),
        after: z.array(z.string()).readonly(),
      }),
    ),
    paymentReceipt: z.boolean(),
    faults: z.array(faultSchema),
    notices: z.array(faultSchema),
    limits: z.array(
      z.object({
        id: z.string(),
        text: textSchema,
        per: z.enum(['order', 'buyer-year']),
        maxCny: z.string(),
        amountCny: z.string().nullable(),
        within: z.boolean().nullable(),
        otherwise: z.string(),
        source: z.string(),
      }),
    ),
    counts: z.looseObject({}),
    notes: z.array(textSchema).readonly(),
    recommended: z.boolean(),
    why: textSchema,
  })
  .meta({ id: 'RegimeAdvice' });
