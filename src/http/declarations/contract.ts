import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';

export const noteSchema = z.strictObject({ note: z.string().trim().max(500).default('') });

const SHORTEST_REASON = 2;

/** What cannot be taken back by itself is done with a reason. */
export const reasonNoteSchema = z.strictObject({ note: z.string().trim().min(SHORTEST_REASON).max(500) });

export const bulkActionSchema = z
  .strictObject({
    declarationIds: z.array(z.uuid()).min(1).max(500),
    action: z.enum(['resend', 'discard', 'declared-elsewhere']),
    note: z.string().trim().max(500).default('').describe('The reason; a discard asks for one'),
  })
  .refine(({ action, note }) => action !== 'discard' || note.length >= SHORTEST_REASON, {
    path: ['note'],
    error: '作废须写明原因 / a discard needs its reason',
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
