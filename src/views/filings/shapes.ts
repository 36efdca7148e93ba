import { z } from 'zod';
import { deliverySchema } from '../../terms/delivery.js';
import { verdictSchema } from '../../terms/verdict.js';
import {
  filingLinkSchema,
  documentSchema,
  statusTextSchema,
  timelineEntrySchema,
  summaryResultSchema,
} from '../shapes.js';
import { messageTypeSchema } from '../../terms/messageType.js';

/**
 * Requests and answers of `/v1/filings` (后续单证): documents that are not written from one order but from data of their
 * own, such as arrival, departure, summary application, withdrawal and return.
 */
const leafSchema = z.union([z.string().max(4000), z.number(), z.null()]);

const lineSchema = z.record(z.string(), leafSchema);

/** Field names of the message; lines under `list`. Numbers the gateway makes (copNo, gnum, msgCount …) may be left out. */
export const filingDataSchema = z
  .record(z.string(), z.union([leafSchema, z.array(lineSchema).max(100_000)]))
  .refine(
    (data) => Object.entries(data).every(([name, value]) => (name === 'list') === Array.isArray(value)),
    {
      error: '只有 list 是数组，其余字段各为一个值 / list is an array, every other field a single value',
    },
  )
  .meta({ id: 'FilingData' });

export const filingFilterSchema = z.object({
  messageType: messageTypeSchema.optional(),
  verdict: verdictSchema.optional(),
  delivery: deliverySchema.optional(),
  seller: z.string().optional().describe('Seller code or tenant id of a covered declaration'),
  billNo: z.string().optional(),
  declarationId: z.uuid().optional(),
});

/** A list that a filing covers, by the numbers people know it by. */
export const coveredSchema = z
  .object({
    id: z.string(),
    orderNo: z.string(),
    copNo: z.string(),
    /** What customs numbered it; null before. */
    invtNo: z.string().nullable(),
    verdict: verdictSchema,
  })
  .meta({ id: 'CoveredList' });

export const filingSummarySchema = filingLinkSchema
  .extend({
    /** The number customs gave it: sumNo, rkdNo. */
    givenNo: z.string().nullable(),
    billNo: z.string().nullable(),
    responsible: z.object({ role: z.string(), code: z.string(), name: z.string() }),
    /** The newest revision. */
    revision: z.int(),
    /** The one of which delivery, verdict and data speak; null when none is in force, then they speak of the newest. */
    revisionInForce: z.int().nullable(),
    /** The newest revision when customs refused it and an earlier one stays in force. */
    refusedChange: z
      .object({
        revision: z.int(),
        appType: z.string(),
        verdict: verdictSchema,
        status: statusTextSchema.nullable(),
      })
      .nullable(),
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
    covered: z.array(coveredSchema),
    timeline: z.array(timelineEntrySchema),
    summaryResults: z.array(summaryResultSchema),
  })
  .meta({ id: 'Filing' });
