import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { statusTextSchema } from '../shapes.js';

export const trayItemSchema = z
  .object({
    id: z.string(),
    reason: z.enum(['unreadable', 'unmatched']),
    messageType: z.string().nullable(),
    key: z.record(z.string(), z.string()),
    status: statusTextSchema.nullable(),
    info: z.string().nullable(),
    origin: z.string(),
    receivedAt: z.iso.datetime(),
    bytes: z.string(),
    sha256: z.string(),
    faults: z.array(faultSchema),
    decision: z
      .object({
        kind: z.enum(['assigned', 'dismissed']),
        by: z.string(),
        at: z.iso.datetime(),
        note: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'TrayItem' });
