import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import type { MessageMapping, NodeMapping } from '../messages/mapping.js';
import type { Field, FieldDictionary } from './fields.js';

/** What intake needs of a customs regime (监管方式); the file may say more, which other rooms read. */
const regimeSchema = z.object({
  regime: z.string().regex(/^\d{4}$/),
  title: z.object({ zh: z.string(), en: z.string() }),
  orderTypes: z.array(z.string()).min(1),
  documents: z.array(z.object({ message: z.string() })).min(1),
  forbidden: z.array(z.string()).default([]),
});
export type Regime = z.output<typeof regimeSchema>;

/** Every regime of `mappings/regimes`, by its four-digit code. Throws when a file has a wrong shape. */
export function loadRegimes(dir = mappingPath('regimes')): ReadonlyMap<string, Regime> {
  const files = readdirSync(dir)
    .filter((f) => f.endsWith('.json'))
    .sort();
  const regimes = files.map((file) => regimeSchema.parse(JSON.parse(readFileSync(join(dir, file), 'utf8'))));
  return new Map(regimes.map((regime) => [regime.regime, regime]));
}

/** Where message mappings are found; the message catalogue is one. */
export interface MessageMappings {
  message(name: string): MessageMapping | undefined;
}

/** One element of a message that takes its value from a field of the order. */
export interface FieldUse {
  message: string;
  element: string;
  type: string;
  required: boolean;
}

/** A field as one regime sees it: whether it must be filled, and which elements take it. */
export interface RegimeField {
  field: Field;
  /** True when a message requires it and nothing else (default, other field, intake) fills it. */
  required: boolean;
  uses: FieldUse[];
}

/** Fields that intake fills when they are empty; see `normalise.ts`. */
export const filledByIntake: ReadonlySet<string> = new Set([
  'orderType',
  'freight',
  'declarant.code',
  'declarant.name',
  'producer.code',
  'producer.name',
  'waybill.freight',
  'waybill.insuredFee',
  'lines[].gnum',
  'lines[].barCode',
  'lines[].totalPrice',
]);

/** The list number reaches its message through the document, which takes it from the order or makes one. */
const throughDocument: ReadonlySet<string> = new Set(['list.copNo']);

/**
 * The fields that the documents of a regime use, in the order of the dictionary, without those it forbids. Throws when
 * the regime names a message that is not mapped.
 */
export function regimeFields(
  regime: Regime,
  dictionary: FieldDictionary,
  messages: MessageMappings,
): RegimeField[] {
  const uses = new Map<string, FieldUse[]>();
  for (const document of regime.documents) {
    const mapping = messages.message(document.message);
    if (!mapping) throw new Error(`regime ${regime.regime}: ${document.message} is not mapped`);
    for (const node of mapping.root)
      collectUses(node, new Map([['order', '']]), document.message, regime, uses);
  }
  const forbidden = new Set(regime.forbidden);
  return dictionary.fields
    .filter(
      (field) => !forbidden.has(field.path) && (uses.has(field.path) || throughDocument.has(field.path)),
    )
    .map((field) => {
      const fieldUses = uses.get(field.path) ?? [];
      const required = fieldUses.some((use) => use.required) && !filledByIntake.has(field.path);
      return { field, required, uses: fieldUses };
    });
}

function collectUses(
  node: NodeMapping,
  scope: ReadonlyMap<string, string>,
  message: string,
  regime: Regime,
  uses: Map<string, FieldUse[]>,
): void {
  const list = node.each === undefined ? undefined : orderPath(node.each, scope);
  const inner = node.as && list !== undefined ? new Map([...scope, [node.as, `${list}[].`]]) : scope;
  for (const field of node.fields ?? []) {
    const sources = field.from === undefined ? [] : [field.from].flat();
    const mustHave =
      (field.required || field.requiredIn?.includes(regime.regime)) && field.default === undefined;
    sources.forEach((from, i) => {
      const source = orderPath(from, inner);
      if (source === undefined) return;
      const required = Boolean(mustHave) && i === sources.length - 1;
      const use = { message, element: field.name, type: field.type, required };
      uses.set(source, [...(uses.get(source) ?? []), use]);
    });
  }
  for (const child of node.children ?? []) collectUses(child, inner, message, regime, uses);
}

/** `line.qty` as `lines[].qty`; undefined for what does not come from the order. */
function orderPath(from: string, scope: ReadonlyMap<string, string>): string | undefined {
  const [head = '', ...rest] = from.split('.');
  const prefix = scope.get(head);
  return prefix === undefined ? undefined : prefix + rest.join('.');
}

/** Paths that every given regime requires: the columns no order table can do without. */
export function requiredEverywhere(
  regimes: ReadonlyMap<string, Regime>,
  dictionary: FieldDictionary,
  messages: MessageMappings,
): string[] {
  const sets = [...regimes.values()].map(
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
