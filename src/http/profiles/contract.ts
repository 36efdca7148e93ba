import { z } from 'zod';
import { profileBodySchema } from '../../orders/columns/profile.js';
import { textSchema } from '../../terms/text.js';

export const profileViewSchema = z
  .object({
    /** UUID of a saved profile; the id of a shipped one. */
    id: z.string(),
    name: z.string(),
    title: textSchema.nullable(),
    shipped: z.boolean(),
    /** Tenant that saved it; null for a shipped one. */
    tenantId: z.string().nullable(),
    columns: profileBodySchema.shape.columns,
    values: z.record(z.string(), z.string()),
    dateOrder: z.enum(['ymd', 'mdy', 'dmy']),
    updatedBy: z.string().nullable(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ImportProfile' });

export const newProfileSchema = profileBodySchema
  .extend({
    name: z.string().trim().min(1).max(100),
    seller: z.uuid().optional().describe('The seller it is kept for; else the own enterprise'),
  })
  .meta({ id: 'NewImportProfile' });
