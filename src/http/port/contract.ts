import { z } from 'zod';

export const portSchema = z
  .object({
    name: z.string(),
    state: z.enum(['open', 'paused', 'down', 'none']),
    queued: z.int(),
    unknown: z.int(),
    dead: z.int(),
    /** Messages whose answer was lost and that were found to have arrived. */
    unknownResolved: z.int(),
    oldestQueuedAt: z.iso.datetime().nullable(),
    lastReceiptAt: z.iso.datetime().nullable(),
    lastDetail: z.string().nullable(),
    /** `open`: too many messages in a row got no answer; one at a time tries again, the others wait. */
    breaker: z.enum(['closed', 'open']),
    /** While the breaker is open: since when, and when one message tries again. */
    breakerOpenedAt: z.iso.datetime().nullable(),
    nextTryAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Port' });

/** What everybody may know: whether sending goes on, and when the port last said something. */
export const portStateSchema = portSchema
  .pick({ state: true, queued: true, lastReceiptAt: true })
  .meta({ id: 'PortState' });
