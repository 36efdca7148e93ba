import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';
import { messageTypeSchema } from '../../terms/messageType.js';

/** Requests and answers of corrections and actions. */
/** Requests and answers of corrections, actions and the rejection coach; the rest is in `contract.ts`. */

export const actionNameSchema = z
  .enum(['change', 'delete', 'resubmit', 'withdraw', 'return', 'resend'])
  .meta({ id: 'ActionName' });

/** Whether an action is allowed now; when not, `reason` says why and what to do instead. */
export const actionAnswerSchema = z
  .object({
    action: actionNameSchema,
    text: textSchema,
    allowed: z.boolean(),
    reason: faultSchema.optional(),
    /** What it makes: the message, and its report type (1 new, 2 change, 3 delete) where it is a new one. */
    makes: z.object({ messageType: z.string().nullable(), appType: z.string().nullable() }).optional(),
  })
  .meta({ id: 'ActionAnswer' });

export const declarationActionsSchema = z
  .object({
    declarationId: z.string(),
    /** Of the order; send it back with a correction, so that it cannot overwrite somebody else's. */
    revision: z.int(),
    actions: z.array(actionAnswerSchema),
    documents: z.array(
      z.object({
        id: z.string(),
        messageType: z.string(),
        title: textSchema,
        stage: z.object({ stage: z.string(), text: textSchema }),
        actions: z.array(actionAnswerSchema),
      }),
    ),
  })
  .meta({ id: 'DeclarationActions' });

const reasonSchema = z.string().trim().min(1).max(500);

const changesSchema = z
  .record(z.string().max(100), z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]))
  .refine((changes) => Object.keys(changes).length <= 500, 'at most 500 fields / 最多 500 个字段')
  .describe(
    'New values by order path, for example {"list.ieDate": "2026-11-21", "lines[0].qty": "3"}; null empties a field, {"lines[2]": null} takes a line out',
  );

const revisionSchema = z
  .int()
  .positive()
  .optional()
  .describe('Order revision you saw; a later one answers 409 T01');

export const correctionSchema = z
  .strictObject({ changes: changesSchema, reason: reasonSchema, revision: revisionSchema })
  .meta({ id: 'Correction' });

export const resubmissionSchema = z
  .strictObject({ changes: changesSchema.default({}), reason: reasonSchema, revision: revisionSchema })
  .meta({ id: 'Resubmission' });

export const previewSchema = z
  .strictObject({
    changes: changesSchema.default({}),
    revision: revisionSchema,
    resubmit: z
      .boolean()
      .default(false)
      .describe('true: also declare again what was refused, failed or deleted'),
  })
  .meta({ id: 'CorrectionPreviewRequest' });

export const reasonBodySchema = z.strictObject({ reason: reasonSchema });

const documentActionSchema = z.enum(['rewrite', 'elsewhere', 'change', 'resubmit', 'delete']);

export const correctionResultSchema = z
  .object({
    revision: z.int(),
    documents: z.array(
      z.object({
        id: z.string(),
        messageType: z.string(),
        revision: z.int(),
        action: documentActionSchema,
        appType: z.string(),
      }),
    ),
  })
  .meta({ id: 'CorrectionResult' });

export const correctionPreviewSchema = z
  .object({
    /** True when the correction would go through as it is. */
    ok: z.boolean(),
    revision: z.int(),
    changes: z.array(
      z.object({
        path: z.string(),
        label: textSchema,
        before: z.string().nullable(),
        after: z.string().nullable(),
      }),
    ),
    documents: z.array(
      z.object({
        id: z.string(),
        messageType: z.string(),
        title: textSchema,
        /** `rewrite`: not sent yet; `elsewhere`: its own party has to change it. */
        action: documentActionSchema,
        appType: z.string(),
        /** Fields of the message, `n` counting goods lines from 1. */
        fields: z.array(
          z.object({
            name: z.string(),
            n: z.int().nullable(),
            before: z.string().nullable(),
            after: z.string().nullable(),
          }),
        ),
      }),
    ),
    faults: z.array(faultSchema),
    /** What is doubtful and holds nothing up. */
    notices: z.array(faultSchema),
  })
  .meta({ id: 'CorrectionPreview' });

export const bulkCorrectionSchema = z
  .strictObject({
    code: z
      .string()
      .min(1)
      .max(20)
      .optional()
      .describe('Code of the refusal, as in /v1/refusals; may be left out where declarations are named'),
    messageType: messageTypeSchema.optional().describe('The refused document'),
    declarationIds: z
      .array(z.uuid())
      .min(1)
      .max(500)
      .optional()
      .describe('Left out: the newest 500 of this code'),
    changes: changesSchema.default({}),
    reason: reasonSchema,
  })
  .refine(({ code, declarationIds }) => code !== undefined || declarationIds !== undefined, {
    error: '请给出退单代码或具体的申报 / name a refusal code or declarations',
  })
  .meta({ id: 'BulkCorrection' });

export const bulkResultSchema = z
  .object({
    resubmitted: z.int(),
    faulty: z.int(),
    /** More declarations of this code are left. */
    more: z.boolean(),
    declarations: z.array(
      z.object({
        declarationId: z.string(),
        orderNo: z.string().nullable(),
        outcome: z.enum(['resubmitted', 'faulty']),
        documents: correctionResultSchema.shape.documents,
        faults: z.array(faultSchema),
      }),
    ),
  })
  .meta({ id: 'BulkResult' });

export const filedSchema = z.object({ filingId: z.string() }).meta({ id: 'Filed' });

const detail = z.string().trim().max(255);

/** How much of each goods line may still come back: decimals in the unit of the line. */
export const returnableSchema = z
  .object({
    lines: z.array(
      z.object({ gnum: z.string(), declared: z.string(), returned: z.string(), left: z.string() }),
    ),
  })
  .meta({ id: 'Returnable' });

export const returnSchema = z
  .strictObject({
    reason: reasonSchema,
    lines: z
      .array(z.strictObject({ gnum: z.string().max(4), qty: z.string().max(20) }))
      .min(1)
      .max(100),
    transport: z
      .record(z.string().max(40), detail)
      .default({})
      .describe('Head fields of the return message: trafMode, trafName, voyageNo, billNo …'),
  })
  .meta({ id: 'ReturnRequest' });
