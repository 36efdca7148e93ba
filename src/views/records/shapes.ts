import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';

const day = z.iso.date();
const seller = z.object({ tenantId: z.uuid(), code: z.string().nullable(), name: z.string() });

export const settlementSchema = z
  .object({
    id: z.uuid(),
    seller,
    kind: z.enum(['received', 'converted']),
    institution: z.string(),
    institutionCode: z.string(),
    licenceNo: z.string(),
    licenceTo: day.nullable(),
    /** Whether the licence was in force on the day of the settlement, as far as the record says. */
    licence: z.enum(['valid', 'expired', 'not-said']),
    reference: z.string(),
    /** ISO letters. */
    currency: z.string(),
    amount: z.string(),
    /** At the rate of the month; null while the table has none. */
    cny: z.string().nullable(),
    usd: z.string().nullable(),
    settledOn: day,
    /** How much of it is for an order, and for which. */
    applied: z.string(),
    orders: z.array(z.object({ declarationId: z.uuid(), orderNo: z.string(), amount: z.string() })),
    note: z.string(),
    source: z.string(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    withdrawnWhy: z.string().nullable(),
  })
  .meta({ id: 'Settlement' });

export const taxRecordSchema = z
  .object({
    id: z.uuid(),
    seller,
    declarationId: z.uuid(),
    orderNo: z.string(),
    invtNo: z.string().nullable(),
    regime: z.string(),
    kind: z.enum(['rebate', 'advance', 'exempt', 'exempt-without-invoice']),
    status: z.enum(['applied', 'granted', 'paid', 'settled', 'refused', 'repaid']),
    reference: z.string(),
    cny: z.string(),
    happenedOn: day,
    office: z.string(),
    note: z.string(),
    source: z.string(),
    /** True for the newest status of its claim. */
    standing: z.boolean(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    withdrawnWhy: z.string().nullable(),
  })
  .meta({ id: 'TaxRecord' });

export const settlementsTakenSchema = z
  .object({
    added: z.int(),
    applied: z.int(),
    again: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'SettlementsTaken' });

export const taxRecordsTakenSchema = z
  .object({
    added: z.int(),
    again: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'TaxRecordsTaken' });

const sums = {
  /** Calendar month yyyy-MM, Asia/Shanghai. */
  month: z.string(),
  records: z.int(),
  cny: z.string(),
};

/** Two series apart from trade: money settled, and tax; neither is ever added to the value of declarations. */
export const recordSeriesSchema = z
  .object({
    settlements: z.array(
      z.object({
        ...sums,
        kind: z.enum(['received', 'converted']),
        usd: z.string(),
        withoutRate: z.int(),
        institutions: z.int(),
        appliedCny: z.string(),
      }),
    ),
    tax: z.array(
      z.object({ ...sums, kind: taxRecordSchema.shape.kind, status: taxRecordSchema.shape.status }),
    ),
  })
  .meta({ id: 'RecordSeries' });

/** The records of one order: what customs, the bank and the tax office say of it, and what the registry says of its parties. */
export const orderRecordsSchema = z
  .object({
    customs: z.object({
      verdict: z.string(),
      releasedAt: z.iso.datetime().nullable(),
      clearedAt: z.iso.datetime().nullable(),
    }),
    inspection: z.object({ ordered: z.boolean(), firstAt: z.iso.datetime().nullable() }),
    settlement: z.object({
      /** `other-currency`: money came in another currency than the order's and is not compared. */
      state: z.enum(['none', 'partial', 'full', 'over', 'other-currency']),
      /** ISO letters of the order's currency. */
      currency: z.string(),
      ordered: z.string().nullable(),
      /** Received and applied in that currency. */
      settled: z.string(),
      items: z.array(settlementSchema),
    }),
    tax: z.array(taxRecordSchema),
    hits: z.array(
      z.object({ code: z.string(), name: z.string(), text: textSchema, since: day, source: z.string() }),
    ),
  })
  .meta({ id: 'OrderRecords' });
