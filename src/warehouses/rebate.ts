import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema } from '../terms/text.js';

const termSchema = z.strictObject({
  /** Exits from this day on (Asia/Shanghai). */
  exitFrom: z.iso.date(),
  /** Month and day of the last day, that many years after the exit. */
  settleBy: z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/),
  yearsLater: z.int().min(0).max(5),
  /** Mark of a claim that was made before the sale. */
  flag: z.string().min(1),
  text: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
});
const fileSchema = z.strictObject({ title: textSchema, terms: z.array(termSchema).min(1) });

/** Until when the rebate of goods in overseas warehouses is settled by their sales (`mappings/rebate/overseas.json`). */
export type RebateTerm = z.output<typeof termSchema>;

/** Reads the terms, the newest first. Throws, naming the file, for a wrong shape. */
export function loadRebateTerms(file = mappingPath('rebate', 'overseas.json')): RebateTerm[] {
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data.terms.sort((a, b) => b.exitFrom.localeCompare(a.exitFrom));
}

/** The last day on which goods that left on a day are settled; null before the rule was in force. */
export function settleBy(terms: readonly RebateTerm[], exit: string): string | null {
  const term = terms.find(({ exitFrom }) => exitFrom <= exit);
  return term ? `${Number(exit.slice(0, 4)) + term.yearsLater}-${term.settleBy}` : null;
}
