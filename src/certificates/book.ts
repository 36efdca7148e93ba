import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import type { CodeTables } from '../messages/codes.js';
import { textSchema } from '../terms/text.js';

/**
 * What is known of certificates of origin, as data (`mappings/certificates`): which type is for which destination, what
 * each type must say, and how enterprises are told apart (属地备案、口岸签证、分类管理).
 */
const agreementSchema = z.strictObject({
  /** CertType, of `mappings/codes/certType.json`. */
  type: z.string().regex(/^[A-Z]{1,2}$/),
  validFrom: z.iso.date(),
  source: z.string().min(1),
  seen: z.boolean(),
  /** Customs codes of the destinations; left out, it is for any. */
  countries: z.array(z.string()).min(1).optional(),
  /** Destinations for which it came into force later. */
  later: z.array(z.strictObject({ country: z.string(), validFrom: z.iso.date() })).default([]),
  /** Origin criteria that are known of it. */
  criteria: z.array(z.strictObject({ code: z.string(), text: textSchema })).default([]),
});
export type Agreement = z.output<typeof agreementSchema>;

const ruleSchema = z.strictObject({
  id: z.string().min(1),
  text: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  /** Types it is for; all when left out. */
  types: z.array(z.string()).optional(),
  /** The head, every goods line, or the particulars of an amended certificate. */
  at: z.enum(['head', 'goods', 'change']),
  /** Only where this field says one of these. */
  when: z.strictObject({ field: z.string(), in: z.array(z.string()).min(1) }).optional(),
  needs: z.array(z.string()).default([]),
  forbids: z.array(z.string()).default([]),
  /** What the fields it needs may say. */
  oneOf: z.array(z.string()).optional(),
  /** A list that must have an entry. */
  list: z.string().optional(),
});
export type CertificateRule = z.output<typeof ruleSchema>;

const classSchema = z.strictObject({
  class: z.string(),
  text: textSchema,
  /** How it weighs that no filing of the producer is in force. */
  unfiled: z.enum(['notice', 'fault']),
});

const agreementsFile = z.strictObject({ title: textSchema, agreements: z.array(agreementSchema).min(1) });
const rulesFile = z.strictObject({
  title: textSchema,
  decimals: z.array(z.string()),
  dates: z.array(z.string()),
  /** Fields of the head that an enterprise fills in alike each time: a new application has them from the last. */
  keeps: z.array(z.string()),
  rules: z.array(ruleSchema),
});
const classesFile = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  classes: z.array(classSchema).min(1),
  /** The class of an enterprise that the registry says nothing of. */
  other: z.string(),
});

export interface CertificateBook {
  /** The more special ones first. */
  agreements: readonly Agreement[];
  rules: z.output<typeof rulesFile>;
  classes: z.output<typeof classesFile>;
}

/** Reads the data of certificates. Throws, naming the file, for a type or country that no code table has. */
export function loadCertificateBook(codes: CodeTables, dir = mappingPath('certificates')): CertificateBook {
  const read = <T>(file: string, schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(JSON.parse(readFileSync(`${dir}/${file}`, 'utf8')));
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  const { agreements } = read('agreements.json', agreementsFile);
  const rules = read('rules.json', rulesFile);
  const classes = read('classes.json', classesFile);
  for (const { type, countries = [], later } of agreements) {
    if (!codes.get('certType').values.has(type))
      throw new Error(`agreements.json: no certificate type ${type}`);
    for (const country of [...countries, ...later.map((l) => l.country)])
      if (!codes.get('country').values.has(country))
        throw new Error(`agreements.json: ${type} names country ${country}`);
  }
  if (!classes.classes.some((c) => c.class === classes.other))
    throw new Error(`classes.json: there is no class ${classes.other}`);
  return { agreements, rules, classes };
}

/** True when certificates of this type are for a destination (customs code; empty for any) on a day (yyyy-MM-dd, Asia/Shanghai). */
export const isFor = (agreement: Agreement, country: string, day: string): boolean =>
  agreement.validFrom <= day &&
  (agreement.countries === undefined ||
    agreement.countries.includes(country) ||
    agreement.later.some((l) => l.country === country && l.validFrom <= day));

/** The types that are for a destination on a day, the more special ones first. */
export const agreementsFor = (book: CertificateBook, country: string, day: string): Agreement[] =>
  book.agreements.filter((agreement) => isFor(agreement, country, day));
