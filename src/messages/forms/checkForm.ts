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
  const words = { document: mapping.title.zh, documentEn: mapping.title.en, message: mapping.message };
  const values = new ValueChecks(catalogue);
  const find = (form: ComposedForm, stage: Stage) => new FormWalk(mapping, words, values, form, stage).find();
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

/** The checks of values by type and codes, each compiled when its field is first met. */
class ValueChecks {
  private readonly checks = new Map<FormField, ReturnType<typeof compileValueCheck>>();

  constructor(private readonly catalogue: Pick<Catalogue, 'codes'>) {}

  of(field: FormField): ReturnType<typeof compileValueCheck> {
    let check = this.checks.get(field);
    if (!check) {
      check = compileValueCheck({ type: field.type, codes: field.codes }, this.catalogue);
      this.checks.set(field, check);
    }
    return check;
  }
}

/** One way through one form: every node and field that its mapping has, filled or not. */
class FormWalk {
  private readonly found: Finding = { faults: [], missing: [], open: [] };

  constructor(
    private readonly mapping: FormMapping,
    private readonly words: Record<string, string>,
    private readonly values: ValueChecks,
    private readonly form: ComposedForm,
    private readonly stage: Stage,
  ) {}

  find(): Finding {
    for (const node of this.mapping.root) this.checkNode(node, this.form.data[node.node], node.node);
    return this.found;
  }

  private checkNode(node: FormNode, value: FormData[string] | undefined, place: string): void {
    const list = listIn(node) ?? (repeats(node) ? node : undefined);
    if (list) this.checkList(list, Array.isArray(value) ? value : [], place);
    else if (typeof value === 'object' && !Array.isArray(value)) this.checkContent(node, value, place);
    else if (readRepeat(node.repeat).min > 0) this.checkContent(node, {}, place);
  }

  private checkList(list: FormNode, entries: readonly FormData[], place: string): void {
    const { mapping, form } = this;
    const { min, max } = readRepeat(list.repeat);
    if (entries.length < min || entries.length > max)
      this.found.faults.push(
        makeFault('G06', list.each && !mapping.own ? 'lines' : `${mapping.draft}.${place}`, {
          ...this.words,
          field: list.zh,
          name: list.node,
          min: String(min),
          max: Number.isFinite(max) ? String(max) : '不限 / any number of',
          length: String(entries.length),
        }),
      );
    entries
      .slice(0, Math.min(max, entries.length))
      .forEach((entry, i) => this.checkContent(list, entry, form.places.get(entry) ?? `${place}[${i}]`));
  }

  private checkContent(node: FormNode, data: FormData, place: string): void {
    for (const field of node.fields) this.checkField(field, data[field.name], `${place}.${field.name}`);
    for (const child of node.children) this.checkNode(child, data[child.node], `${place}.${child.node}`);
  }

  private checkField(field: FormField, value: FormData[string] | undefined, place: string): void {
    const path = this.pathOf(field, place);
    if (typeof value !== 'string') {
      this.checkEmpty(field, path);
      return;
    }
    for (const one of field.separator ? value.split(field.separator) : [value])
      this.values.of(field)(one, (code, more = {}, limit = 0) =>
        this.blame(field, path, code, limit, more, field.personal ? undefined : one),
      );
    const ordered = this.form.overruled.get(place);
    if (field.agrees && ordered !== undefined && !sameValue(ordered, value))
      this.found.faults.push(makeFault('G02', path, { ...namesOf(field), expected: ordered }, value));
  }

  private checkEmpty(field: FormField, path: string): void {
    const { mapping, stage, found } = this;
    const needed =
      field.needs.includes('node') || field.needs.includes('draft') || field.needs.includes(stage);
    if (needed && path.startsWith(`${mapping.draft}.`) && !mapping.own) found.missing.push(field);
    else if (needed) this.blame(field, path, 'F01', 0);
    else if (stage === 'draft' && field.needs.includes('declare')) found.open.push(field);
  }

  private blame(
    field: FormField,
    path: string,
    code: string,
    limit: number,
    more: Record<string, string> = {},
    hint?: string,
  ): void {
    const { mapping } = this;
    const fault = makeFieldFault(code, path, {
      params: { ...namesOf(field), ...more },
      documents: [mapping.title.zh],
      messages: [mapping.message],
      limit,
      ...(hint === undefined ? {} : { hint }),
    });
    // A form of its own rests on its own specification, not on that of the cross-border messages.
    this.found.faults.push(mapping.own ? { ...fault, source: mapping.source } : fault);
  }

  /** Where a fault of a field is shown: what a person gave stands in the draft, all else in the order. */
  private pathOf(field: FormField, place: string): string {
    const { mapping, form } = this;
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
  }
}

/** A field's names as faults say them. */
const namesOf = (field: FormField) => ({ field: field.zh, name: field.en ?? field.name });

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
