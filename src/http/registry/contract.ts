import { z } from 'zod';

const text = (max: number) => z.string().trim().max(max);

/** One fact as it is handed in; kind, subject and value by code or by any of their words. */
const newFactSchema = z.strictObject({
  code: text(18).min(1),
  name: text(200).optional(),
  kind: text(60).min(1),
  subject: text(200).optional(),
  value: text(100).optional(),
  number: text(60).optional(),
  note: text(500).optional(),
  validFrom: z.iso.date().optional(),
  validTo: z.iso.date().optional(),
  source: text(300).min(1),
});

export const newFactsSchema = z
  .strictObject({ facts: z.array(newFactSchema).min(1).max(500) })
  .meta({ id: 'NewFacts' });

export const withdrawFactSchema = z.strictObject({ why: text(300).min(1) }).meta({ id: 'WithdrawFact' });

export const registryFilterSchema = z.object({
  search: text(100).min(1).optional(),
  kind: text(60).optional(),
  subject: text(200).optional(),
  hits: z.stringbool().optional().describe('true: only enterprises on a credit list today'),
  cursor: text(18).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
