import { z } from 'zod';
import { faultSchema } from '../base/fault.js';
import { orderSchema } from '../orders/order.js';
import { deliverySchema } from '../terms/delivery.js';
import { roleSchema } from '../terms/role.js';
import { textSchema } from '../terms/text.js';
import { verdictSchema } from '../terms/verdict.js';

/**
 * Every request and response of the `/v1` API. The same schemas validate requests, make the OpenAPI document and give
 * the console its types. Times are ISO 8601 UTC; money and quantities are decimal text; ids are UUIDs.
 */
/** RFC 9457 problem details. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    reference: z.string().optional(),
    faults: z.array(faultSchema),
  })
  .meta({ id: 'Problem' });

export const meSchema = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
    tenant: z.object({ id: z.string(), name: z.string(), code: z.string().nullable() }),
    role: roleSchema,
    /** Sellers whose declarations this identity may see: itself, the mandates of a broker, everyone for an operator. */
    sellers: z.array(z.object({ tenantId: z.string(), code: z.string(), name: z.string() })),
    gateway: z.object({ version: z.string(), port: z.string(), test: z.boolean() }),
  })
  .meta({ id: 'Me' });

export const verdictOfRowSchema = z
  .object({
    index: z.int(),
    rows: z.object({ from: z.int(), to: z.int() }).optional(),
    orderNo: z.string().nullable(),
    outcome: z.enum(['accepted', 'faulty', 'exists']),
    /** The declaration made of it, or the first one when it exists already. */
    declarationId: z.string().nullable(),
    faults: z.array(faultSchema),
    /** What is doubtful and does not refuse the order. */
    notices: z.array(faultSchema).default([]),
  })
  .meta({ id: 'OrderVerdict' });

export const intakeResultSchema = z
  .object({
    reference: z.string(),
    accepted: z.int(),
    faulty: z.int(),
    exists: z.int(),
    orders: z.array(verdictOfRowSchema),
  })
  .meta({ id: 'IntakeResult' });

export const ordersRequestSchema = z
  .union([orderSchema, z.array(orderSchema).max(1000), z.object({ orders: z.array(orderSchema).max(1000) })])
  .meta({ id: 'OrdersRequest' });

export const importStateSchema = z.enum([
  'receiving',
  'running',
  'interrupted',
  'done',
  'cancelled',
  'failed',
]);
export const importSchema = z
  .object({
    id: z.string(),
    fileName: z.string(),
    format: z.enum(['json', 'ndjson', 'csv', 'xlsx']),
    state: importStateSchema,
    /** The one seller of the file; null when it may hold orders of several. */
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }).nullable(),
    bytesTotal: z.int(),
    bytesRead: z.int(),
    orders: z.int(),
    accepted: z.int(),
    faulty: z.int(),
    exists: z.int(),
    error: faultSchema.nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
  })
  .meta({ id: 'Import' });

export const importVerdictSchema = verdictOfRowSchema
  .extend({ id: z.string() })
  .meta({ id: 'ImportVerdict' });

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
        reason: z.enum(['party', 'documents', 'refused-document']),
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
    coach: coachSchema.nullable(),
  })
  .meta({ id: 'Document' });

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
    documents: z.array(
      z.object({ messageType: z.string(), delivery: deliverySchema, verdict: verdictSchema }),
    ),
    createdAt: z.iso.datetime(),
    releasedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeclarationSummary' });

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
    kind: z.enum(['intake', 'signed', 'attempt', 'receipt', 'waiting', 'decision']),
    documentId: z.string().nullable(),
    messageType: z.string().nullable(),
    title: textSchema,
    detail: z.string().nullable(),
    status: statusTextSchema.nullable(),
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

/** Calendar month in Asia/Shanghai. */
export const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, {
  error: '月份写作 yyyy-MM，例如 2026-11 / a month is yyyy-MM, for example 2026-11',
});

export const declarationFilterSchema = z.object({
  seller: z.string().optional().describe('Seller code or tenant id'),
  delivery: deliverySchema.optional(),
  verdict: verdictSchema.optional(),
  attention: z.enum(['true', 'false']).optional(),
  regime: z.string().optional(),
  from: z.iso.date().optional().describe('First day of intake, Asia/Shanghai'),
  to: z.iso.date().optional().describe('Last day of intake, Asia/Shanghai'),
  refused: z
    .string()
    .regex(/^CEB\d{3}Message$/)
    .optional()
    .describe('A document of this message stands refused or failed; `code` is then the code of that refusal'),
  code: z.string().optional().describe('returnStatus or code of the last receipt, for example 100 or 1322'),
  q: z.string().optional().describe('Start of orderNo, copNo, invtNo, preNo or logisticsNo'),
  month: monthSchema.optional().describe('Counted in this month (yyyy-MM)'),
  reversedMonth: monthSchema.optional().describe('Withdrawn or returned in this month (yyyy-MM)'),
  country: z.string().optional(),
  importId: z.string().optional(),
});

export const pageSchema = z.object({
  cursor: z.uuid().optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const countsSchema = z
  .object({
    total: z.int(),
    attention: z.int(),
    byVerdict: z.record(z.string(), z.int()),
    byDelivery: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Counts' });

export const totalsQuerySchema = z.object({
  from: monthSchema.describe('First month, yyyy-MM'),
  to: monthSchema.describe('Last month, yyyy-MM'),
  seller: z.string().optional(),
  regime: z.string().optional(),
  country: z.string().optional(),
});

/** Released, and what withdrawals and returns of the month take back of it; `net` is what is left. */
const amountsSchema = z.object({
  orders: z.int(),
  cny: z.string(),
  usd: z.string(),
  /** Goods lines that have no rate of their month yet, and so no money in this line. */
  withoutRate: z.int(),
  withdrawn: z.object({ orders: z.int(), cny: z.string(), usd: z.string() }),
  returned: z.object({ orders: z.int(), cny: z.string(), usd: z.string() }),
  net: z.object({ cny: z.string(), usd: z.string() }),
});

/** One line of the totals; `declarations` is the API path that lists exactly the declarations counted in it. */
export const totalsLineSchema = z
  .object({
    month: z.string(),
    seller: z.object({ code: z.string(), name: z.string() }),
    regime: z.string(),
    country: z.object({ code: z.string(), text: textSchema }),
    ...amountsSchema.shape,
    declarations: z.string(),
    /** The API path of the declarations withdrawn or returned in this month. */
    reversed: z.string().nullable(),
  })
  .meta({ id: 'TotalsLine' });

export const totalsSchema = z
  .object({
    asOf: z.iso.datetime(),
    rates: z.object({ source: z.string(), official: z.boolean() }),
    rule: textSchema,
    lines: z.array(totalsLineSchema),
    sum: amountsSchema,
  })
  .meta({ id: 'Totals' });

export const trayItemSchema = z
  .object({
    id: z.string(),
    reason: z.enum(['unreadable', 'unmatched']),
    messageType: z.string().nullable(),
    key: z.record(z.string(), z.string()),
    status: statusTextSchema.nullable(),
    info: z.string().nullable(),
    origin: z.string(),
    receivedAt: z.iso.datetime(),
    bytes: z.string(),
    sha256: z.string(),
    faults: z.array(faultSchema),
    decision: z
      .object({
        kind: z.enum(['assigned', 'dismissed']),
        by: z.string(),
        at: z.iso.datetime(),
        note: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'TrayItem' });

/** A list page: `next` is the cursor of the following page, null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const enterpriseSchema = z
  .object({
    tenantId: z.string(),
    code: z.string().nullable(),
    name: z.string(),
    role: roleSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Enterprise' });

export const newEnterpriseSchema = z.strictObject({
  code: z.string().trim().min(1).max(18).nullable(),
  name: z.string().trim().min(1).max(100),
  role: roleSchema,
});

export const apiKeySchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    role: roleSchema,
    prefix: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });

export const newApiKeySchema = z.strictObject({
  tenantId: z.string(),
  name: z.string().trim().min(1).max(100),
});

export const mandateSchema = z
  .object({
    id: z.string(),
    seller: z.object({ tenantId: z.string(), code: z.string(), name: z.string() }),
    broker: z.object({ tenantId: z.string(), name: z.string() }),
    validFrom: z.iso.date(),
    validTo: z.iso.date().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Mandate' });

export const newMandateSchema = z.strictObject({
  sellerTenantId: z.string(),
  brokerTenantId: z.string(),
  validFrom: z.iso.date(),
  validTo: z.iso.date().nullable().default(null),
});

export const newUserSchema = z.strictObject({
  tenantId: z.string(),
  name: z.string().trim().min(1).max(100),
  email: z.email(),
});

export const userSchema = z
  .object({
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    email: z.string(),
    active: z.boolean(),
    createdAt: z.iso.datetime(),
    /** Only in the answer that creates the user: the one-time link that sets the password. */
    activation: z.string().optional(),
  })
  .meta({ id: 'User' });

export const signInSchema = z.strictObject({ email: z.email(), password: z.string().min(1).max(200) });
export const activateSchema = z.strictObject({
  token: z.string().min(20),
  email: z.email().optional(),
  name: z.string().trim().min(1).max(100).optional(),
  password: z.string().min(10).max(200),
});

export const partyKeySchema = z
  .object({
    enterprise: z.string(),
    suite: z.string(),
    keyName: z.string(),
    subject: z.string(),
    notBefore: z.string(),
    notAfter: z.string(),
    test: z.boolean(),
  })
  .meta({ id: 'PartyKey' });
