import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { monthSchema } from '../../terms/month.js';
import { textSchema } from '../../terms/text.js';

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
    /** By which day exports count. */
    basis: textSchema,
    lines: z.array(totalsLineSchema),
    sum: amountsSchema,
    /** Released (放行) in these months and not yet cleared (结关): a figure of its own, in no line and no sum. */
    pending: amountsSchema.pick({ orders: true, cny: true, usd: true, withoutRate: true }),
  })
  .meta({ id: 'Totals' });

const measureSchema = z.object({
  documents: z.int(),
  lines: z.int(),
  withoutRate: z.int(),
  cny: z.string(),
  usd: z.string(),
});
const moneySchema = z.object({ cny: z.string(), usd: z.string() });
const figureShape = {
  /** Counted: cleared exports, released imports. */
  gross: measureSchema,
  withdrawn: measureSchema,
  returned: measureSchema,
  net: moneySchema,
  /** Released and not yet cleared; in no other number. */
  pending: measureSchema,
};

export const periodStatusSchema = z.object({
  state: z.enum(['preliminary', 'final']),
  revision: z.int(),
  changedSince: z.boolean(),
  text: textSchema,
});

/** A growth rate as decimal text with four places (0.1234 is 12.34 %); null where the year before was nothing. */
const growthSchema = z.object({
  previous: z.object(figureShape),
  gross: z.object({ cny: z.string().nullable(), usd: z.string().nullable() }),
  net: z.object({ cny: z.string().nullable(), usd: z.string().nullable() }),
  /** whole: every month of the year before has records; part: some; nothing: there was nothing; unknown: records do not reach back. */
  base: z.enum(['whole', 'part', 'nothing', 'unknown']),
  /** Why there is no rate, or what it does not compare; null when nothing is to be said. */
  text: textSchema.nullable(),
});

export const figureLineSchema = z
  .object({
    /** The code of each dimension asked for; empty where it is not known. */
    key: z.record(z.string(), z.string()),
    text: z.record(z.string(), textSchema),
    ...figureShape,
    /** How far the period of the line is settled; null when its key names none. */
    status: periodStatusSchema.nullable(),
    yearOnYear: growthSchema.nullable(),
    /** The API path of the records behind this line, as of the same moment. */
    records: z.string(),
  })
  .meta({ id: 'FigureLine' });

export const figuresSchema = z
  .object({
    /** Trade (customs) is one series; settlement is another and is never added to it. */
    series: z.literal('trade'),
    from: z.string(),
    to: z.string(),
    /** Ask again with `asOf` of this moment and the answer is the same. */
    asOf: z.iso.datetime(),
    by: z.array(z.string()),
    status: periodStatusSchema,
    rule: z.object({
      id: z.string(),
      text: textSchema,
      basis: textSchema,
      source: z.string(),
      seen: z.boolean(),
    }),
    rates: z.object({ source: z.string(), official: z.boolean() }),
    /** The months of the year before, with what is missing of them and how far they are settled; only when they were asked for. */
    comparison: z
      .object({
        from: z.string(),
        to: z.string(),
        first: z.string().nullable(),
        text: textSchema.nullable(),
        status: periodStatusSchema,
      })
      .optional(),
    lines: z.array(figureLineSchema),
    sum: z.object({ ...figureShape, yearOnYear: growthSchema.nullable(), records: z.string() }),
    /** How many enterprises have counted lines in it. */
    enterprises: z.int(),
    /** What of `sum` comes from imported historical data and not from receipts. */
    imported: z.object({ lines: z.int(), gross: moneySchema, net: moneySchema, records: z.string() }),
  })
  .meta({ id: 'Figures' });

const recordShape = {
  id: z.string(),
  version: z.int(),
  cause: z.string(),
  measure: z.string(),
  recordedAt: z.iso.datetime(),
  sourceKind: z.string(),
  sourceId: z.string(),
  line: z.int(),
  eventId: z.string(),
  month: z.string(),
  countedAt: z.iso.datetime(),
  releasedAt: z.iso.datetime().nullable(),
  clearedAt: z.iso.datetime().nullable(),
  orderNos: z.array(z.string()),
  enterprise: z.string(),
  sellerName: z.string(),
  regime: z.string(),
  direction: z.string(),
  platform: z.string(),
  channel: z.string(),
  district: z.string(),
  park: z.string(),
  sourcePlace: z.string(),
  country: z.string(),
  port: z.string(),
  transport: z.string(),
  gcode: z.string(),
  qty: z.string().nullable(),
  unit: z.string(),
  currency: z.string(),
  amount: z.string(),
  cny: z.string().nullable(),
  usd: z.string().nullable(),
  rateId: z.string().nullable(),
  /** API paths: the declaration (null for imported historical data), and this record with its versions, receipts and signed messages. */
  declaration: z.string().nullable(),
  detail: z.string(),
};
export const figureRecordSchema = z.object(recordShape).meta({ id: 'FigureRecord' });

/** Which row of which file a record of imported historical data comes from. */
const importedRowSchema = z.object({
  documentNo: z.string(),
  file: z.string(),
  sha256: z.string(),
  row: z.int(),
  source: z.string(),
  importedBy: z.string(),
  importedAt: z.iso.datetime(),
});

export const historyFileSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    sha256: z.string(),
    source: z.string(),
    /** Goods lines and events that it added. */
    lines: z.int(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    importedBy: z.string(),
    importedAt: z.iso.datetime(),
  })
  .meta({ id: 'HistoryFile' });

export const historyTakenSchema = z
  .object({
    added: z.int(),
    unchanged: z.int(),
    versions: z.int(),
    /** Documents that do not count because a list of the gateway has the same number. */
    listed: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'HistoryTaken' });

export const figureRecordDetailSchema = z
  .object({
    ...recordShape,
    /** Null unless it was imported. */
    imported: importedRowSchema.nullable(),
    versions: z.array(
      z.object({
        id: z.string(),
        version: z.int(),
        measure: z.string(),
        cause: z.string(),
        recordedAt: z.iso.datetime(),
        cny: z.string().nullable(),
        usd: z.string().nullable(),
      }),
    ),
    receipts: z.array(
      z.object({
        status: z.string(),
        text: textSchema,
        at: z.iso.datetime().nullable(),
        sha256: z.string(),
        bytes: z.string().nullable(),
        /** The same without what names a person. */
        masked: z.string(),
      }),
    ),
    messages: z.array(
      z.object({
        messageType: z.string(),
        guid: z.string(),
        sha256: z.string(),
        bytes: z.string().nullable(),
        /** The same without what names a person. */
        masked: z.string(),
      }),
    ),
  })
  .meta({ id: 'FigureRecordDetail' });

/** Seconds from submission (appTime of the list) to release; percentiles over the lists of a group. */
export const clearanceTimesSchema = z
  .object({
    asOf: z.iso.datetime(),
    lines: z.array(
      z.object({
        port: z.object({ code: z.string(), text: textSchema }),
        regime: z.string(),
        inspected: z.boolean(),
        documents: z.int(),
        /** Lists without a moment of submission, left out of the percentiles. */
        withoutSubmission: z.int(),
        seconds: z.object({ p50: z.int().nullable(), p90: z.int().nullable(), p99: z.int().nullable() }),
      }),
    ),
  })
  .meta({ id: 'ClearanceTimes' });

/** Platform turnover beside customs turnover, never mixed. */
export const turnoverSchema = z
  .object({
    asOf: z.iso.datetime(),
    from: z.string(),
    to: z.string(),
    direction: z.string(),
    lines: z.array(
      z.object({
        enterprise: z.object({ code: z.string(), name: z.string() }),
        platform: z.object({
          cny: z.string(),
          usd: z.string(),
          withoutRate: z.int(),
          sources: z.array(z.string()),
        }),
        customs: z.object({ gross: moneySchema, net: moneySchema }),
        /** Platform less customs (gross). */
        difference: moneySchema,
        /** Customs gross as a share of the platform's, four places; null without the latter. */
        ratio: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'TurnoverComparison' });

export const closingSchema = z
  .object({
    month: z.string(),
    revision: z.int(),
    status: z.enum(['preliminary', 'final']),
    asOf: z.iso.datetime(),
    closedBy: z.string(),
    note: z.string(),
    closedAt: z.iso.datetime(),
  })
  .meta({ id: 'FigureClosing' });

export const snapshotSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['monthly', 'named']),
    name: z.string(),
    revision: z.int(),
    status: z.enum(['preliminary', 'final']),
    query: z.record(z.string(), z.unknown()),
    asOf: z.iso.datetime(),
    records: z.object({ count: z.int(), sha256: z.string(), path: z.string() }),
    files: z.array(z.object({ name: z.string(), path: z.string(), sha256: z.string(), signed: z.boolean() })),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'FigureSnapshot' });

/** What figures mean: the data of `mappings/figures` as they are. */
export const countingRuleSchema = z
  .object({
    rule: z.looseObject({ id: z.string(), text: textSchema }),
    groups: z.array(
      z.looseObject({ id: z.string(), text: textSchema, source: z.string(), seen: z.boolean() }),
    ),
    dimensions: z.array(z.object({ id: z.string(), text: textSchema })),
    exchange: z.looseObject({
      format: z.string(),
      version: z.string(),
      title: textSchema,
      source: z.string(),
      seen: z.boolean(),
      fields: z.array(
        z.looseObject({
          name: z.string(),
          zh: z.string(),
          en: z.string(),
          type: z.string(),
          unit: textSchema.optional(),
          codes: textSchema.optional(),
        }),
      ),
    }),
  })
  .meta({ id: 'FigureRule' });
