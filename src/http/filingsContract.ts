import { z } from 'zod';
import { documentSchema, filingLinkSchema, summaryResultSchema, timelineEntrySchema } from './contract.js';
import { faultSchema } from '../base/fault.js';
import { textSchema } from '../terms/text.js';
import { verdictSchema } from '../terms/verdict.js';
import { deliverySchema } from '../terms/delivery.js';

/**
 * Requests and answers of `/v1/filings` (后续单证): documents that are not written from one order but from data of their
 * own, such as arrival, departure, summary application, withdrawal and return.
 */
const leafSchema = z.union([z.string().max(4000), z.number(), z.null()]);
const lineSchema = z.record(z.string(), leafSchema);

/** Field names of the message; lines under `list`. Numbers the gateway makes (copNo, gnum, msgCount …) may be left out. */
export const filingDataSchema = z
  .record(z.string(), z.union([leafSchema, z.array(lineSchema).max(100_000)]))
  .meta({ id: 'FilingData' });

const messageTypeSchema = z
  .string()
  .regex(/^CEB\d{3}Message$/)
  .describe('For example CEB607Message');

export const filingFilterSchema = z.object({
  messageType: messageTypeSchema.optional(),
  verdict: verdictSchema.optional(),
  delivery: deliverySchema.optional(),
  seller: z.string().optional().describe('Seller code or tenant id of a covered declaration'),
  billNo: z.string().optional(),
  declarationId: z.uuid().optional(),
});

export const filingSummarySchema = filingLinkSchema
  .extend({
    /** The number customs gave it: sumNo, rkdNo. */
    givenNo: z.string().nullable(),
    billNo: z.string().nullable(),
    responsible: z.object({ role: z.string(), code: z.string(), name: z.string() }),
    /** The newest revision, of which delivery and verdict speak. */
    revision: z.int(),
    /** Another one while customs refused the newest; null when none is. */
    revisionInForce: z.int().nullable(),
    /** Documents it was split into (msgCount). */
    parts: z.int(),
    lines: z.int(),
    declarations: z.int(),
    /** Put aside before it left, or deleted with customs' consent. */
    deleted: z.boolean(),
    createdBy: z.string(),
  })
  .meta({ id: 'FilingSummary' });

export const filingSchema = filingSummarySchema
  .extend({
    /** The data as declared, the lines of all parts together. */
    data: filingDataSchema,
    /** Every document of it, by revision and msgSeqNo. */
    documents: z.array(documentSchema),
    covered: z.array(
      z.object({
        id: z.string(),
        orderNo: z.string(),
        copNo: z.string(),
        invtNo: z.string().nullable(),
        verdict: verdictSchema,
      }),
    ),
    timeline: z.array(timelineEntrySchema),
    summaryResults: z.array(summaryResultSchema),
  })
  .meta({ id: 'Filing' });

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

export const changedFilingSchema = z.strictObject({ data: filingDataSchema });
export const filingReferenceSchema = z.object({ id: z.string() });
