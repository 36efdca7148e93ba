import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { verdictOfRowSchema } from '../orders/contract.js';

export const importStateSchema = z.enum([
  'receiving',
  'running',
  'interrupted',
  'done',
  'cancelled',
  'failed',
]);

export const importSchema = z
  .object({
    id: z.string(),
    fileName: z.string(),
    format: z.enum(['json', 'ndjson', 'csv', 'xlsx']),
    state: importStateSchema,
    /** The one seller of the file; null when it may hold orders of several. */
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }).nullable(),
    bytesTotal: z.int(),
    bytesRead: z.int(),
    orders: z.int(),
    accepted: z.int(),
    faulty: z.int(),
    exists: z.int(),
    error: faultSchema.nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
  })
  .meta({ id: 'Import' });

export const importVerdictSchema = verdictOfRowSchema
  .extend({ id: z.string() })
  .meta({ id: 'ImportVerdict' });
