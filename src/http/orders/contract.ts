import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { orderSchema } from '../../orders/order.js';

export const verdictOfRowSchema = z
  .object({
    index: z.int(),
    rows: z.object({ from: z.int(), to: z.int() }).optional(),
    orderNo: z.string().nullable(),
    outcome: z.enum(['accepted', 'faulty', 'exists']),
    /** The declaration made of it, or the first one when it exists already. */
    declarationId: z.string().nullable(),
    faults: z.array(faultSchema),
    /** What is doubtful and does not refuse the order. */
    notices: z.array(faultSchema).default([]),
  })
  .meta({ id: 'OrderVerdict' });

export const intakeResultSchema = z
  .object({
    reference: z.string(),
    accepted: z.int(),
    faulty: z.int(),
    exists: z.int(),
    orders: z.array(verdictOfRowSchema),
  })
  .meta({ id: 'IntakeResult' });

export const ordersRequestSchema = z
  .union([orderSchema, z.array(orderSchema).max(1000), z.object({ orders: z.array(orderSchema).max(1000) })])
  .meta({ id: 'OrdersRequest' });
