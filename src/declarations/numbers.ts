import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { headPath } from '../orders/paths.js';
import { textSchema } from '../terms/text.js';

const ruleCode = z.string().regex(/^R\d{3}$/);
const dated = {
  id: z.string().min(1),
  text: textSchema,
  source: z.string().min(1),
  /** False where the source itself was not seen. */
  seen: z.boolean(),
};

/** When several orders may bear one number: one payment of one buyer at one platform. */
const sharingSchema = z.strictObject({
  ...dated,
  /** Only where the number is declared with this message: its key then names the order too. */
  messages: z.array(z.string().regex(/^CEB\d{3}Message$/)).min(1),
  /** Paths in which all orders must agree; empty in all is agreement. */
  same: z.array(headPath).min(1),
  /** What an order takes of it; all orders together at most `limit`, which each of them must name. */
  amount: headPath,
  limit: headPath,
  /** The rule whose fault says that the rest does not suffice. */
  rule: ruleCode,
});

const numberSchema = z.strictObject({
  ...dated,
  validFrom: z.iso.date(),
  /** The document that carries the number. */
  document: z.enum(['order', 'payment', 'waybill', 'list']),
  /** Whose values together are the number; an order that leaves one empty has no such number. */
  paths: z.array(headPath).min(1),
  /** The rule whose fault says that the number is taken; the fault stands at the last path. */
  rule: ruleCode,
  /** After so many months the number may be used again; for good when left out. */
  months: z.int().positive().optional(),
  sharing: sharingSchema.optional(),
});
export type NumberRule = z.output<typeof numberSchema>;
export type SharingRule = z.output<typeof sharingSchema>;

const fileSchema = z.strictObject({ title: textSchema, numbers: z.array(numberSchema).min(1) });

/** Every rule of `mappings/numbers`. Throws, naming the file, when one has a wrong shape or two share an id. */
export function loadNumbers(dir = mappingPath('numbers')): NumberRule[] {
  const rules = readMappings(dir, 'numbers', fileSchema).flatMap(({ content }) => content.numbers);
  const twice = rules.find((rule, i) => rules.findIndex((other) => other.id === rule.id) !== i);
  if (twice) throw new Error(`mappings/numbers: ${twice.id} is there twice`);
  return rules;
}
