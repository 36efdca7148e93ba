import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';

const seen = z.boolean();

const directionSchema = z.strictObject({
  /** The moment of the declaration that makes a line count. */
  basis: z.enum(['cleared', 'released']),
  /** `fob`: the goods as declared; `cif`: with freight and insurance of the list. */
  value: z.enum(['fob', 'cif']),
  text: textSchema,
  source: z.string().min(1),
  seen,
});

/** What kinds of documents speak of goods that left or came in; a kind that counts is counted once, by itself. */
export const sourceKinds = [
  'list',
  'history',
  'goods-declaration',
  'general-trade',
  'summary-declaration',
  'warehouse-sale',
  'zone-entry',
  'zone-transfer',
] as const;
export type SourceKind = (typeof sourceKinds)[number];

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  validFrom: z.iso.date(),
  text: textSchema,
  directions: z.strictObject({ E: directionSchema, I: directionSchema }),
  rate: z.strictObject({
    /** The month whose rate converts a record: that of the declaration, or the one it counts in. */
    on: z.enum(['declared', 'counted']),
    text: textSchema,
    source: z.string().min(1),
    seen,
  }),
  final: z.strictObject({
    /** Whole months that must have passed before a month may be closed as final. */
    afterMonths: z.int().min(0),
    text: textSchema,
    source: z.string().min(1),
    seen,
  }),
  /** Sales channels and the words by which an order names them; any other word is the name of a platform. */
  channels: z.array(
    z.strictObject({
      id: z.enum(['own-site', 'platform', 'overseas-warehouse']),
      text: textSchema,
      words: z.array(z.string().min(1)),
    }),
  ),
  sources: z.array(
    z.strictObject({
      kind: z.enum(sourceKinds),
      /** Goods declarations under these regimes (监管方式) are of this kind. */
      regimes: z.array(z.string()).default([]),
      counts: z.boolean(),
      text: textSchema,
      source: z.string().min(1),
      seen,
    }),
  ),
});

/** The counting rule (统计口径): what counts, when, at which value and rate. Shown wherever figures are shown. */
export type CountingRule = z.output<typeof ruleSchema>;
export type Direction = keyof CountingRule['directions'];

/** Reads the rule. Throws, naming the file, on a wrong shape or when a kind of source is missing or stands there twice. */
export function loadCountingRule(file = mappingPath('figures', 'counting.json')): CountingRule {
  const rule = parse(file, ruleSchema);
  for (const kind of sourceKinds)
    if (rule.sources.filter((s) => s.kind === kind).length !== 1)
      throw new Error(`${file}: the kind of source ${kind} must stand there exactly once`);
  return rule;
}

/** What is known of a document when it asks to be counted. */
export interface Source {
  kind: SourceKind;
  /** Lines of these were declared, and so counted, before: the lists of a 汇总申报, the 9810 shipment of a sale. */
  countedBefore: boolean;
}

/**
 * The one place that says whether a document counts, so that no goods are counted twice: the kind decides, and a kind
 * that counts still does not when its goods were counted by another document. The text says why not.
 */
export function counts(rule: CountingRule, source: Source): { counts: true } | { counts: false; why: Text } {
  const kind = rule.sources.find((s) => s.kind === source.kind);
  if (!kind) throw new Error(`the counting rule says nothing of ${source.kind}`);
  return kind.counts && !source.countedBefore ? { counts: true } : { counts: false, why: kind.text };
}

/** The regimes whose goods declarations are never counted (一般贸易 0110). */
export const uncountedRegimes = (rule: CountingRule): string[] =>
  rule.sources.filter(({ counts }) => !counts).flatMap(({ regimes }) => regimes);

/** The kind of a goods declaration (报关单) under a regime. */
export const kindOfDeclaration = (rule: CountingRule, regime: string): SourceKind =>
  rule.sources.find(({ regimes }) => regimes.includes(regime))?.kind ?? 'goods-declaration';

const monthSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const groupsSchema = z.strictObject({
  title: textSchema,
  validFrom: z.iso.date(),
  groups: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z][a-z-]*$/),
      text: textSchema,
      source: z.string().min(1),
      seen,
      note: textSchema,
      /** Months of membership, first and last included; a month belongs to it as a whole. */
      members: z.array(
        z.strictObject({
          country: z.string().min(1),
          from: monthSchema,
          to: monthSchema.optional(),
          /** True where the source of this date was seen. */
          seen: seen.default(false),
        }),
      ),
    }),
  ),
});
export type CountryGroup = z.output<typeof groupsSchema>['groups'][number];

/** Reads the groups of countries. Throws when an id or a membership stands there twice. */
export function loadCountryGroups(file = mappingPath('figures', 'country-groups.json')): CountryGroup[] {
  const { groups } = parse(file, groupsSchema);
  const ids = groups.map((g) => g.id);
  if (new Set(ids).size < ids.length) throw new Error(`${file}: a group stands there twice`);
  for (const group of groups)
    for (const [i, m] of group.members.entries())
      if (group.members.some((o, k) => k > i && o.country === m.country && overlap(o, m)))
        throw new Error(`${file}: ${group.id} has ${m.country} twice in one month`);
  return groups;
}

const overlap = (
  a: { from: string; to?: string | undefined },
  b: { from: string; to?: string | undefined },
) => a.from <= (b.to ?? '9999-12') && b.from <= (a.to ?? '9999-12');

function parse<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
