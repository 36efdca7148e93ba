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
    /** Documents of the caller that wait for a key which fails to sign. */
    waitingForKeys: z.int(),
    /** Keys that fail to sign, with the documents that wait for them; each is tried again by itself. */
    failingKeys: z.array(
      z.object({
        enterpriseCode: z.string(),
        name: z.string().nullable(),
        reason: z.string(),
        since: z.iso.datetime(),
        nextTryAt: z.iso.datetime(),
        documents: z.int(),
      }),
    ),
  })
  .meta({ id: 'Port' });

/** What everybody may know: whether sending goes on, and when the port last said something. */
export const portStateSchema = portSchema
  .pick({ state: true, queued: true, lastReceiptAt: true, waitingForKeys: true })
  .meta({ id: 'PortState' });
