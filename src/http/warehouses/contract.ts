import { z } from 'zod';
import { evidenceKinds } from '../../warehouses/evidence.js';
import { warehouseGroupings } from '../../views/warehouses/shapes.js';
import { sheetRowSchema } from '../sheets/upload.js';

/** Days that one question may span. */
const LONGEST_DAYS = 3700;

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

/** What a question about figures may ask; `today` (Asia/Shanghai) is the last day when none is given. */
export const warehouseFiguresQuery = (today: () => string) =>
  z
    .object({
      from: z.iso.date().optional().describe('The first of the year of the last day when left out'),
      to: z.iso.date().optional().describe('Today when left out'),
      by: z.enum(warehouseGroupings).default('warehouse'),
      seller,
    })
    .transform(({ to = today(), from = `${to.slice(0, 4)}-01-01`, ...rest }) => ({ ...rest, from, to }))
    .refine(({ from, to }) => from <= to, { error: '起止日期颠倒 / the days are the wrong way round' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < LONGEST_DAYS * 86_400_000, {
      error: '时间跨度过长 / too many days',
    });
