import { z } from 'zod';
import { decimal, isPlainDecimal } from '../base/decimal.js';
import { textSchema } from '../terms/text.js';

/**
 * The shapes of `mappings/policies`: policy texts as data. Money is yuan or US dollars as decimal text, never 万元.
 * An unknown field stops the start. A new policy of these kinds is a new file; no program changes.
 */
const amount = z
  .string()
  .refine((t) => isPlainDecimal(t) && decimal(t).gte(0), 'must be a plain decimal, 0 or more');
const id = z.string().regex(/^[A-Za-z][\w-]*$/);
const ambiguityId = z.string().regex(/^[A-Z]\d{2,3}$/);

/** Offices that review a round. */
export const officeSchema = z.enum(['commerce', 'tax', 'finance']);
export type Office = z.output<typeof officeSchema>;

/** What a reading decides; the engine asks for exactly these. */
export const slotSchema = z.enum([
  'standing',
  'rate',
  'turnover-basis',
  'regimes',
  'attribution',
  'moment-9810',
  'above',
  'recurrence',
  'excess',
  'conflict',
  'pot-overflow',
  'pot-scope',
  'look-back',
  'tax-duty',
  'returns',
  'served-count',
  'platform-scope',
  'undefined',
  'rounding',
  'retail-scope',
  'tier-edge',
  'text-precedence',
  'validity',
  'ceiling',
  'increment-base',
  'tax-base',
  'cross-rate',
  'group',
  'cut-off',
  'base-year',
  'title-join',
  'live-base',
  'incubator-tiers',
  'tier-sum',
  'trade-and-settlement',
  'edge-years',
]);
export type Slot = z.output<typeof slotSchema>;

const readingSchema = z.strictObject({
  choice: z.string().regex(/^[a-z][a-z0-9-]*$/),
  text: textSchema,
  /** Other wordings that a file of readings may use for the same choice. */
  words: z.array(z.string().min(1)),
  /** Regimes and directions that count; null for every regime (`decides: regimes`). */
  regimes: z.array(z.string()).nullable().optional(),
  directions: z.array(z.enum(['export', 'import'])).optional(),
  /** Clauses outside the pot (`decides: pot-scope`). */
  outside: z.array(id).optional(),
});

const ambiguitySchema = z.strictObject({
  id: ambiguityId,
  decides: slotSchema,
  title: textSchema,
  question: textSchema,
  readings: z.array(readingSchema).min(1),
  /** What holds without a choice, and why that is no guess; left out where a person has to choose. */
  unset: z
    .union([
      z.strictObject({ choice: z.string(), why: textSchema }),
      z.strictObject({ follows: ambiguityId, choices: z.record(z.string(), z.string()), why: textSchema }),
    ])
    .optional(),
});
export type Ambiguity = z.output<typeof ambiguitySchema>;
export type Reading = z.output<typeof readingSchema>;
export const ambiguityFileSchema = z.strictObject({
  title: textSchema,
  ambiguities: z.array(ambiguitySchema),
});

const measureSchema = z.strictObject({
  id,
  text: textSchema,
  unit: z.enum(['USD', 'CNY', 'count', 'm2', 'years', 'title', 'flag', 'text']),
  /** Names of the figure in an input file. */
  inputs: z.array(z.string()),
  /** Names of the figure given in months, for a measure in years. */
  months: z.array(z.string()).optional(),
  /** Made from flows (declarations, sales, returns) by the chosen readings, not given as one figure. */
  flows: z.enum(['own', 'platform', 'retail']).optional(),
});
export type Measure = z.output<typeof measureSchema>;
export const measureFileSchema = z.strictObject({ title: textSchema, measures: z.array(measureSchema) });

const conditionSchema = z.union([
  z.strictObject({
    measure: id,
    op: z.enum(['>=', '>']),
    value: amount,
    /** The word of the text; 以上 without （含） is read by the reading on 以上. */
    word: z.string(),
    onlyIn: z.literal('annex').optional(),
  }),
  /** A yes-or-no condition; `scope`: who fails it is not in scope, and who does not state it proves it by evidence. */
  z.strictObject({ measure: id, is: z.boolean(), scope: z.boolean().optional() }),
]);
export type Condition = z.output<typeof conditionSchema>;

const tier = z.strictObject({ from: amount, amount, word: z.string().optional() });
const formulaSchema = z.discriminatedUnion('fn', [
  /** A rate of an amount, spending, cost or turnover; `years`: at most so many years are supported. */
  z.strictObject({
    fn: z.literal('share'),
    of: id,
    rate: amount,
    excess: z.boolean().optional(),
    years: z.int().optional(),
  }),
  z.strictObject({ fn: z.literal('fixed'), amount }),
  /** Yuan for each square metre. */
  z.strictObject({ fn: z.literal('area'), of: id, perM2: amount }),
  /** The amount of the highest tier reached. */
  z.strictObject({ fn: z.literal('tiers'), of: id, tiers: z.array(tier).min(1) }),
  /** The same for every item of a list (incubated firms). */
  z.strictObject({ fn: z.literal('tiers-each'), of: id, tiers: z.array(tier).min(1) }),
  /** A rate chosen by one figure, applied to another. */
  z.strictObject({
    fn: z.literal('tier-rate'),
    by: id,
    of: id,
    tiers: z
      .array(
        z.strictObject({
          below: amount.optional(),
          from: amount.optional(),
          to: amount.optional(),
          above: amount.optional(),
          rate: amount,
        }),
      )
      .min(1),
  }),
  /** An amount for every whole step above a base. */
  z.strictObject({
    fn: z.literal('steps'),
    of: id,
    from: amount,
    /** The figure of the year before, and the increase itself where only that is given. */
    previous: id.optional(),
    increase: id.optional(),
    step: amount,
    perStep: amount,
  }),
  /** One rate for each year of support. */
  z.strictObject({ fn: z.literal('schedule'), of: id, rates: z.array(amount).min(1) }),
  /** An amount for a title that was granted. */
  z.strictObject({ fn: z.literal('title'), of: id, amounts: z.record(z.string(), amount) }),
  /** The amount of the place among all candidates of the round. */
  z.strictObject({ fn: z.literal('ranking'), of: id, amounts: z.array(amount).min(1) }),
]);
export type Formula = z.output<typeof formulaSchema>;

const clauseBase = {
  id,
  article: z.string().min(1),
  quote: z.string().min(1),
  title: textSchema,
  ambiguities: z.array(ambiguityId),
};
/** The item of a checklist that the gateway makes itself: the cleared declarations that were counted. */
export const OWN_EVIDENCE = 'declarations';
const evidenceSchema = z.strictObject({ id, text: textSchema });
const threshold = z.strictObject({
  op: z.enum(['>=', '>']),
  value: amount,
  unit: z.enum(['USD', 'CNY', 'count', 'm2']),
  word: z.string(),
});

const awardClauseSchema = z.strictObject({
  ...clauseBase,
  kind: z.literal('award'),
  measure: id,
  threshold: threshold.optional(),
  conditions: z.array(conditionSchema).optional(),
  /** Registration the clause itself asks for; `annex`: only the annex does, `retail-year`: only under that reading. */
  registeredIn: z
    .strictObject({ district: z.string(), onlyIn: z.enum(['annex', 'retail-year']).optional() })
    .optional(),
  titles: z.strictObject({ measure: id, needs: z.array(z.string()).min(1) }).optional(),
  formula: formulaSchema,
  cap: z.strictObject({ amount, per: z.enum(['enterprise', 'year', 'cumulative']) }).optional(),
  /** 不超过, 最高: the amount is the most that may be granted. */
  maximum: z.boolean(),
  recurrence: z.enum(['one-off', 'annual', 'per-event', 'per-item', 'unspecified']),
  /** Clauses of one group that reward the same flow compete under 就高不重复; null: stands alone. */
  conflictGroup: z.string().nullable(),
  evidence: z.array(evidenceSchema),
});
export type AwardClause = z.output<typeof awardClauseSchema>;

const undefinedClauseSchema = z.strictObject({
  ...clauseBase,
  /** The text names support without an amount: figures are reported, nothing is computed. */
  kind: z.literal('undefined'),
  measure: id.optional(),
  threshold: threshold.optional(),
  ranking: z.strictObject({ top: z.int() }).optional(),
});
const nonMonetarySchema = z.strictObject({ ...clauseBase, kind: z.literal('non-monetary') });
const clauseSchema = z.discriminatedUnion('kind', [
  awardClauseSchema,
  undefinedClauseSchema,
  nonMonetarySchema,
]);
export type Clause = z.output<typeof clauseSchema>;

const rule = {
  id,
  article: z.string().min(1),
  quote: z.string().min(1),
  ambiguities: z.array(ambiguityId),
};

export const policySchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  version: z.string().min(1),
  title: textSchema,
  district: z.string().min(1),
  document: z.strictObject({
    title: z.string(),
    docNo: z.string().optional(),
    issued: z.iso.date().nullable(),
  }),
  /** False where the source itself was not seen. */
  seen: z.boolean(),
  /** A draft gives estimates (测算), never awards. */
  status: z.enum(['draft', 'adopted']),
  validFrom: z.iso.date().nullable(),
  validFromText: z.string().optional(),
  /** The earliest start the text allows while `validFrom` is open. */
  earliestFrom: z.iso.date().optional(),
  validTo: z.iso.date().nullable(),
  /** Offices that sign a round, in this order. */
  reviewers: z.array(officeSchema).min(1),
  /** Ambiguities that touch every clause. */
  ambiguities: z.array(ambiguityId),
  rules: z.strictObject({
    eligibility: z.strictObject({ ...rule, registeredDistrict: z.string(), paysTax: z.boolean() }).optional(),
    conflict: z.strictObject(rule).optional(),
    exclusion: z
      .strictObject({ ...rule, months: z.int().positive(), lists: z.array(z.string()).min(1) })
      .optional(),
    pot: z.strictObject({ ...rule, annualCny: amount }).optional(),
    procedure: z.strictObject(rule).optional(),
    term: z.strictObject(rule).optional(),
  }),
  clauses: z.array(clauseSchema),
});
export type Policy = z.output<typeof policySchema>;
