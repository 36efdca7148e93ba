import { z } from 'zod';
import { faultSchema } from '../../base/fault.js';
import { textSchema } from '../../terms/text.js';

const day = z.iso.date();

export const registryKindSchema = z
  .object({
    id: z.string(),
    text: textSchema,
    group: z.string(),
    /** `free`, `none`, `year`, or `choice` with the words. */
    subject: z.enum(['free', 'none', 'year', 'choice']),
    subjects: z.array(z.object({ code: z.string(), text: textSchema })),
    values: z.array(z.object({ code: z.string(), text: textSchema })),
    number: z.boolean(),
    single: z.boolean(),
  })
  .meta({ id: 'RegistryKind' });

export const registryFactSchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    kindText: textSchema,
    group: z.string(),
    subject: z.string(),
    subjectText: textSchema.nullable(),
    value: z.string(),
    valueText: textSchema.nullable(),
    number: z.string(),
    note: z.string(),
    /** Days of Asia/Shanghai, both included. */
    validFrom: day,
    validTo: day.nullable(),
    inForce: z.boolean(),
    source: z.string(),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    withdrawnBy: z.string().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
    withdrawnWhy: z.string().nullable(),
  })
  .meta({ id: 'RegistryFact' });

export const registryLineSchema = z
  .object({
    code: z.string(),
    name: z.string().nullable(),
    types: z.array(textSchema),
    district: z.string().nullable(),
    park: z.string().nullable(),
    lists: z.array(textSchema),
    /** Credit entries that stand today. */
    hits: z.array(z.object({ text: textSchema, since: day, source: z.string() })),
    facts: z.int(),
  })
  .meta({ id: 'RegistryLine' });

export const registryEnterpriseSchema = z
  .object({
    code: z.string(),
    name: z.string().nullable(),
    /** What stands, newest first by kind. */
    facts: z.array(registryFactSchema),
    /** Every change, newest first: recorded and taken back, with who. */
    history: z.array(registryFactSchema),
  })
  .meta({ id: 'RegistryEnterprise' });

export const registryCountsSchema = z
  .object({
    enterprises: z.int(),
    items: z.array(
      z.object({
        kind: z.string(),
        kindText: textSchema,
        subject: z.string(),
        subjectText: textSchema.nullable(),
        enterprises: z.int(),
      }),
    ),
  })
  .meta({ id: 'RegistryCounts' });

export const factsTakenSchema = z
  .object({
    added: z.int(),
    replaced: z.int(),
    same: z.int(),
    ended: z.int(),
    /** Declarations whose figures were attributed anew. */
    recounted: z.int(),
    faults: z.array(faultSchema),
    unread: z.array(z.string()),
  })
  .meta({ id: 'FactsTaken' });
