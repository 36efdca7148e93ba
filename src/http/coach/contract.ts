import { z } from 'zod';
import { declarationFilterSchema } from '../../views/declarations/shapes.js';
import { messageTypeSchema } from '../../terms/messageType.js';

export const refusalFilterSchema = declarationFilterSchema.pick({
  seller: true,
  regime: true,
  from: true,
  to: true,
  importId: true,
  refused: true,
  code: true,
});

export const explainQuerySchema = z.object({
  receiptType: messageTypeSchema.describe('Type of the receipt, for example CEB604Message'),
  status: z.string().min(1).max(20).describe('returnStatus'),
  infoCode: z.string().max(20).optional().describe('The [Code:…] of returnInfo'),
  info: z.string().max(4000).optional().describe('returnInfo'),
});
