import { z } from 'zod';
import { deliverySchema } from '../terms/delivery.js';
import { textSchema } from '../terms/text.js';
import { verdictSchema } from '../terms/verdict.js';

export const statusTextSchema = z.object({ status: z.string(), text: textSchema });

/** What the rejection coach says of a receipt or a document, in short; `action` is what the enterprise does next. */
export const coachSchema = z
  .object({
    code: z.string(),
    title: textSchema,
    cause: textSchema,
    remedy: textSchema,
    action: z.enum(['resubmit', 'correct', 'wait', 'call', 'none']),
    /** Order paths the code speaks of, for example `waybill.logisticsNo`. */
    fields: z.array(z.string()),
    /** False when the code stands in no table: the text is then that of its status. */
    known: z.boolean(),
  })
  .meta({ id: 'Coach' });

export const documentSchema = z
  .object({
    id: z.string(),
    messageType: z.string(),
    title: textSchema,
    delivery: deliverySchema,
    waitingFor: z
      .object({
        reason: z.enum(['party', 'documents', 'refused-document', 'number', 'draft']),
        text: textSchema,
        party: z.string().optional(),
      })
      .nullable(),
    verdict: verdictSchema,
    status: statusTextSchema.nullable(),
    statusTime: z.iso.datetime().nullable(),
    key: z.record(z.string(), z.string()),
    guid: z.string(),
    responsible: z.object({ role: z.string(), code: z.string(), name: z.string() }),
    messageId: z.string().nullable(),
    /** 1 when first declared, one more each time it is changed, declared again or deleted; earlier ones stay visible. */
    revision: z.int(),
    current: z.boolean(),
    /** 1 new, 2 change, 3 delete. */
    appType: z.string(),
    /** The order revision it is written from. */
    orderRevision: z.int(),
    /** Who noted that its own party declared it, and on what ground. */
    elsewhere: z.object({ by: z.string(), at: z.iso.datetime(), note: z.string() }).nullable(),
    /** Why it was given up (delivery `dead`), and when a person said that it need not go; null while it was not. */
    givenUp: z.object({ reason: z.string().nullable(), discardedAt: z.iso.datetime().nullable() }).nullable(),
    coach: coachSchema.nullable(),
  })
  .meta({ id: 'Document' });

export const signatureSummarySchema = z
  .object({
    ok: z.boolean(),
    suite: z.string(),
    keyName: z.string(),
    subject: z.string(),
    test: z.boolean(),
  })
  .meta({ id: 'SignatureSummary' });

/** One thing that happened, newest last; `bytes` is the API path of the exact bytes. */
export const timelineEntrySchema = z
  .object({
    at: z.iso.datetime(),
    /** `record`: settlement or tax, as banks and tax offices say. */
    kind: z.enum(['intake', 'signed', 'attempt', 'receipt', 'waiting', 'decision', 'record']),
    documentId: z.string().nullable(),
    messageType: z.string().nullable(),
    title: textSchema,
    detail: z.string().nullable(),
    status: statusTextSchema.nullable(),
    /** What a receipt means. */
    verdict: verdictSchema.nullable(),
    /** How an attempt to send ended; null while it runs. */
    outcome: z.enum(['accepted', 'refused', 'retry', 'unknown']).nullable(),
    infoCode: z.string().nullable(),
    /** When the gateway learned it; receipts also carry customs' own time in `at`. */
    receivedAt: z.iso.datetime().nullable(),
    bytes: z.string().nullable(),
    sha256: z.string().nullable(),
    signature: signatureSummarySchema.nullable(),
    /** What a correction changed in the order; values of personal fields are null for officers. */
    changes: z
      .array(
        z.object({
          path: z.string(),
          label: textSchema,
          before: z.string().nullable(),
          after: z.string().nullable(),
          personal: z.boolean(),
        }),
      )
      .nullable(),
    coach: coachSchema.nullable(),
  })
  .meta({ id: 'TimelineEntry' });

/** A filing that speaks of a declaration: arrival, waybill summary, withdrawal, return … */
export const filingLinkSchema = z
  .object({
    id: z.string(),
    messageType: z.string(),
    title: textSchema,
    /** copNo or coElNo. */
    number: z.string(),
    /** 1 new, 2 changed, 3 deleted. */
    appType: z.string(),
    delivery: deliverySchema,
    verdict: verdictSchema,
    accepted: z.boolean(),
    status: statusTextSchema.nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'FilingLink' });

/** A customs declaration (报关单) that lists were merged into, as the newest summary result has it (CEB792). */
export const summaryResultSchema = z
  .object({
    declSeqNo: z.string(),
    sumNo: z.string(),
    decState: z.string(),
    decTmpNo: z.string().nullable(),
    decPreNo: z.string().nullable(),
    entryId: z.string().nullable(),
    grossWeight: z.string().nullable(),
    netWeight: z.string().nullable(),
    /** Customs' time of the newest result; how many results there were. */
    opTime: z.iso.datetime().nullable(),
    results: z.int(),
    invtNos: z.array(z.string()),
    bytes: z.string().nullable(),
  })
  .meta({ id: 'SummaryResult' });
