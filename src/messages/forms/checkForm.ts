import { decimal, isPlainDecimal } from '../../base/decimal.js';
import { nearest } from '../../base/nearest.js';
import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import type { Catalogue } from '../catalogue.js';
import { compileValueCheck } from '../fieldChecks.js';
import { makeFieldFault } from '../fieldFaults.js';
import { readRepeat } from '../fieldType.js';
import type { ComposedForm, FormData } from './compose.js';
import {
  listIn,
  repeats,
  type FormField,
  type FormMapping,
  type FormNode,
  type Need,
} from './formMapping.js';
import { pathsOf } from './formValues.js';

/** How far a form must be filled: stored as a draft (暂存), declared, or declared with a signature of ours. */
export type Stage = Extract<Need, 'draft' | 'declare' | 'signed'>;

export interface FormCheck {
  /** Every fault of a composed form, and of what a person gave for it. What only a person can fill in is a notice. */
  faults(form: ComposedForm, given: unknown, stage: Stage): Fault[];
  /** Fields without which it cannot leave, and that nothing but a person can fill. */
  missing(form: ComposedForm, stage: Stage): FormField[];
}

interface Finding {
  faults: Fault[];
  /** Fields that nothing but a person can fill, without which it cannot leave. */
  missing: FormField[];
  /** Fields that a declaration needs and a draft does not. */
  open: FormField[];
}

/** Compiles the checks of a form: types, codes, what must be filled, what must agree with the order, unknown names. */
export function compileFormCheck(mapping: FormMapping, catalogue: Pick<Catalogue, 'codes'>): FormCheck {
  const checks = new Map<FormField, ReturnType<typeof compileValueCheck>>();
  const about = { documents: [mapping.title.zh], messages: [mapping.message] };
  const words = { document: mapping.title.zh, documentEn: mapping.title.en, message: mapping.message };
  /** A form of its own rests on its own specification, not on that of the cross-border messages. */
  const own = (fault: Fault): Fault => (mapping.own ? { ...fault, source: mapping.source } : fault);
  const checkOf = (field: FormField) => {
    let check = checks.get(field);
    if (!check)
      checks.set(field, (check = compileValueCheck({ type: field.type, codes: field.codes }, catalogue)));
    return check;
  };

  /** Where a fault of a field is shown: what a person gave stands in the draft, all else in the order. */
  const pathOf = (field: FormField, place: string, form: ComposedForm): string => {
    const order = pathsOf(field)[0];
    const line = /^\w+\[(\d+)\]\.\w+$/.exec(place)?.[1];
    // A value that stands in the order and cannot be put into the form is for a person to fill in here.
    const turned = field.format !== undefined || field.convert !== undefined;
    if (
      mapping.own ||
      form.overruled.has(place) ||
      turned ||
      order === undefined ||
      !/^(order|line)\./.test(order)
    )
      return `${mapping.draft}.${place}`;
    if (order.startsWith('order.')) return order.slice('order.'.length);
    return line === undefined ? `${mapping.draft}.${place}` : `lines[${line}].${order.slice('line.'.length)}`;
  };

  const checkField = (
    field: FormField,
    data: FormData,
    place: string,
    form: ComposedForm,
    stage: Stage,
    found: Finding,
  ): void => {
    const { [field.name]: value } = data;
    const path = pathOf(field, place, form);
    const params = { field: field.zh, name: field.en ?? field.name };
    if (typeof value !== 'string') {
      const needed =
        field.needs.includes('node') || field.needs.includes('draft') || field.needs.includes(stage);
      if (needed && path.startsWith(`${mapping.draft}.`) && !mapping.own) found.missing.push(field);
      else if (needed) found.faults.push(own(makeFieldFault('F01', path, { params, ...about, limit: 0 })));
      else if (stage === 'draft' && field.needs.includes('declare')) found.open.push(field);
      return;
    }
    for (const one of field.separator ? value.split(field.separator) : [value])
      checkOf(field)(one, (code, more = {}, limit = 0) => {
        const hint = field.personal ? {} : { hint: one };
        found.faults.push(
          own(makeFieldFault(code, path, { params: { ...params, ...more }, ...about, limit, ...hint })),
        );
      });
    const ordered = form.overruled.get(place);
    if (field.agrees && ordered !== undefined && !sameValue(ordered, value))
      found.faults.push(makeFault('G02', path, { ...params, expected: ordered }, value));
  };

  const checkContent = (
    node: FormNode,
    data: FormData,
    place: string,
    form: ComposedForm,
    stage: Stage,
    found: Finding,
  ): void => {
    for (const field of node.fields) checkField(field, data, `${place}.${field.name}`, form, stage, found);
    for (const child of node.children)
      checkNode(child, data[child.node], `${place}.${child.node}`, form, stage, found);
  };

  const checkNode = (
    node: FormNode,
    value: FormData[string] | undefined,
    place: string,
    form: ComposedForm,
    stage: Stage,
    found: Finding,
  ): void => {
    const list = listIn(node) ?? (repeats(node) ? node : undefined);
    if (list) {
      const entries = Array.isArray(value) ? value : [];
      const { min, max } = readRepeat(list.repeat);
      if (entries.length < min || entries.length > max)
        found.faults.push(
          makeFault('G06', list.each && !mapping.own ? 'lines' : `${mapping.draft}.${place}`, {
            ...words,
            field: list.zh,
            name: list.node,
            min: String(min),
            max: Number.isFinite(max) ? String(max) : '不限 / any number of',
            length: String(entries.length),
          }),
        );
      entries
        .slice(0, Math.min(max, entries.length))
        .forEach((entry, i) =>
          checkContent(list, entry, form.places.get(entry) ?? `${place}[${i}]`, form, stage, found),
        );
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      checkContent(node, value, place, form, stage, found);
    } else if (readRepeat(node.repeat).min > 0) checkContent(node, {}, place, form, stage, found);
  };

  const find = (form: ComposedForm, stage: Stage): Finding => {
    const found: Finding = { faults: [], missing: [], open: [] };
    for (const node of mapping.root) checkNode(node, form.data[node.node], node.node, form, stage, found);
    return found;
  };
  const notice = (code: string, fields: readonly FormField[]): Fault[] => {
    const each = [...new Map(fields.map((field) => [field.name, field])).values()];
    return each.length === 0
      ? []
      : [
          makeFault(code, mapping.draft, {
            ...words,
            count: String(each.length),
            fields: each.map((field) => field.zh).join('、'),
            names: each.map((field) => field.en ?? field.name).join('; '),
          }),
        ];
  };
  return {
    faults(form, given, stage) {
      const { faults, missing, open } = find(form, stage);
      nameUnknown(mapping.root, given, '', mapping.draft, words, faults);
      return [...faults, ...notice('G08', missing), ...notice('G03', open)];
    },
    missing: (form, stage) => find(form, stage).missing,
  };
}

/** Decimals are compared as numbers, everything else as text. */
const sameValue = (a: string, b: string): boolean =>
  a === b || (isPlainDecimal(a) && isPlainDecimal(b) && decimal(a).eq(b));

/** Names what people gave that the form has no place for. */
function nameUnknown(
  nodes: readonly FormNode[],
  given: unknown,
  at: string,
  draft: string,
  words: Record<string, string>,
  faults: Fault[],
): void {
  const fields = new Map<string, FormField>();
  nodesIn(nodes, given, at, fields, (place, name, known) => {
    const near = nearest(name, known);
    faults.push(
      makeFault('G01', `${draft}.${place}`, {
        ...words,
        name,
        hintZh: near ? `，是否应为 ${near}？` : '',
        hintEn: near ? `; did you mean ${near}?` : '',
      }),
    );
  });
}

type Unknown = (place: string, name: string, known: string[]) => void;

function nodesIn(
  nodes: readonly FormNode[],
  given: unknown,
  at: string,
  fields: ReadonlyMap<string, FormField>,
  unknown: Unknown,
): void {
  if (given === undefined || given === null) return;
  if (typeof given !== 'object' || Array.isArray(given)) {
    unknown(at, at.split('.').at(-1) ?? at, []);
    return;
  }
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    const place = at === '' ? name : `${at}.${name}`;
    const node = nodes.find((n) => n.node === name);
    if (!node) {
      const isText = value === null || typeof value === 'string' || typeof value === 'number';
      if (!fields.has(name) || !isText) unknown(place, name, [...fields.keys(), ...nodes.map((n) => n.node)]);
      continue;
    }
    const list = listIn(node) ?? (repeats(node) ? node : undefined);
    const inner = list ?? node;
    const below = new Map(inner.fields.map((field) => [field.name, field]));
    if (!list) nodesIn(inner.children, value, place, below, unknown);
    else if (!Array.isArray(value)) unknown(place, name, []);
    else
      value.forEach((entry: unknown, i) => nodesIn(inner.children, entry, `${place}[${i}]`, below, unknown));
  }
}
