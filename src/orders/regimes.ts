import { z } from 'zod';
import { isPlainDecimal } from '../base/decimal.js';
import { mappingPath } from '../base/root.js';
import type { MessageMapping } from '../messages/mapping.js';
import { readMappings } from '../base/mappingFile.js';
import type { Order } from './order.js';
import { madeFromSchema, needsSchema } from './documentNeed.js';
import { headPath, orderPath, orderPathsOf } from './paths.js';
import { textSchema } from '../terms/text.js';
import { messageTypeSchema } from '../terms/messageType.js';

/** E export, I import (进出口标记). */
export const ieFlags = ['E', 'I'] as const;
export type IeFlag = (typeof ieFlags)[number];

/**
 * What an order that this regime, or this statistics flag of it, cannot carry is declared by instead: `summary` by flag
 * B, `goods-declaration` by a 报关单, `general-trade` as ordinary goods.
 */
const otherwise = z.enum(['summary', 'goods-declaration', 'general-trade']);
export type Otherwise = z.output<typeof otherwise>;

const dated = {
  text: textSchema,
  /** The statisticsFlag it holds for; every list when left out. */
  statisticsFlag: z.string().optional(),
  validFrom: z.iso.date(),
  /** Last day in force. */
  validTo: z.iso.date().optional(),
  source: z.string().min(1),
  /** False where nobody of the project has read the source itself. */
  seen: z.boolean().default(true),
};

/** A ceiling in CNY at the customs rate of the month of the order's date. */
export const valueLimitSchema = z.strictObject({
  id: z.string().min(1),
  ...dated,
  /** `goodsValue`; or `customsValue`, which is goods value, freight and insurance of the list. */
  measure: z.enum(['goodsValue', 'customsValue']),
  /** One order, or all orders of a buyer in a calendar year (Asia/Shanghai), which only the store can add up. */
  per: z.enum(['order', 'buyer-year']),
  /** The highest value still allowed. */
  maxCny: z.string().refine(isPlainDecimal, 'must be a plain decimal'),
  /** True when a single indivisible article may exceed it, at the full rates of tax. */
  singleArticle: z.boolean().default(false),
  otherwise,
});
export type ValueLimit = z.output<typeof valueLimitSchema>;

/** The messages of one order, who answers for each, and those it may only follow once customs holds them. */
const documentsSchema = z
  .array(
    z.strictObject({
      message: messageTypeSchema,
      by: textSchema,
      after: z.array(z.string()).default([]),
      /** When it is asked for; always when left out. */
      needs: needsSchema,
      /** What an optional document is made from; it goes when all of it is filled. */
      madeFrom: madeFromSchema,
    }),
  )
  .min(1);

/** The shape of `mappings/regimes/*.json`: what one customs regime (监管方式) in one direction asks for and allows. */
export const regimeSchema = z
  .strictObject({
    regime: z.string().regex(/^\d{4}$/),
    ieFlag: z.enum(ieFlags),
    title: textSchema,
    validFrom: z.iso.date(),
    /** Last day in force; a later version of the regime is a file of its own. */
    validTo: z.iso.date().optional(),
    source: z.string().min(1),
    /** False where nobody of the project has read the source itself. */
    seen: z.boolean().default(true),
    /** Why the gateway does not offer it; the operator takes the entry out where the local customs allows it. */
    off: textSchema.optional(),
    /** What the order is declared by; limits and exclusions say when it takes a goods declaration (报关单) instead. */
    form: z.enum(['list', 'goods-declaration']),
    /** What is declared, to whom, and what follows. */
    declares: textSchema,
    /** The first is filled in where an order names none. */
    orderTypes: z.array(z.string()).min(1),
    /** Empty when lists of this regime have no statistics flag. */
    statisticsFlags: z.array(z.string()).default([]),
    documents: documentsSchema,
    /** The goods declaration (报关单) of the same regime: what a list cannot carry goes by these documents. */
    declaration: z
      .strictObject({
        text: textSchema,
        documents: documentsSchema,
        /** Paths that a list forbids and a declaration takes. */
        allows: z.array(orderPath).default([]),
        source: z.string().min(1),
        seen: z.boolean().default(true),
        validFrom: z.iso.date(),
      })
      .optional(),
    /** True when a payment document (收款单, 支付单) belongs to the order. */
    paymentReceipt: z.boolean(),
    /** Paths that must be filled, besides those that the messages require. */
    required: z.array(orderPath).default([]),
    /** Paths that stay empty; a group name stands for all of its paths. */
    forbidden: z
      .array(orderPathsOf)
      .transform((groups) => groups.flat())
      .default([]),
    /** Values that the regime fixes or refuses at a path; `fill` lets intake fill in the only one allowed. */
    values: z
      .array(
        z
          .strictObject({
            path: orderPath,
            allowed: z.array(z.string()).min(1).optional(),
            refused: z.array(z.string()).min(1).optional(),
            fill: z.boolean().default(false),
            text: textSchema,
            source: z.string().min(1),
          })
          .refine(
            (v) => (v.allowed === undefined) !== (v.refused === undefined),
            'needs either allowed or refused',
          )
          .refine(
            (v) => !v.fill || (v.allowed?.length === 1 && headPath.safeParse(v.path).success),
            'only one allowed value outside the lines can be filled in',
          ),
      )
      .default([]),
    /** Orders that it cannot carry, known by a path being filled, or by the `value` it has. */
    excludes: z
      .array(
        z.strictObject({
          id: z.string().min(1),
          path: orderPath,
          value: z.string().min(1).optional(),
          otherwise,
          ...dated,
        }),
      )
      .default([]),
    limits: z.array(valueLimitSchema).default([]),
    /** Who may pay: the buyer alone, or anyone. */
    payer: z.enum(['buyer', 'anyone']).default('anyone'),
    /** How figures count its orders. */
    counts: z.strictObject({ basis: z.enum(['list', 'goods-declaration']), text: textSchema }),
    /** What a person should know and no rule can judge; `seen` is false where the source of a note was not read. */
    notes: z
      .array(
        textSchema.extend({
          source: z.string().min(1).optional(),
          seen: z.boolean().optional(),
          validFrom: z.iso.date().optional(),
        }),
      )
      .default([]),
  })
  .superRefine((regime, context) => {
    const before = new Set<string>();
    for (const { message, after, needs, madeFrom } of regime.documents) {
      if (needs.some((need) => need.is === 'optional') && madeFrom.length === 0)
        context.addIssue({
          code: 'custom',
          path: ['documents'],
          message: `${message} is optional and must say what it is made from`,
        });
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

/** What an order is declared by: 清单 or 报关单. */
export type Form = Regime['form'];

const declarations = new WeakMap<Regime, Regime>();

/**
 * The regime as it is where an order goes by goods declaration: its documents, and without the limits and exclusions that
 * send an order there. The regime itself where it knows no declaration beside its list.
 */
export function byDeclaration(regime: Regime): Regime {
  const { declaration } = regime;
  if (!declaration) return regime;
  let made = declarations.get(regime);
  if (!made) {
    const stays = ({ otherwise: instead }: { otherwise: Otherwise }) => instead !== 'goods-declaration';
    made = {
      ...regime,
      form: 'goods-declaration',
      documents: declaration.documents,
      forbidden: regime.forbidden.filter((path) => !declaration.allows.includes(path)),
      excludes: regime.excludes.filter(stays),
      limits: regime.limits.filter(stays),
    };
    declarations.set(regime, made);
  }
  return made;
}

/** Every version of every regime, found by code, direction and day. */
export interface Regimes {
  readonly all: readonly Regime[];
  /** The regime in force on a day (`yyyy-MM-dd`, Asia/Shanghai), undefined when there is none. */
  regimeOn(code: string, ieFlag: IeFlag, date: string): Regime | undefined;
  /** The regimes in force on a day, in the order of their codes, exports first. */
  inForceOn(date: string): Regime[];
  /** The newest version of a regime. */
  newest(code: string, ieFlag: IeFlag): Regime | undefined;
  /**
   * The newest version by name: `9610-export`, `9610-import`, or `9610`, which is the export regime where there is one.
   */
  get(name: string): Regime | undefined;
  /** Every name that `get` finds, without the bare codes. */
  names(): string[];
}

/** True when a dated entry is in force on a day; both its days count. */
export const inForce = (entry: { validFrom: string; validTo?: string | undefined }, date: string): boolean =>
  entry.validFrom <= date && (entry.validTo === undefined || date <= entry.validTo);

/** The direction of an order: what it says, else what its order type implies; export where nothing does. */
export const ieFlagOf = (order: Pick<Order, 'ieFlag' | 'orderType'>): IeFlag =>
  order.ieFlag === 'I' || (order.ieFlag === undefined && order.orderType === 'I') ? 'I' : 'E';

const directions: Readonly<Record<IeFlag, string>> = { E: 'export', I: 'import' };

/** `9610-export`: how files, templates and the command line name a regime. */
export const regimeName = ({ regime, ieFlag }: Pick<Regime, 'regime' | 'ieFlag'>): string =>
  `${regime}-${directions[ieFlag]}`;

/**
 * Every regime of `mappings/regimes` that is not switched off there. Throws, naming the file, when one has a wrong shape, names an unknown path or
 * overlaps in time with another version of the same regime and direction.
 */
export function loadRegimes(dir = mappingPath('regimes')): Regimes {
  const versions = new Map<string, Regime[]>();
  for (const { where, content: regime } of readMappings(dir, 'regimes', regimeSchema)) {
    if (regime.off) continue;
    const name = regimeName(regime);
    const others = versions.get(name) ?? [];
    if (others.some((other) => inForce(other, regime.validFrom) || inForce(regime, other.validFrom)))
      throw new Error(`${where}: regime ${name} overlaps in time with another file`);
    versions.set(
      name,
      [...others, regime].sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1)),
    );
  }
  const all = [...versions.values()].flat();
  return {
    all,
    regimeOn: (code, ieFlag, date) =>
      versions.get(regimeName({ regime: code, ieFlag }))?.find((regime) => inForce(regime, date)),
    inForceOn: (date) =>
      all
        .filter((regime) => inForce(regime, date))
        .sort((a, b) => (a.ieFlag + a.regime < b.ieFlag + b.regime ? -1 : 1)),
    newest: (code, ieFlag) => versions.get(regimeName({ regime: code, ieFlag }))?.[0],
    get: (name) =>
      (versions.get(name) ?? versions.get(`${name}-export`) ?? versions.get(`${name}-import`))?.[0],
    names: () => [...versions.keys()].sort(),
  };
}

/** Where message mappings are found; the message catalogue is one. */
export interface MessageMappings {
  message(name: string): MessageMapping | undefined;
}

const flowOf: Readonly<Record<IeFlag, string>> = { E: 'export', I: 'import' };

/** Code tables by name; the message catalogue's tables are some. */
export interface KnownCodes {
  has(table: string): boolean;
  get(table: string): { has(code: string): boolean };
}

/**
 * What a regime file alone cannot say: that its codes are in their tables, and that its messages exist, are written from
 * orders and go its way. Throws, naming regime and message or code.
 */
export function verifyRegimes(regimes: Regimes, messages: MessageMappings & { codes: KnownCodes }): void {
  for (const regime of regimes.all.flatMap((each) =>
    each.declaration ? [each, byDeclaration(each)] : [each],
  )) {
    const name = `regime ${regimeName(regime)}`;
    const codes = {
      regime: [regime.regime],
      orderType: regime.orderTypes,
      statisticsFlag: regime.statisticsFlags,
    };
    for (const [table, values] of Object.entries(codes))
      for (const value of values)
        if (!messages.codes.get(table).has(value))
          throw new Error(`${name}: ${value} is not in code table ${table}`);
    const documents = regime.documents.map(({ message }) => {
      const mapping = messages.message(message);
      if (!mapping) throw new Error(`${name}: ${message} is not mapped`);
      if (mapping.direction !== 'send' || mapping.filing)
        throw new Error(`${name}: ${message} is not written from an order`);
      if (mapping.flow !== flowOf[regime.ieFlag])
        throw new Error(`${name}: ${message} belongs to the other flow`);
      return mapping.document;
    });
    if (documents.includes('payment') !== regime.paymentReceipt)
      throw new Error(`${name}: paymentReceipt is ${regime.paymentReceipt}, which its documents contradict`);
  }
}
