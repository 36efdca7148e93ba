import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';
import { compileKinds, flowSchema, kindSchema, messageTypeSchema, stepSchema } from './kinds.js';
import type { Kind, Kinds } from './kinds.js';

const messageType = messageTypeSchema;
const text = z.string().min(1);
const bilingual = { zh: text, en: text };
const header = { title: z.strictObject(bilingual), source: text, validFrom: z.iso.date() };

const messagesSchema = z.strictObject({ ...header, messages: z.record(messageType, kindSchema) });

const sequencesSchema = z.strictObject({
  ...header,
  infos: z.record(text, text),
  actions: z.strictObject({ '1': text, '2': text, '3': text }),
  sequences: z.record(text, z.array(stepSchema).min(1)),
  refusalAfterMs: z.int().positive(),
  failureAfterMs: z.int().positive(),
});

/**
 * `returned`: 退单, status 100. The other classes fail with a code below zero: the exact one in `codes`, else the range of
 * the message (`messages.json`) with `place` in it.
 */
const verdictSchema = z.strictObject({
  id: text,
  class: z.enum(['returned', 'signature', 'business', 'processing', 'failed']),
  place: z.int().positive().optional(),
  /** Messages the verdict is for; absent: all. */
  for: z.array(messageType).optional(),
  codes: z.record(messageType, z.string().regex(/^-\d{6}$/)).optional(),
  info: text.optional(),
  infos: z.record(messageType, text).optional(),
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
      flow: flowSchema,
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
  refuse: z.record(messageType, text).optional(),
  /** Verdict the first declaration of a business key gets; the next one is taken. */
  failOnce: z.record(messageType, text).optional(),
  sequence: z.record(messageType, text).optional(),
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
  /** The electronic tax bill says another amount than the formula. */
  taxDiffers: z.literal(true).optional(),
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

const amount = z.string().regex(/^\d+(\.\d+)?$/);

/** Numbers behind what the port pushes and limits: `mappings/sandbox/filings.json`. */
const filingsSchema = z.strictObject({
  ...header,
  summary: z.strictObject({
    /** Fields lists must share to go into one 报关单; `withProducer` in addition when summaryFlag is 2. */
    sameFields: z.array(text),
    withProducer: z.array(text),
    linesPerResult: z.int().positive(),
    firstAfterMs: z.int().positive(),
    entryAfterMs: z.int().positive(),
    firstState: text,
    entryState: text,
  }),
  tax: z.strictObject({
    vatRate: amount,
    /** Share of the statutory tax within the limit of a single purchase, and of a single article above it. */
    share: amount,
    fullShare: amount,
    difference: amount,
    billAfterMs: z.int().positive(),
    summedAfterMs: z.int().positive(),
    voidedAfterMs: z.int().positive(),
  }),
  limits: z.strictObject({ single: amount, yearly: amount }),
});
export type Filings = z.output<typeof filingsSchema>;

const dxpCode = z.strictObject({ code: z.string().regex(/^\d{4}$/), ...bilingual });
const dxpSchema = z.strictObject({
  ...header,
  /** Whom a wrapped message is for, and from whom wrapped receipts come. */
  receivers: z.strictObject({ export: text, import: text }),
  faults: z.record(
    z.enum(['form', 'schema', 'type', 'receiver-unknown', 'receiver-differs', 'sender-differs']),
    dxpCode,
  ),
});
export type DxpRules = z.output<typeof dxpSchema>;
export type DxpFaultId = keyof DxpRules['faults'];

export interface SandboxData {
  kinds: Kinds;
  sequences: z.output<typeof sequencesSchema>;
  verdicts: z.output<typeof verdictsSchema> & { byId: ReadonlyMap<string, VerdictRule> };
  behaviours: ReadonlyMap<string, Behaviour>;
  signatures: SignatureRules;
  filings: Filings;
  dxp: DxpRules;
}

/**
 * Reads `mappings/sandbox/*.json`. Throws when a file has a wrong shape, names a verdict, sequence or message that does
 * not exist, leaves a verdict without code or text, or defines a marker twice.
 */
export function loadSandboxData(): SandboxData {
  const read = (name: string): unknown => JSON.parse(readFileSync(mappingPath('sandbox', name), 'utf8'));
  const kinds = compileKinds(messagesSchema.parse(read('messages.json')).messages);
  const sequences = sequencesSchema.parse(read('sequences.json'));
  const verdicts = verdictsSchema.parse(read('verdicts.json'));
  const { behaviours } = behavioursSchema.parse(read('behaviours.json'));
  const byId = new Map(verdicts.verdicts.map((v) => [v.id, v]));

  for (const [name, steps] of Object.entries(sequences.sequences))
    for (const [status] of steps)
      if (!(status in sequences.infos)) throw new Error(`sequence ${name}: status ${status} has no info`);
  const sequenceNames = [
    ...[...kinds.values()].map((kind) => kind.normal),
    ...behaviours.flatMap((b) => Object.values(b.effect.sequence ?? {})),
  ];
  for (const name of sequenceNames)
    if (!(name in sequences.sequences)) throw new Error(`sequence ${name} is not defined`);
  for (const rule of verdicts.verdicts)
    for (const kind of kinds.values())
      if (appliesTo(rule, kind) && (codeOf(rule, kind) === undefined || infoOf(rule, kind) === undefined))
        throw new Error(`verdict ${rule.id} has no code or no text for ${kind.type}`);
  for (const { marker, effect } of behaviours)
    for (const [type, id] of Object.entries({ ...effect.refuse, ...effect.failOnce })) {
      const [rule, kind] = [byId.get(id), kinds.get(type)];
      if (!rule || !kind || !appliesTo(rule, kind))
        throw new Error(`${marker}: verdict ${id} is not for ${type}`);
    }
  const byMarker = new Map(behaviours.map((b) => [b.marker, b]));
  if (byMarker.size !== behaviours.length) throw new Error('behaviours.json: a marker is defined twice');

  return {
    kinds,
    sequences,
    verdicts: { ...verdicts, byId },
    behaviours: byMarker,
    signatures: signaturesSchema.parse(read('signatures.json')),
    filings: filingsSchema.parse(read('filings.json')),
    dxp: dxpSchema.parse(read('dxp.json')),
  };
}

const appliesTo = (rule: VerdictRule, kind: Kind): boolean => rule.for?.includes(kind.type) ?? true;

/** The returnStatus a verdict has for a message. */
export function codeOf(rule: VerdictRule, kind: Kind): string | undefined {
  if (rule.class === 'returned') return '100';
  const exact = rule.codes?.[kind.type];
  if (exact !== undefined || rule.class === 'failed' || rule.place === undefined) return exact;
  const range = kind.ranges?.[rule.class];
  return range && range + String(rule.place).padStart('-000000'.length - range.length, '0');
}

/** The words of a verdict for a message, with places for what it is about. */
export const infoOf = (rule: VerdictRule, kind: Kind): string | undefined =>
  rule.infos?.[kind.type] ?? rule.info;

/** The markers written in an order number or waybill number, in order of appearance; unknown ones are left out. */
export function markersOf(number: string, behaviours: ReadonlyMap<string, Behaviour>): Behaviour[] {
  if (!number.includes('-SB')) return [];
  return [...number.matchAll(/-SB[A-Z0-9]+/g)].flatMap(([marker]) => behaviours.get(marker) ?? []);
}
