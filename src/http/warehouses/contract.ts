import { z } from 'zod';
import { evidenceKinds } from '../../warehouses/evidence.js';
import { sheetRowSchema } from '../sheets/upload.js';

const rows = (max: number) => z.array(sheetRowSchema).min(1).max(max);
const seller = z.uuid().optional();

export const newWarehousesSchema = z
  .strictObject({ seller, warehouses: rows(200) })
  .meta({ id: 'NewWarehouses' });

export const newWarehouseFactsSchema = z
  .strictObject({ seller, facts: rows(500) })
  .meta({ id: 'NewWarehouseFacts' });

export const newMovementsSchema = z
  .strictObject({ seller, movements: rows(500) })
  .meta({ id: 'NewMovements' });

export const takeBackSchema = z
  .strictObject({ why: z.string().trim().min(1).max(300) })
  .meta({ id: 'TakeBack' });

export const evidenceQuery = z.object({
  fileName: z.string().trim().min(1).max(255),
  kind: z.enum(evidenceKinds),
  title: z.string().trim().min(1).max(200),
  validFrom: z.iso.date().optional(),
  validTo: z.iso.date().optional(),
});

export const evidenceKeptSchema = z
  .object({
    id: z.uuid(),
    /** Hexadecimal. */
    sha256: z.string(),
    /** The same bytes were there already. */
    again: z.boolean(),
  })
  .meta({ id: 'EvidenceKept' });
