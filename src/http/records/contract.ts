import { z } from 'zod';
import { sheetRowSchema } from '../sheets/upload.js';

const rows = z.array(sheetRowSchema).min(1).max(500);

export const newSettlementsSchema = z
  .strictObject({ seller: z.uuid().optional(), settlements: rows })
  .meta({ id: 'NewSettlements' });

export const newTaxRecordsSchema = z.strictObject({ taxRecords: rows }).meta({ id: 'NewTaxRecords' });

const filter = {
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  search: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('Part of an order number, reference or institution'),
  withdrawn: z.stringbool().optional().describe('true: also what was taken back'),
};

export const settlementFilter = {
  ...filter,
  kind: z.enum(['received', 'converted']).optional(),
  state: z.enum(['open', 'applied']).optional().describe('open: something of it is for no order yet'),
};

export const taxFilter = {
  ...filter,
  kind: z.enum(['rebate', 'advance', 'exempt', 'exempt-without-invoice']).optional(),
  status: z.enum(['applied', 'granted', 'paid', 'settled', 'refused', 'repaid']).optional(),
};
