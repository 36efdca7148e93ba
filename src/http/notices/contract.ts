import { z } from 'zod';
import { noticeFilterSchema } from '../../declarations/notices.js';
import { faultSchema } from '../../base/fault.js';

export const noticeSchema = z
  .object({
    id: z.string(),
    declarationId: z.string(),
    orderNo: z.string(),
    notice: faultSchema,
    createdAt: z.iso.datetime(),
    acknowledgedAt: z.iso.datetime().nullable(),
    acknowledgedBy: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'Notice' });

export const noticeCountSchema = z
  .object({
    code: z.string(),
    /** The newest notice of the rule, as an example of what it says. */
    notice: faultSchema,
    open: z.int(),
    acknowledged: z.int(),
    declarations: z.int().describe('How many declarations it speaks of'),
  })
  .meta({ id: 'NoticeCount' });

export const acknowledgeSchema = noticeFilterSchema
  .extend({ note: z.string().trim().max(500).default('') })
  .strict()
  .meta({ id: 'AcknowledgeNotices' });
