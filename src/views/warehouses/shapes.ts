import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';

const quantity = z.string();

export const warehouseSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    seller: z.object({ tenantId: z.uuid(), code: z.string().nullable(), name: z.string() }),
    /** Texts by column of the sheet `warehouses`; the country as customs code. */
    data: z.record(z.string(), z.string()),
    country: textSchema,
    version: z.int(),
    changedBy: z.string(),
    changedAt: z.iso.datetime(),
    /** Square metres held on the day asked for, and as an average over the year of that day to the day; null: not said. */
    area: z.string().nullable(),
    averageArea: z.string().nullable(),
    /** What the enterprise holds of it through its chain on that day, in percent; null: not said, or the chain does not join. */
    share: z.string().nullable(),
    /** 9810 lines whose goods were or are there. */
    lines: z.int(),
    /** Enterprises served on that day, the own one among them. */
    enterprises: z.int(),
    evidence: z.int(),
  })
  .meta({ id: 'Warehouse' });

export const warehouseFactSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(['holding', 'served']),
    subject: z.string(),
    object: z.string(),
    share: z.string().nullable(),
    validFrom: z.iso.date(),
    validTo: z.iso.date().nullable(),
    inForce: z.boolean(),
    source: z.string(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    withdrawnBy: z.string().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
    withdrawnWhy: z.string().nullable(),
  })
  .meta({ id: 'WarehouseFact' });

export const warehouseEvidenceSchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    title: z.string(),
    fileName: z.string(),
    mediaType: z.string(),
    size: z.int(),
    /** Hexadecimal. */
    sha256: z.string(),
    validFrom: z.iso.date().nullable(),
    validTo: z.iso.date().nullable(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    withdrawnBy: z.string().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
    withdrawnWhy: z.string().nullable(),
    /** Where the bytes are. */
    file: z.string(),
  })
  .meta({ id: 'WarehouseEvidence' });

export const warehouseDetailSchema = warehouseSchema
  .extend({
    /** Square metres from a day on. */
    areas: z.array(z.object({ from: z.iso.date(), squareMetres: z.string(), changedBy: z.string() })),
    /** Every version of the data, the newest first. */
    versions: z.array(
      z.object({
        version: z.int(),
        data: z.record(z.string(), z.string()),
        country: textSchema,
        changedBy: z.string(),
        changedAt: z.iso.datetime(),
      }),
    ),
    facts: z.array(warehouseFactSchema),
    papers: z.array(warehouseEvidenceSchema),
    /** Names its stock stands under in the ledger. */
    places: z.array(z.string()),
  })
  .meta({ id: 'WarehouseDetail' });

export const stockLineSchema = z
  .object({
    accountId: z.uuid(),
    declarationId: z.uuid(),
    orderNo: z.string(),
    gnum: z.int().nullable(),
    itemNo: z.string().nullable(),
    name: z.string().nullable(),
    warehouse: z.string(),
    unit: z.string().nullable(),
    departed: quantity,
    sold: quantity,
    returned: quantity,
    lost: quantity,
    movedIn: quantity,
    movedOut: quantity,
    inStock: quantity,
    /** Declared value of what departed and of what is in stock, in the currency of the line. */
    currency: z.string(),
    valueIn: z.string(),
    valueInStock: z.string(),
    /**
     * The three clocks: exit (结关), the last sale overseas, settlement of the rebate. `settleBy` is its last day, while
     * something is unsold; `settledOn` the day the tax record says it was settled.
     */
    departedOn: z.iso.date().nullable(),
    lastSaleOn: z.iso.date().nullable(),
    settleBy: z.iso.date().nullable(),
    settledOn: z.iso.date().nullable(),
    /** `advance`: something unsold may be claimed in advance (海外仓预退); `sold`: nothing is left; `settled`: the tax record says so. */
    rebate: z.enum(['advance', 'sold', 'settled']),
    /** Days since the exit, while anything is in stock. */
    ageDays: z.int().nullable(),
  })
  .meta({ id: 'StockLine' });

const flow = z.object({ cny: z.string(), usd: z.string() });
const figureSchema = z.object({
  warehouses: z.int(),
  /** Lines of stock that had entries up to the last day. */
  lines: z.int(),
  /** Of these, lines whose record lacks a rate: they are in no value. */
  withoutRate: z.int(),
  /** Square metres on the last day, and on average over the days; null where none is registered. */
  area: z.string().nullable(),
  averageArea: z.string().nullable(),
  /** Declared FOB value of what was in stock before the first day, of what happened, and of what is in stock after the last. */
  stock: z.object({
    opening: flow,
    departed: flow,
    sold: flow,
    returned: flow,
    lost: flow,
    moved_in: flow,
    moved_out: flow,
    closing: flow,
  }),
  averageStockCny: z.string(),
  /** Average stock ÷ sold × days; null when nothing was sold. */
  turnoverDays: z.string().nullable(),
  /** Days since the exit, weighted by value; null without stock. */
  averageAgeDays: z.string().nullable(),
  /** Stock by days since the exit. */
  ages: z.array(z.object({ upTo: z.int().nullable(), cny: z.string() })),
  /** Enterprises served within the time, and those of them that are not the owner. */
  served: z.int(),
  servedOthers: z.int(),
});

export const warehouseGroupings = ['warehouse', 'country', 'enterprise'] as const;

export const warehouseFiguresSchema = z
  .object({
    by: z.enum(warehouseGroupings),
    from: z.iso.date(),
    to: z.iso.date(),
    days: z.int(),
    lines: z.array(figureSchema.extend({ key: z.string(), text: textSchema })),
    sum: figureSchema,
  })
  .meta({ id: 'WarehouseFigures' });

export const rebatePositionSchema = z
  .object({
    /** The rule by which the days are known. */
    rule: z.object({ text: textSchema, source: z.string(), seen: z.boolean(), flag: z.string() }),
    years: z.array(
      z.object({
        /** Year of the exit. */
        year: z.string(),
        settleBy: z.iso.date().nullable(),
        /** Days until then, negative when it has passed. */
        daysLeft: z.int().nullable(),
        lines: z.int(),
        /** Declared FOB value: what departed, was sold, came back or was lost, and is unsold. */
        departedCny: z.string(),
        soldCny: z.string(),
        otherCny: z.string(),
        unsoldCny: z.string(),
        unsoldLines: z.int(),
        withoutRate: z.int(),
        /** Declarations with a claim in advance, the tax of them, and how many of them are settled. */
        claimed: z.int(),
        claimedCny: z.string(),
        settled: z.int(),
        state: z.enum(['open', 'due', 'overdue', 'done']),
      }),
    ),
  })
  .meta({ id: 'RebatePosition' });

export const warehouseFactsTakenSchema = z
  .object({
    added: z.int(),
    replaced: z.int(),
    same: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'WarehouseFactsTaken' });

export const movementsTakenSchema = z
  .object({
    taken: z.int(),
    again: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'MovementsTaken' });

export const warehousesTakenSchema = z
  .object({
    added: z.int(),
    changed: z.int(),
    same: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'WarehousesTaken' });

export const stockEntrySchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    quantity,
    /** Stock after it, in the order of the days. */
    stock: quantity,
    reverses: z.uuid().nullable(),
    /** True once an entry reverses it. */
    reversed: z.boolean(),
    /** The other place of a transfer. */
    other: z.string().nullable(),
    orderNo: z.string(),
    itemNo: z.string().nullable(),
    name: z.string().nullable(),
    warehouse: z.string(),
    occurredOn: z.iso.date(),
    reference: z.string(),
    source: z.string(),
    note: z.string(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
  })
  .meta({ id: 'StockEntry' });
