import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { textSchema } from '../terms/text.js';

/** Kinds of integrity flags; each shows its evidence and is decided by a person. */
export const flagKinds = [
  'duplicate-order',
  'circular-flow',
  'related-party',
  'price-outlier',
  'goods-return',
] as const;
export type FlagKind = (typeof flagKinds)[number];

/** The limits each kind needs. */
const LIMITS: Record<FlagKind, readonly string[]> = {
  'duplicate-order': ['declarations'],
  'circular-flow': ['share'],
  'related-party': [],
  'price-outlier': ['times', 'records'],
  'goods-return': ['share'],
};

const limit = z
  .string()
  .refine((t) => isPlainDecimal(t) && decimal(t).gt(0), 'must be a plain decimal above 0');
const checkSchema = z.strictObject({
  id: z.enum(flagKinds),
  text: textSchema,
  /** Decimals as text, by name. */
  limits: z.record(z.string(), limit),
  source: z.string().min(1),
  /** False where the source was not seen. */
  seen: z.boolean(),
  validFrom: z.iso.date(),
});
export type IntegrityCheck = z.output<typeof checkSchema>;
const fileSchema = z.strictObject({ title: textSchema, checks: z.array(checkSchema) });

/** When a flag is raised, by kind. */
export type IntegrityChecks = ReadonlyMap<FlagKind, IntegrityCheck>;

/**
 * Reads `mappings/integrity/flags.json`. Throws, naming the file, on a wrong shape, an unknown field, a kind that is missing or
 * stands there twice, or limits that are not those of the kind.
 */
export function loadIntegrity(file = mappingPath('integrity', 'flags.json')): IntegrityChecks {
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  const wrong = (what: string) => new Error(`${file}: ${what}`);
  if (!parsed.success)
    throw wrong(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
  const { checks } = parsed.data;
  for (const kind of flagKinds) {
    const mine = checks.filter((c) => c.id === kind);
    if (mine.length !== 1) throw wrong(`${kind} has to stand there once`);
    const names = Object.keys(mine[0]!.limits).sort().join(', ');
    if (names !== [...LIMITS[kind]].sort().join(', '))
      throw wrong(`${kind}: limits ${LIMITS[kind].join(', ')}`);
  }
  return new Map(checks.map((c) => [c.id, c]));
}
