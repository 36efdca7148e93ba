import { z } from 'zod';

/** One order to inspect (查验), as the work list shows it. Times are ISO 8601 UTC. */
export const inspectionTaskSchema = z
  .object({
    /** The document that is inspected. */
    id: z.string(),
    declarationId: z.string(),
    orderNo: z.string(),
    /** 报关单号, once customs gave it. */
    entryId: z.string().nullable(),
    seller: z.string(),
    goods: z.string(),
    /** 即到即检: goes first. */
    fresh: z.boolean(),
    orderedAt: z.iso.datetime(),
    orderedNote: z.string(),
    arrivedAt: z.iso.datetime().nullable(),
    arrivedBy: z.string().nullable(),
    result: z.enum(['passed', 'refused']).nullable(),
    resultAt: z.iso.datetime().nullable(),
    resultNote: z.string(),
    /** Minutes from arrival (else from the order) to the result, or to now while there is none. */
    minutes: z.int(),
  })
  .meta({ id: 'InspectionTask' });
export type InspectionTask = z.output<typeof inspectionTaskSchema>;

/** Medians of what ended in the last thirty days, in minutes; null where nothing ended. */
export const inspectionTimesSchema = z.object({
  fresh: z.int().nullable(),
  other: z.int().nullable(),
});
