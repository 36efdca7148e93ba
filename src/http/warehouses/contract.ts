import { z } from 'zod';

/** Texts by column of a sheet, as they would stand in a file. */
const rowSchema = z.record(z.string().max(40), z.string().max(4000));

export const newWarehousesSchema = z
  .strictObject({ seller: z.uuid().optional(), warehouses: z.array(rowSchema).min(1).max(200) })
  .meta({ id: 'NewWarehouses' });

export const newMovementsSchema = z
  .strictObject({ seller: z.uuid().optional(), movements: z.array(rowSchema).min(1).max(500) })
  .meta({ id: 'NewMovements' });

export const reverseEntrySchema = z.strictObject({ why: z.string().trim().min(1).max(300) });
