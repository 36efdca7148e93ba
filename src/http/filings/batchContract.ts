import { z } from 'zod';
import { draftStateSchema } from '../../views/filings/batches.js';
import { filingDataSchema } from '../../views/filings/shapes.js';
import { pageSchema } from '../page.js';

/** Requests of `/v1/filing-batches`: filings drafted many at once. */
export const runSchema = z
  .strictObject({
    action: z.enum(['check', 'submit']),
    drafts: z
      .array(z.int().min(1))
      .max(100_000)
      .optional()
      .describe('Numbers of drafts; left out, all that were not handed in yet'),
  })
  .meta({ id: 'BatchRun' });

export const draftParams = z.object({ id: z.uuid(), number: z.coerce.number().int().min(1).max(1_000_000) });

/** Drafts are paged by their number. */
export const draftPageSchema = z.object({
  state: draftStateSchema.optional(),
  cursor: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: pageSchema.shape.limit,
});

export const changedDraftSchema = z.strictObject({ data: filingDataSchema });
