import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';

/** The four documents the sandbox understands; anything else is answered by a 900 receipt. */
export const messageTypes = ['CEB303Message', 'CEB403Message', 'CEB505Message', 'CEB603Message'] as const;
export type MessageType = (typeof messageTypes)[number];

const messageType = z.enum(messageTypes);
const text = z.string().min(1);
const bilingual = { zh: text, en: text };
const header = { title: z.strictObject(bilingual), source: text, validFrom: z.iso.date() };

/** One receipt of a sequence: returnStatus and milliseconds after acceptance (the gap in returnTime, not in delivery). */
const stepSchema = z.tuple([text, z.int().nonnegative()]);
export type Step = z.output<typeof stepSchema>;

const sequencesSchema = z.strictObject({
  ...header,
  infos: z.record(text, text),
  actions: z.strictObject({ '1': text, '2': text, '3': text }),
  normal: z.record(messageType, text),
  sequences: z.record(text, z.array(stepSchema).min(1)),
  beforeRefusal: z.record(messageType, z.array(stepSchema)),
  refusalAfterMs: z.int().positive(),
  failureAfterMs: z.int().positive(),
});

const verdictSchema = z.strictObject({
  id: text,
  codes: z.partialRecord(messageType, z.string().regex(/^(-\d{6}|100)$/)),
  info: text.optional(),
  infos: z.partialRecord(messageType, text).optional(),
  en: text,
});
export type VerdictRule = z.output<typeof verdictSchema>;

const refusalSchema = z.strictObject({
  status: z.union([z.literal(400), z.literal(413), z.literal(422)]),
  ...bilingual,
});
const busySchema = z.strictObject({ retryAfterSeconds: z.int().positive(), ...bilingual });
const unreadableSchema = z.strictObject({ code: text, info: text, en: text });

const verdictsSchema = z.strictObject({
  ...header,
  verdicts: z.array(verdictSchema),
  unreadable: z.record(z.enum(['malformed', 'unknown-type', 'schema', 'ordered']), unreadableSchema),
  refusals: z.record(
    z.enum([
      'empty',
      'dxp-id-missing',
      'encoding',
      'doctype',
      'too-large',
      'dxp-id-differs',
      'guid-taken',
      'ordered',
    ]),
    refusalSchema,
  ),
  busy: z.record(z.enum(['down', 'full', 'ordered']), busySchema),
  requires: z.array(
    z.strictObject({
      tradeModes: z.array(text),
      documents: z.array(z.enum(['order', 'payment', 'waybill'])),
    }),
  ),
});
export type UnreadableId = keyof z.output<typeof verdictsSchema>['unreadable'];
export type RefusalId = keyof z.output<typeof verdictsSchema>['refusals'];
export type BusyId = keyof z.output<typeof verdictsSchema>['busy'];
export type Refusal = z.output<typeof refusalSchema>;
export type Busy = z.output<typeof busySchema>;

const effectSchema = z.strictObject({
  /** Verdict a document gets once it has passed every check. */
  refuse: z.partialRecord(messageType, text).optional(),
  /** Verdict the first declaration of a business key gets; the next one is taken. */
  failOnce: z.partialRecord(messageType, text).optional(),
  sequence: z.partialRecord(messageType, text).optional(),
  delayMs: z.int().positive().optional(),
  silent: z.literal(true).optional(),
  twice: z.literal(true).optional(),
  reversed: z.literal(true).optional(),
  together: z.literal(true).optional(),
  dialect: z.enum(['plain', 'ns2']).optional(),
  extra: z.enum(['unknown', 'garbage']).optional(),
  answer900: z.literal(true).optional(),
  connection: z.enum(['drop-before', 'drop-after', 'refuse']).optional(),
  busyTimes: z.int().positive().optional(),
});

const behaviourSchema = z.strictObject({
  marker: z.string().regex(/^-SB[A-Z0-9]+$/),
  /** `document`: only documents that carry the marker; `message`: the whole message as soon as one document carries it. */
  scope: z.enum(['document', 'message']),
  ...bilingual,
  effect: effectSchema,
});
export type Behaviour = z.output<typeof behaviourSchema>;

const behavioursSchema = z.strictObject({ ...header, behaviours: z.array(behaviourSchema) });

const suiteSchema = z.strictObject({
  suite: z.enum(['sm2-sm3', 'rsa-sha1']),
  signature: z.url(),
  digest: z.url(),
});
const signaturesSchema = z.strictObject({
  ...header,
  canonicalization: z.url(),
  transform: z.url(),
  suites: z.array(suiteSchema).min(1),
});
export type SignatureRules = z.output<typeof signaturesSchema>;

export interface SandboxData {
  sequences: z.output<typeof sequencesSchema>;
  verdicts: z.output<typeof verdictsSchema> & { byId: ReadonlyMap<string, VerdictRule> };
  behaviours: ReadonlyMap<string, Behaviour>;
  signatures: SignatureRules;
}

/**
 * Reads `mappings/sandbox/*.json`. Throws when a file has a wrong shape, names a verdict or sequence that does not
 * exist, or defines a marker twice.
 */
export function loadSandboxData(): SandboxData {
  const read = (name: string): unknown => JSON.parse(readFileSync(mappingPath('sandbox', name), 'utf8'));
  const sequences = sequencesSchema.parse(read('sequences.json'));
  const verdicts = verdictsSchema.parse(read('verdicts.json'));
  const { behaviours } = behavioursSchema.parse(read('behaviours.json'));
  const byId = new Map(verdicts.verdicts.map((v) => [v.id, v]));

  for (const [name, steps] of Object.entries(sequences.sequences))
    for (const [status] of steps)
      if (!(status in sequences.infos)) throw new Error(`sequence ${name}: status ${status} has no info`);
  const sequenceNames = [
    ...Object.values(sequences.normal),
    ...behaviours.flatMap((b) => Object.values(b.effect.sequence ?? {})),
  ];
  for (const name of sequenceNames)
    if (!(name in sequences.sequences)) throw new Error(`sequence ${name} is not defined`);
  for (const { marker, effect } of behaviours)
    for (const [type, id] of Object.entries({ ...effect.refuse, ...effect.failOnce }))
      if (!byId.get(id)?.codes[type as MessageType])
        throw new Error(`${marker}: verdict ${id} has no code for ${type}`);
  const byMarker = new Map(behaviours.map((b) => [b.marker, b]));
  if (byMarker.size !== behaviours.length) throw new Error('behaviours.json: a marker is defined twice');

  return {
    sequences,
    verdicts: { ...verdicts, byId },
    behaviours: byMarker,
    signatures: signaturesSchema.parse(read('signatures.json')),
  };
}

/** The markers written in an order number or waybill number, in order of appearance; unknown ones are left out. */
export function markersOf(number: string, behaviours: ReadonlyMap<string, Behaviour>): Behaviour[] {
  return [...number.matchAll(/-SB[A-Z0-9]+/g)].flatMap(([marker]) => behaviours.get(marker) ?? []);
}
