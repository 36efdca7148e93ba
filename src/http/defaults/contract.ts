import { z } from 'zod';
import { defaultsSchema } from '../../sellers/defaults.js';
import { textSchema } from '../../terms/text.js';

export const defaultsViewSchema = z
  .object({
    values: z.record(z.string(), z.string()),
    byRegime: z.record(z.string(), z.record(z.string(), z.string())),
    /** 0 while the seller gave none. */
    version: z.int(),
    changedBy: z.string().nullable(),
    changedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'SellerDefaults' });

/** Fields that may have a default, in the groups of a form. */
export const defaultFieldsSchema = z
  .object({
    groups: z.array(
      z.object({
        title: textSchema,
        fields: z.array(
          z.object({ path: z.string(), name: textSchema, help: textSchema, codes: z.string().nullable() }),
        ),
      }),
    ),
    /** Regimes in force, which may have defaults of their own. */
    regimes: z.array(z.string()),
  })
  .meta({ id: 'DefaultFields' });

export const newDefaultsSchema = defaultsSchema
  .extend({ seller: z.uuid().optional() })
  .meta({ id: 'NewSellerDefaults' });
