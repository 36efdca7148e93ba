import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema } from '../terms/text.js';

const ruleSchema = z.strictObject({
  title: textSchema,
  /** Messages whose receipts order an inspection, with the statuses that order it, that it passed and that it did not. */
  messages: z.record(
    z.string(),
    z.strictObject({
      ordered: z.array(z.string()).min(1),
      passed: z.array(z.string()).min(1),
      refused: z.array(z.string()).min(1),
    }),
  ),
  /** Fresh goods (即到即检): goods codes that begin so. */
  fresh: z.strictObject({
    text: textSchema,
    prefixes: z.array(z.string().regex(/^\d{2,10}$/)).min(1),
    source: z.string().min(1),
    seen: z.boolean().default(true),
    validFrom: z.iso.date(),
  }),
});
export type InspectionRule = z.output<typeof ruleSchema>;

/** Reads `mappings/inspections/tasks.json`: what opens and ends an inspection task, and which goods go first. */
export const loadInspectionRule = (file = mappingPath('inspections', 'tasks.json')): InspectionRule =>
  ruleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
