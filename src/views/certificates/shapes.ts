import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { deliverySchema } from '../../terms/delivery.js';
import { textSchema } from '../../terms/text.js';
import { verdictSchema } from '../../terms/verdict.js';
import { goodsFormSchema } from '../forms/shapes.js';
import { documentSchema, statusTextSchema, timelineEntrySchema } from '../shapes.js';

const codeSchema = z.object({ code: z.string(), text: textSchema });

/** Where a certificate stands, in one word. */
export const certificateStateSchema = z
  .enum(['unsent', 'sent', 'review', 'returned', 'refused', 'issued', 'superseded', 'cancelled', 'stopped'])
  .meta({ id: 'CertificateState' });

export const certificateSummarySchema = z
  .object({
    id: z.string(),
    /** 原产地证编号. */
    certNo: z.string(),
    type: codeSchema,
    /** New, amended or re-issued. */
    status: codeSchema,
    destination: codeSchema,
    exporter: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }),
    invoiceNo: z.string(),
    orderNos: z.array(z.string()),
    lines: z.int(),
    state: certificateStateSchema,
    delivery: deliverySchema,
    verdict: verdictSchema,
    lastReceipt: statusTextSchema.nullable(),
    /** The issuing authority's own time of its last word. */
    lastReceiptAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
    /** Why it has to be looked at again: what it covers was declared otherwise since. */
    concerns: z.array(faultSchema),
  })
  .meta({ id: 'CertificateSummary' });

const linkSchema = z.object({ id: z.string(), certNo: z.string() });

/** A goods line of a declaration that a certificate covers; quantities are in the unit of the declaration. */
const coverSchema = z.object({
  line: z.int(),
  declarationId: z.string(),
  orderNo: z.string(),
  gnum: z.string(),
  name: z.string(),
  qty: z.string(),
  declared: z.string(),
  /** Number customs gave the declaration. */
  invtNo: z.string().nullable(),
});

/** A file that goes to the issuing authority with an application (附件). */
export const certificateAttachmentSchema = z
  .object({
    id: z.string(),
    /** As it was brought. */
    fileName: z.string(),
    /** As its message and its receipts name it. */
    name: z.string(),
    /** Bytes. */
    size: z.int(),
    /** SHA-256, hexadecimal. */
    sha256: z.string(),
    /** What was said of it; the code tables of these were not published. */
    fileType: z.string(),
    docType: z.string(),
    isDelay: z.string(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    /** Its message, with where that stands. */
    document: documentSchema,
    /** The words of the last answer, for example why it was not taken. */
    said: z.string().nullable(),
    actions: z.array(
      z.object({
        action: z.enum(['replace', 'resend', 'remove']),
        allowed: z.boolean(),
        reason: faultSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'CertificateAttachment' });

export const certificateSchema = certificateSummarySchema
  .extend({
    form: goodsFormSchema,
    covers: z.array(coverSchema),
    /** The files attached now, the first brought first. */
    attachments: z.array(certificateAttachmentSchema),
    /** Nothing more can be attached: it was put aside or replaced. */
    attachable: z.boolean(),
    /** The certificate it stands in for, and those that stand in for it. */
    replaces: linkSchema.nullable(),
    replacedBy: z.array(linkSchema),
    cancelled: z.object({ at: z.iso.datetime(), by: z.string(), why: z.string() }).nullable(),
    actions: z.array(
      z.object({
        action: z.enum(['change', 'resubmit', 'resend', 'delete']),
        allowed: z.boolean(),
        reason: faultSchema.optional(),
      }),
    ),
    documents: z.array(documentSchema),
    timeline: z.array(timelineEntrySchema),
  })
  .meta({ id: 'Certificate' });

/** A goods line one may choose. */
const choiceSchema = z.object({
  declarationId: z.string(),
  orderNo: z.string(),
  gnum: z.string(),
  name: z.string(),
  declared: z.string(),
  /** Held by other certificates. */
  covered: z.string(),
  left: z.string(),
});

/** An application as it would be written, with everything that is still wrong or missing; nothing is stored. */
export const certificateDraftSchema = z
  .object({
    type: codeSchema,
    /** The types for the destination, the more special ones first. */
    types: z.array(codeSchema.extend({ source: z.string(), seen: z.boolean() })),
    destination: codeSchema,
    /** What people gave by element name, with what is kept from the last application of the exporter. */
    certificate: z.record(z.string(), z.unknown()),
    form: goodsFormSchema,
    choices: z.array(choiceSchema),
    /** The lines it covers, in the order of the form. */
    chosen: z.array(z.object({ declarationId: z.string(), gnum: z.string(), qty: z.string() })),
    faults: z.array(faultSchema),
  })
  .meta({ id: 'CertificateDraft' });

export const certificateFilterSchema = z.object({
  search: z
    .string()
    .trim()
    .max(100)
    .optional()
    .describe('Certificate number (or its beginning), order number or invoice number'),
  state: certificateStateSchema.optional(),
  type: z.string().max(2).optional(),
  declarationId: z.uuid().optional(),
});
