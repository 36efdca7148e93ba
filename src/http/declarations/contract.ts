import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';

export const noteSchema = z.strictObject({ note: z.string().trim().max(500).default('') });

/** What cannot be taken back by itself is done with a reason. */
export const reasonNoteSchema = z.strictObject({ note: z.string().trim().min(2).max(500) });

export const bulkActionSchema = z
  .strictObject({
    declarationIds: z.array(z.uuid()).min(1).max(500),
    action: z.enum(['resend', 'declared-elsewhere']),
    note: z.string().trim().max(500).default(''),
  })
  .meta({ id: 'BulkAction' });

export const bulkActionResultSchema = z
  .object({
    done: z.int(),
    faulty: z.int(),
    declarations: z.array(
      z.object({
        declarationId: z.string(),
        orderNo: z.string().nullable(),
        documents: z.int(),
        outcome: z.enum(['done', 'faulty']),
        faults: z.array(faultSchema),
      }),
    ),
  })
  .meta({ id: 'BulkActionResult' });
