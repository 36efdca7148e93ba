import { z } from 'zod';
import { isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import { readMappings } from './mappingFile.js';
import { orderPath } from './paths.js';

const textSchema = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

/** A ceiling on the goods value of one list, in CNY at the customs rate of the month of export. */
export const valueLimitSchema = z.strictObject({
  id: z.string().min(1),
  text: textSchema,
  /** The statisticsFlag it holds for; every list when left out. */
  statisticsFlag: z.string().optional(),
  /** The highest value still allowed. */
  maxCny: z.string().refine(isPlainDecimal, 'must be a plain decimal'),
  validFrom: z.iso.date(),
  /** Last day in force. */
  validTo: z.iso.date().optional(),
  source: z.string().min(1),
});
export type ValueLimit = z.output<typeof valueLimitSchema>;

/** The shape of `mappings/regimes/*.json`: what one customs regime (监管方式) asks for and allows. */
export const regimeSchema = z
  .strictObject({
    regime: z.string().regex(/^\d{4}$/),
    title: textSchema,
    validFrom: z.iso.date(),
    /** Last day in force; a later version of the regime is a file of its own. */
    validTo: z.iso.date().optional(),
    source: z.string().min(1),
    flow: z.enum(['export', 'import']),
    orderTypes: z.array(z.string()).min(1),
    statisticsFlags: z.array(z.string()).min(1),
    /** The messages of one order, and those each may only follow once customs holds them. */
    documents: z
      .array(
        z.strictObject({
          message: z.string().regex(/^CEB\d{3}Message$/),
          after: z.array(z.string()).default([]),
        }),
      )
      .min(1),
    /** Paths of the order that stay empty under this regime. */
    forbidden: z.array(orderPath).default([]),
    limits: z.array(valueLimitSchema).default([]),
  })
  .superRefine((regime, context) => {
    const before = new Set<string>();
    for (const { message, after } of regime.documents) {
      const late = after.filter((name) => !before.has(name));
      if (late.length > 0)
        context.addIssue({
          code: 'custom',
          path: ['documents'],
          message: `${message} comes after ${late.join(', ')}, which must stand above it`,
        });
      before.add(message);
    }
  });
export type Regime = z.output<typeof regimeSchema>;

export interface Regimes {
  /** Every version of every regime. */
  readonly all: readonly Regime[];
  /** The regime in force on a day (`yyyy-MM-dd`, Asia/Shanghai), undefined when there is none. */
  regimeOn(code: string, date: string): Regime | undefined;
  /** The codes in force on a day. */
  codesOn(date: string): string[];
}

/** True when a dated entry is in force on a day; both its days count. */
export const inForce = (entry: { validFrom: string; validTo?: string | undefined }, date: string): boolean =>
  entry.validFrom <= date && (entry.validTo === undefined || date <= entry.validTo);

/**
 * Every regime of `mappings/regimes`. Throws, naming the file, when one has a wrong shape, names an unknown path or
 * overlaps in time with another version of the same regime.
 */
export function loadRegimes(dir = mappingPath('regimes')): Regimes {
  const versions = new Map<string, Regime[]>();
  for (const { where, content: regime } of readMappings(dir, 'regimes', regimeSchema)) {
    const others = versions.get(regime.regime) ?? [];
    if (others.some((other) => inForce(other, regime.validFrom) || inForce(regime, other.validFrom)))
      throw new Error(`${where}: regime ${regime.regime} overlaps in time with another file`);
    versions.set(regime.regime, [...others, regime]);
  }
  const all = [...versions.values()].flat();
  return {
    all,
    regimeOn: (code, date) => versions.get(code)?.find((regime) => inForce(regime, date)),
    codesOn: (date) => all.filter((regime) => inForce(regime, date)).map((regime) => regime.regime),
  };
}
