import { z } from 'zod';

/** Delivery: what happened on the way. `waiting` says why in `waitingFor`. A verdict is never derived from it. */
export const deliverySchema = z
  .enum(['waiting', 'ready', 'queued', 'sending', 'sent', 'unknown', 'refused', 'dead'])
  .meta({ id: 'Delivery' });
export type Delivery = z.output<typeof deliverySchema>;
