import { z } from 'zod';
import { paymentDataSchema, requestStates } from '../../paymentData/shapes.js';

export { paymentDataSchema };

export const keptPaymentSchema = z
  .object({
    id: z.string(),
    /** False when data of this transaction were kept before: those stay. */ stored: z.boolean(),
  })
  .meta({ id: 'KeptPaymentData' });

/** A request of customs for raw payment data; the data themselves are never shown. */
export const paymentRequestSchema = z
  .object({
    sessionId: z.string(),
    orderNo: z.string(),
    state: z.enum(requestStates),
    attempts: z.int(),
    answer: z.object({ code: z.string(), message: z.string() }).nullable(),
    requestedAt: z.iso.datetime(),
    uploadedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PaymentRequest' });
