import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';

const quantity = z.string();

export const warehouseSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    seller: z.object({ tenantId: z.uuid(), code: z.string().nullable(), name: z.string() }),
    /** Texts by column of the sheet `warehouses`. */
    data: z.record(z.string(), z.string()),
    version: z.int(),
    changedBy: z.string(),
    changedAt: z.iso.datetime(),
    /** Square metres held on the day asked for, and as an average over the year of that day to the day; null: not said. */
    area: z.string().nullable(),
    averageArea: z.string().nullable(),
    /** 9810 lines that departed there. */
    lines: z.int(),
    enterprises: z.int(),
  })
  .meta({ id: 'Warehouse' });

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
    inStock: quantity,
    /** Declared value of what departed and of what is in stock, in the currency of the line. */
    currency: z.string(),
    valueIn: z.string(),
    valueInStock: z.string(),
    /** The three clocks: exit (结关), the last sale overseas, settlement of the rebate by 30 April of the year after. */
    departedOn: z.iso.date().nullable(),
    lastSaleOn: z.iso.date().nullable(),
    settleBy: z.iso.date().nullable(),
    /** Whether something unsold is still claimed in advance (海外仓预退, HWC-YT). */
    rebate: z.enum(['advance', 'sold']),
    /** Days since the exit, while anything is in stock. */
    ageDays: z.int().nullable(),
  })
  .meta({ id: 'StockLine' });

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
    reverses: z.uuid().nullable(),
    occurredOn: z.iso.date(),
    reference: z.string(),
    source: z.string(),
    note: z.string(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
  })
  .meta({ id: 'StockEntry' });
