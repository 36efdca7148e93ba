import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import { textSchema, type Text } from '../terms/text.js';
import { deliverySchema, type Delivery } from '../terms/delivery.js';
import { verdictSchema, type Verdict } from '../terms/verdict.js';
import { messageTypeSchema } from '../terms/messageType.js';

export const actionNames = ['change', 'delete', 'resubmit', 'withdraw', 'return', 'resend'] as const;
export type ActionName = (typeof actionNames)[number];

/** The documents written from an order, certificates of origin with their attachments, and every other one (a filing). */
export const documentKinds = [
  'order',
  'payment',
  'waybill',
  'list',
  'declaration',
  'application',
  'certificate',
  'attachment',
  'filing',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** The document is the declaration itself: 清单 or 报关单. */
export const isDeclared = ({ kind }: { kind: DocumentKind }): boolean =>
  kind === 'list' || kind === 'declaration';

/** Everything that decides what may follow for one document. */
export interface Standing {
  kind: DocumentKind;
  delivery: Delivery;
  verdict: Verdict;
  /** Last returnStatus, null before the first receipt. */
  status: string | null;
  /** A message was made of it. */
  built: boolean;
  appType: string;
  current: boolean;
  /** The list was withdrawn; false for every other document. */
  withdrawn: boolean;
  /** A list under way or taken in refers to the document. */
  listed: boolean;
  /** Customs holds this revision or an earlier one of the same document. */
  held: boolean;
  /** Customs gave the list its number (invtNo). */
  numbered: boolean;
  /** Released longer ago than returns are taken. */
  expired: boolean;
  ieFlag: 'E' | 'I';
  /** A, B, or empty when the list has none. */
  statisticsFlag: string;
}

const stageSchema = z.strictObject({
  stage: z.string(),
  text: textSchema,
  when: z
    .array(
      z.strictObject({
        delivery: z.array(deliverySchema).optional(),
        verdict: z.array(verdictSchema).optional(),
        status: z.array(z.string()).optional(),
        built: z.boolean().optional(),
        appType: z.array(z.enum(['1', '2', '3'])).optional(),
        current: z.boolean().optional(),
        withdrawn: z.boolean().optional(),
      }),
    )
    .min(1),
});

const onlySchema = z.strictObject({
  listed: z.boolean().optional(),
  held: z.boolean().optional(),
  numbered: z.boolean().optional(),
  expired: z.boolean().optional(),
  ieFlag: z.array(z.enum(['E', 'I'])).optional(),
  statisticsFlag: z.array(z.string()).optional(),
});

const makeSchema = z.discriminatedUnion('what', [
  /** The document is not sent yet: its content changes in place. */
  z.strictObject({ what: z.literal('rewrite') }),
  /** A new revision of the document, sent in a new message. */
  z.strictObject({ what: z.literal('revision'), appType: z.enum(['1', '2', '3']) }),
  /** A document of its own that speaks of the list. */
  z.strictObject({ what: z.literal('filing'), message: messageTypeSchema }),
  /** The same message again, byte for byte. */
  z.strictObject({ what: z.literal('same-bytes') }),
  /** Nobody else holds it: it stays as a record and is never sent again. */
  z.strictObject({ what: z.literal('put-aside') }),
  /** A document of the same kind that names this one and stands in for it once it is granted. */
  z.strictObject({ what: z.literal('successor') }),
]);
/** What an allowed action makes. */
export type Make = z.output<typeof makeSchema>;

const ruleSchema = z
  .strictObject({
    action: z.enum(actionNames),
    kinds: z.array(z.enum(documentKinds)).min(1),
    stages: z.array(z.string()).min(1),
    only: onlySchema.optional(),
    make: makeSchema.optional(),
    fault: z
      .string()
      .regex(/^T\d{2}$/)
      .optional(),
  })
  .refine((r) => (r.make === undefined) !== (r.fault === undefined), 'either make or fault');

const tableSchema = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
  actions: z.array(z.strictObject({ action: z.enum(actionNames), text: textSchema })),
  /** Order paths that say which order it is; no correction reaches them. */
  identity: z.array(z.string()).min(1),
  returnLimits: z.array(
    z.strictObject({
      ieFlag: z.enum(['E', 'I']),
      days: z.int().positive(),
      text: textSchema,
      source: z.string(),
    }),
  ),
  stages: z.array(stageSchema),
  rules: z.array(ruleSchema),
});
type Table = z.output<typeof tableSchema>;
type Rule = Table['rules'][number];

export type Answer =
  { action: ActionName; allowed: true; make: Make } | { action: ActionName; allowed: false; reason: Fault };

const DAY = 86_400_000;

/** The transition table (`mappings/lifecycle/transitions.json`): what may follow for a document, and why not. */
export class Transitions {
  private readonly rules = new Map<string, Rule[]>();

  private constructor(private readonly table: Table) {
    for (const rule of table.rules)
      for (const kind of rule.kinds)
        for (const stage of rule.stages) {
          const key = `${rule.action} ${kind} ${stage}`;
          this.rules.set(key, [...(this.rules.get(key) ?? []), rule]);
        }
  }

  /** Throws when the file has a wrong shape or a rule names a stage that does not exist. */
  static load(file = mappingPath('lifecycle', 'transitions.json')): Transitions {
    const table = tableSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const known = new Set(table.stages.map((s) => s.stage));
    for (const rule of table.rules)
      for (const stage of rule.stages)
        if (!known.has(stage)) throw new Error(`${file}: rule for ${rule.action} names stage ${stage}`);
    return new Transitions(table);
  }

  get identity(): readonly string[] {
    return this.table.identity;
  }

  get stages(): readonly { stage: string; text: Text }[] {
    return this.table.stages;
  }

  textOf(action: ActionName): Text {
    return this.table.actions.find((a) => a.action === action)?.text ?? { zh: action, en: action };
  }

  /** The stage of a document: the first of the table that fits. Throws when none does, which a test rules out. */
  stageOf(s: Standing): { stage: string; text: Text } {
    const found = this.table.stages.find(({ when }) =>
      when.some(
        (w) =>
          (w.delivery?.includes(s.delivery) ?? true) &&
          (w.verdict?.includes(s.verdict) ?? true) &&
          (w.status === undefined || (s.status !== null && w.status.includes(s.status))) &&
          (w.appType?.some((t) => t === s.appType) ?? true) &&
          (w.built === undefined || w.built === s.built) &&
          (w.current === undefined || w.current === s.current) &&
          (w.withdrawn === undefined || w.withdrawn === s.withdrawn),
      ),
    );
    if (!found) throw new Error(`no stage for ${JSON.stringify(s)}`);
    return found;
  }

  /** Every rule that speaks about this action for this document; the table is sound when there is always exactly one. */
  matching(action: ActionName, s: Standing): Rule[] {
    const rules = this.rules.get(`${action} ${s.kind} ${this.stageOf(s).stage}`) ?? [];
    return rules.filter(
      ({ only }) =>
        only === undefined ||
        ((only.listed === undefined || only.listed === s.listed) &&
          (only.held === undefined || only.held === s.held) &&
          (only.numbered === undefined || only.numbered === s.numbered) &&
          (only.expired === undefined || only.expired === s.expired) &&
          (only.ieFlag?.includes(s.ieFlag) ?? true) &&
          (only.statisticsFlag?.includes(s.statisticsFlag) ?? true)),
    );
  }

  /** Whether the action is allowed for a document of this title, what it makes, or why not and what to do instead. */
  answer(action: ActionName, s: Standing, title: Text, path = ''): Answer {
    const [rule, ...more] = this.matching(action, s);
    if (!rule || more.length > 0)
      throw new Error(`${action}: ${more.length} answers for ${JSON.stringify(s)}`);
    if (rule.make) return { action, allowed: true, make: rule.make };
    const stage = this.stageOf(s).text;
    const name = this.textOf(action);
    const limit = this.table.returnLimits.find((l) => l.ieFlag === s.ieFlag)?.text;
    const params = {
      title: title.zh,
      titleEn: title.en,
      actionZh: name.zh,
      actionEn: name.en,
      stateZh: stage.zh,
      stateEn: stage.en,
      limitZh: limit?.zh ?? '',
      limitEn: limit?.en ?? '',
    };
    return { action, allowed: false, reason: makeFault(rule.fault ?? '', path, params) };
  }

  /** True when a list released at that moment can no longer be returned. */
  isExpired(ieFlag: 'E' | 'I', releasedAt: Date | null, now: Date): boolean {
    const limit = this.table.returnLimits.find((l) => l.ieFlag === ieFlag);
    return (
      releasedAt !== null && limit !== undefined && now.getTime() - releasedAt.getTime() > limit.days * DAY
    );
  }
}

let loaded: Transitions | undefined;
/** The project's own table, read once. */
export const transitions = (): Transitions => (loaded ??= Transitions.load());
