import { z } from 'zod';
import { severities, type Fault } from '../base/fault.js';
import { buildFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { ieFlags } from '../orders/regimes.js';
import type { Check, Tables } from './check.js';
import { checkFunctions } from './functions/index.js';
import { textSchema } from '../terms/text.js';

/**
 * One rule of `mappings/rules/*.json`. `check.use` names a function of the fixed list; the rest of `check` are its
 * parameters. A rule holds from `validFrom` to `validTo`, both days included, judged on the order's date.
 */
export const ruleSchema = z.strictObject({
  code: z.string().regex(/^R\d{3}$/),
  /** `notice` where the law leaves room or customs may take it: shown and counted, never refused. */
  severity: z.enum(severities).default('fault'),
  /** What is wrong, with the placeholders its function fills. */
  text: textSchema,
  /** What to do about it. */
  fix: textSchema,
  source: z.string().min(1),
  /** How we read the source where it leaves room. */
  interpretation: textSchema.optional(),
  validFrom: z.iso.date(),
  validTo: z.iso.date().optional(),
  /** The regimes it holds for; all of them when left out. */
  regimes: z.array(z.string()).min(1).optional(),
  /** The direction it holds for; both when left out. */
  ieFlag: z.enum(ieFlags).optional(),
  /** The kind of document (`payment`, `list` …) it speaks of: silent under regimes that have none. */
  document: z.string().optional(),
  /** True where nothing else can be judged once it breaks: its faults then stand alone. */
  decisive: z.boolean().default(false),
  /** Codes of field faults that say the same of the same place, and are left out beside it. */
  replaces: z.array(z.string()).default([]),
  /** An order whose list breaks it goes by goods declaration (报关单) instead, and the rule is the reason; where that is what it goes by, it is silent. */
  otherwise: z.literal('goods-declaration').optional(),
  /** What the order is declared by for the rule to speak; both when left out. */
  form: z.enum(['list', 'goods-declaration']).optional(),
  /** `registry`: judged at intake, with what the registry knows of the parties; else with the order alone. */
  judged: z.enum(['order', 'registry']).default('order'),
  /** False where nobody of the project has read the source itself: listed for a lawyer. */
  seen: z.boolean().default(true),
  check: z.looseObject({ use: z.string() }),
});

const ruleFileSchema = z.strictObject({ title: textSchema, rules: z.array(ruleSchema).min(1) });

export interface Rule extends z.output<typeof ruleSchema> {
  /** Gives the rule's function its tables. */
  compile(tables: Tables): Check;
}

/**
 * Every rule of `mappings/rules`, by code. Throws, naming file and rule, when a file has a wrong shape, two rules share
 * a code, or a rule names an unknown function, a wrong parameter or an unknown path.
 */
export function loadRules(dir = mappingPath('rules')): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const { where, content } of readMappings(dir, 'rules', ruleFileSchema)) {
    for (const rule of content.rules) {
      if (rules.has(rule.code)) throw new Error(`${where}: rule code ${rule.code} is already taken`);
      const { use, ...params } = rule.check;
      const checkFunction = Object.hasOwn(checkFunctions, use) ? checkFunctions[use] : undefined;
      if (!checkFunction)
        throw new Error(`${where}: rule ${rule.code} uses ${use}, which is not a check function`);
      try {
        rules.set(rule.code, { ...rule, compile: checkFunction.bind(params) });
      } catch (error) {
        if (error instanceof z.ZodError)
          throw new Error(`${where}: rule ${rule.code}, check: ${z.prettifyError(error)}`, { cause: error });
        throw error;
      }
    }
  }
  return rules;
}

/** Makes the fault of a rule at a place of the order; `hint` is the offending value and never personal data. */
export const faultOf = (
  rule: Rule,
  path: string,
  params: Record<string, string> = {},
  hint?: string,
): Fault => buildFault(rule, path, params, hint);

let shipped: ReadonlyMap<string, Rule> | undefined;

/**
 * The fault of a rule that only the store can judge (`check.use` is `store`): R901 an order of the same platform and
 * number exists (`reference`), R902, R903, R905 the waybill, payment or list number belongs to another order of the tenant
 * (`orderNo`), R904 the buyer's limit of the year is used up (see `limits.ts`), R906 customs holds the number for another
 * enterprise, R907 the rest of a shared payment does not suffice (`limit`, `used`, `amount`), R908 (a notice) another
 * enterprise gave the number too. Throws when the code is not such a rule.
 */
export function ruleFault(
  code: string,
  path: string,
  params: Record<string, string> = {},
  hint?: string,
): Fault {
  shipped ??= loadRules();
  const rule = shipped.get(code);
  if (rule?.check.use !== 'store') throw new Error(`${code} is not a rule that the store raises`);
  return faultOf(rule, path, params, hint);
}
