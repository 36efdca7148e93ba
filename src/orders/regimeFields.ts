import type { NodeMapping } from '../messages/mapping.js';
import { isAlwaysSent } from './documentNeed.js';
import type { Field, FieldDictionary } from './fields.js';
import type { Order } from './order.js';
import { headReader, lineReader } from './paths.js';
import {
  ieFlagOf,
  regimeName,
  type IeFlag,
  type MessageMappings,
  type Regime,
  type Regimes,
} from './regimes.js';

/** One element of a message that takes its value from a field of the order. */
export interface FieldUse {
  message: string;
  element: string;
  type: string;
  /** The code table that judges the value. */
  codes?: string | undefined;
  /** True when the message requires the element and no other source or default fills it. */
  required: boolean;
  /** True when the element belongs to other regimes and this one's message refuses it. */
  refused: boolean;
}

/** A field as one regime sees it: whether it must be filled, and which elements take it. */
export interface RegimeField {
  field: Field;
  /** True when a message or the regime requires it and nothing else (default, other field, intake) fills it. */
  required: boolean;
  uses: readonly FieldUse[];
}

const filledAlways = [
  'ieFlag',
  'orderType',
  'freight',
  'declarant.code',
  'declarant.name',
  'waybill.freight',
  'waybill.insuredFee',
  'lines[].gnum',
  'lines[].barCode',
  'lines[].totalPrice',
];

/** Fields that intake fills when they are empty, by direction; see `normalise.ts`. Regimes name more (`fill`). */
export const filledByIntake: Readonly<Record<IeFlag, readonly string[]>> = {
  E: [...filledAlways, 'producer.code', 'producer.name'],
  I: [...filledAlways, 'discount', 'taxTotal'],
};

/**
 * Fields that reach their message by another way than a path: the direction chooses the messages, and the list number
 * goes through the document, which takes it from the order or makes one.
 */
const usedOtherwise: ReadonlySet<string> = new Set(['ieFlag', 'list.copNo', 'buyer.identityVerified']);

/** Fields in no message that say more of one that is: the whole of a payment that covers several orders, for CEB403. */
const usedBeside: ReadonlyMap<string, { path: string; message: string }> = new Map([
  ['payment.total', { path: 'payment.charge', message: 'CEB403Message' }],
]);

/**
 * The elements that the documents of a regime fill from the order, by path of the order. Throws when the regime names a
 * message that is not mapped.
 */
export function fieldUses(
  regime: Regime,
  messages: MessageMappings,
): ReadonlyMap<string, readonly FieldUse[]> {
  const uses = new Map<string, FieldUse[]>();
  for (const document of regime.documents) {
    const mapping = messages.message(document.message);
    if (!mapping) throw new Error(`regime ${regimeName(regime)}: ${document.message} is not mapped`);
    for (const node of mapping.root)
      collectUses(
        node,
        new Map([['order', '']]),
        { message: document.message, must: isAlwaysSent(document) },
        regime,
        uses,
      );
  }
  return uses;
}

/**
 * The fields that a regime uses, in the order of the dictionary, without those it forbids or its messages refuse: what its
 * messages carry, and what decides whether a list will do.
 */
export function regimeFields(
  regime: Regime,
  dictionary: FieldDictionary,
  messages: MessageMappings,
): RegimeField[] {
  const uses = fieldUses(regime, messages);
  const forbidden = new Set(regime.forbidden);
  const deciding = new Set(regime.excludes.map((exclusion) => exclusion.path));
  const demanded = new Set(regime.required);
  const isBeside = (path: string): boolean => {
    const other = usedBeside.get(path);
    if (!other || forbidden.has(other.path)) return false;
    return (uses.get(other.path) ?? []).some((use) => use.message === other.message);
  };
  const filled = new Set([
    ...filledByIntake[regime.ieFlag],
    ...regime.values.filter((value) => value.fill).map((value) => value.path),
  ]);
  return dictionary.fields
    .map((field) => ({ field, uses: uses.get(field.path) ?? [] }))
    .filter(
      ({ field, uses }) =>
        !forbidden.has(field.path) &&
        !uses.some((use) => use.refused) &&
        (uses.length > 0 ||
          usedOtherwise.has(field.path) ||
          deciding.has(field.path) ||
          isBeside(field.path)),
    )
    .map(({ field, uses }) => ({
      field,
      uses,
      required: (demanded.has(field.path) || uses.some((use) => use.required)) && !filled.has(field.path),
    }));
}

function collectUses(
  node: NodeMapping,
  scope: ReadonlyMap<string, string>,
  { message, must }: { message: string; must: boolean },
  regime: Regime,
  uses: Map<string, FieldUse[]>,
): void {
  const list = node.each === undefined ? undefined : orderPath(node.each, scope);
  const inner = node.as && list !== undefined ? new Map([...scope, [node.as, `${list}[].`]]) : scope;
  for (const field of node.fields ?? []) {
    const sources = field.from === undefined ? [] : [field.from].flat();
    const mustHave =
      (field.required || field.requiredIn?.includes(regime.regime)) && field.default === undefined;
    const refused =
      field.requiredIn !== undefined &&
      ![...field.requiredIn, ...(field.optionalIn ?? [])].includes(regime.regime);
    sources.forEach((from, i) => {
      const source = orderPath(from, inner);
      if (source === undefined) return;
      const required = must && Boolean(mustHave) && i === sources.length - 1;
      const use = { message, element: field.name, type: field.type, codes: field.codes, required, refused };
      uses.set(source, [...(uses.get(source) ?? []), use]);
    });
  }
  for (const child of node.children ?? []) collectUses(child, inner, { message, must }, regime, uses);
}

/** `line.qty` as `lines[].qty`; undefined for what does not come from the order. */
function orderPath(from: string, scope: ReadonlyMap<string, string>): string | undefined {
  const [head = '', ...rest] = from.split('.');
  const prefix = scope.get(head);
  return prefix === undefined ? undefined : prefix + rest.join('.');
}

/** Paths that every regime requires: the columns no order table can do without. */
export function requiredEverywhere(
  regimes: Regimes,
  dictionary: FieldDictionary,
  messages: MessageMappings,
): string[] {
  const sets = regimes.all.map(
    (regime) =>
      new Set(
        regimeFields(regime, dictionary, messages)
          .filter((f) => f.required)
          .map((f) => f.field.path),
      ),
  );
  const [first, ...others] = sets;
  return [...(first ?? [])].filter((path) => others.every((set) => set.has(path)));
}

/** Fields the order's regime needs and nothing has filled; the regime itself when it is not known. */
export function requiredAndEmpty(
  order: Order,
  sources: { regimes: Regimes; fields: FieldDictionary; catalogue: MessageMappings },
): Field[] {
  const own = sources.fields.byPath.get('regime');
  const regime = sources.regimes.newest(order.regime ?? '', ieFlagOf(order));
  if (!regime) return own ? [own] : [];
  return regimeFields(regime, sources.fields, sources.catalogue).flatMap(({ field, required }) => {
    const filled = field.ofLine
      ? order.lines.every((line) => lineReader(field.path)(line) !== undefined)
      : headReader(field.path)(order) !== undefined;
    return required && !filled ? [field] : [];
  });
}
