import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';
import { messageTypeSchema } from '../../terms/messageType.js';
import { coveredSchema, filingDataSchema } from '../../views/filings/shapes.js';

/**
 * Requests and answers of `/v1/filings` (后续单证): documents that are not written from one order but from data of their
 * own, such as arrival, departure, summary application, withdrawal and return.
 */
export const draftRequestSchema = z
  .strictObject({
    messageType: messageTypeSchema,
    from: z.strictObject({
      billNo: z.string().trim().min(1).optional(),
      declarationIds: z.array(z.uuid()).max(100_000).optional(),
      month: z
        .string()
        .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
        .optional()
        .describe('Month of release, yyyy-MM, Asia/Shanghai'),
      seller: z.string().optional(),
      filingId: z.uuid().optional().describe('The return a tally is drafted from'),
      lines: z.array(z.strictObject({ gnum: z.string(), qty: z.string() })).optional(),
      input: filingDataSchema
        .optional()
        .describe('What only a person can say: reason, leaveTime, operatorCode …'),
    }),
  })
  .meta({ id: 'DraftRequest' });

export const draftSchema = z
  .object({
    messageType: z.string(),
    title: textSchema,
    data: z.record(z.string(), z.unknown()),
    declarationIds: z.array(z.string()),
    /** The first 200 of them. */
    covered: z.array(coveredSchema),
    /** Everything still missing or wrong; none means it can be submitted as it is. */
    faults: z.array(faultSchema),
    due: z.iso.date().nullable(),
    /** The goods lines customs will merge the lists of a summary application into. */
    merged: z.array(
      z.object({
        country: z.string(),
        gcode: z.string(),
        gname: z.string(),
        currency: z.string(),
        unit: z.string(),
        lists: z.int(),
        qty: z.string(),
        totalPrice: z.string(),
      }),
    ),
  })
  .meta({ id: 'FilingDraft' });

export const draftsSchema = z.object({ drafts: z.array(draftSchema) });

export const newFilingSchema = z
  .strictObject({
    messageType: messageTypeSchema,
    data: filingDataSchema,
    declarationIds: z
      .array(z.uuid())
      .max(100_000)
      .optional()
      .describe('Left out, the declarations are found by the numbers in the data'),
  })
  .meta({ id: 'NewFiling' });

export const changedFilingSchema = z.strictObject({
  data: filingDataSchema,
  reason: z.string().trim().max(500).optional(),
});

export const deletedFilingSchema = z.strictObject({ reason: z.string().trim().min(1).max(500) });

/** What may be done with a filing now; when it may not, why and what to do instead. */
export const filingActionsSchema = z
  .object({
    actions: z.array(
      z.object({
        action: z.enum(['change', 'delete']),
        allowed: z.boolean(),
        reason: faultSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'FilingActions' });

export const filingReferenceSchema = z.object({ id: z.string() });
