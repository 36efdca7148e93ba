import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { orderSchema } from '../../orders/order.js';
import { deliverySchema } from '../../terms/delivery.js';
import { monthSchema } from '../../terms/month.js';
import { stageSchema } from '../../terms/stageSchema.js';
import { textSchema } from '../../terms/text.js';
import { verdictSchema } from '../../terms/verdict.js';
import {
  statusTextSchema,
  documentSchema,
  timelineEntrySchema,
  filingLinkSchema,
  summaryResultSchema,
} from '../shapes.js';
import { messageTypeSchema } from '../../terms/messageType.js';

/** Why a declaration needs a person: the document it is about, in words, and what to do. */
const causeSchema = z
  .object({
    messageType: z.string(),
    document: textSchema,
    text: textSchema,
    /** Code of the refusal; null where the port or a party is the cause. */
    code: z.string().nullable(),
    remedy: textSchema.nullable(),
  })
  .meta({ id: 'Cause' });

export const declarationSummarySchema = z
  .object({
    id: z.string(),
    regime: z.string(),
    orderNo: z.string(),
    platform: z.object({ code: z.string(), name: z.string() }),
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }),
    copNo: z.string(),
    preNo: z.string().nullable(),
    invtNo: z.string().nullable(),
    country: z.object({ code: z.string(), text: textSchema }),
    value: z.object({ amount: z.string(), currency: z.string() }),
    delivery: deliverySchema,
    verdict: verdictSchema,
    status: statusTextSchema.nullable(),
    statusTime: z.iso.datetime().nullable(),
    /** True when a person should look: refused, failed, dead, unknown, detained or waiting for a party. */
    attention: z.boolean(),
    stage: stageSchema,
    /** Null while nobody has to do anything. */
    cause: causeSchema.nullable(),
    documents: z.array(
      z.object({ messageType: z.string(), delivery: deliverySchema, verdict: verdictSchema }),
    ),
    createdAt: z.iso.datetime(),
    releasedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeclarationSummary' });

const taxesSchema = z.object({
  customsTax: z.string(),
  valueAddedTax: z.string(),
  consumptionTax: z.string(),
});

/** A tax bill of an import list as the newest message has it (CEB816, CEB818), beside the estimated tax. */
export const taxBillSchema = z
  .object({
    taxNo: z.string(),
    invtNo: z.string(),
    status: z.object({ code: z.string(), text: textSchema }),
    /** Empty while only its status was pushed. */
    taxes: taxesSchema.nullable(),
    estimated: taxesSchema.nullable(),
    /** Bill less estimate. */
    difference: taxesSchema.nullable(),
    entDutyNo: z.string().nullable(),
    assureCode: z.string().nullable(),
    time: z.iso.datetime().nullable(),
    lines: z.array(z.record(z.string(), z.string())),
    bytes: z.string().nullable(),
  })
  .meta({ id: 'TaxBill' });

/** A notice of a declaration, and who acknowledged it. */
const noticeOfDeclarationSchema = z.object({
  id: z.string(),
  notice: faultSchema,
  acknowledgedAt: z.iso.datetime().nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
});

export const declarationSchema = declarationSummarySchema
  .omit({ documents: true })
  .extend({
    order: orderSchema,
    notices: z.array(noticeOfDeclarationSchema),
    /** Of the order: 1 as it came in, one more with every correction. */
    revision: z.int(),
    documents: z.array(documentSchema),
    timeline: z.array(timelineEntrySchema),
    filings: z.array(filingLinkSchema),
    withdrawnAt: z.iso.datetime().nullable(),
    returnedAt: z.iso.datetime().nullable(),
    summaryResults: z.array(summaryResultSchema),
    taxBills: z.array(taxBillSchema),
    counted: z
      .array(
        z.object({
          month: z.string(),
          cny: z.string(),
          usd: z.string(),
          rateId: z.string(),
          releasedAt: z.iso.datetime(),
        }),
      )
      .describe('Counting records of this declaration'),
  })
  .meta({ id: 'Declaration' });

export const declarationFilterSchema = z.object({
  seller: z.string().optional().describe('Seller code or tenant id'),
  delivery: deliverySchema.optional(),
  verdict: verdictSchema.optional(),
  stage: stageSchema.optional(),
  attention: z.enum(['true', 'false']).optional(),
  regime: z.string().optional(),
  from: z.iso.date().optional().describe('First day of intake, Asia/Shanghai'),
  to: z.iso.date().optional().describe('Last day of intake, Asia/Shanghai'),
  refused: messageTypeSchema
    .optional()
    .describe('A document of this message stands refused or failed; `code` is then the code of that refusal'),
  code: z.string().optional().describe('returnStatus or code of the last receipt, for example 100 or 1322'),
  q: z
    .string()
    .max(100)
    .optional()
    .describe('Any part of orderNo, copNo, invtNo, preNo, logisticsNo, payNo or billNo, in any case'),
  month: monthSchema.optional().describe('Counted in this month (yyyy-MM)'),
  reversedMonth: monthSchema.optional().describe('Withdrawn or returned in this month (yyyy-MM)'),
  country: z.string().optional(),
  importId: z.string().optional(),
});

/** Order of a list: `changed` goes by the time of the last status, else of intake; `-` is descending. */
export const declarationSortSchema = z
  .enum(['-created', 'created', '-changed', 'changed', '-value', 'value', '-order', 'order'])
  .default('-created');

export const countsSchema = z
  .object({
    total: z.int(),
    attention: z.int(),
    byStage: z.record(stageSchema, z.int()).describe('Each declaration is counted in exactly one stage'),
    byVerdict: z.record(z.string(), z.int()),
    byDelivery: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Counts' });
