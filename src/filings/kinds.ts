import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { FieldMapping, MessageMapping, NodeMapping } from '../messages/mapping.js';
import { verdictSchema } from '../terms/verdict.js';
import { textSchema } from '../terms/text.js';
import { messageTypeSchema } from '../terms/messageType.js';

/**
 * Where a drafted value comes from: `order.list.trafName`, `declaration.invtNo`, `line.gcode`, `filing.billNo` (of the
 * filing a draft is made from) or `input.reason` (what a person must say). Of several the first filled one counts.
 */
const pathSchema = z.string().regex(/^(order|declaration|line|filing|input)\.[A-Za-z0-9.]+$/);
const pathsSchema = z.union([pathSchema, z.array(pathSchema).min(1)]);
const sourceSchema = z.union([
  pathsSchema,
  z.strictObject({ sum: pathsSchema }),
  z.strictObject({ fixed: z.string() }),
  /** A value that depends on the customs regime (监管方式) of the lists. */
  z.strictObject({ byRegime: z.record(z.string(), z.string()) }),
  /** A quantity of the original line in proportion to the returned part of it. */
  z.strictObject({ share: pathsSchema }),
]);
export type Source = z.output<typeof sourceSchema>;

/** A rule of merging lists into one customs declaration: lists differ in `path`, so they go into different filings. */
const mergeRuleSchema = z.strictObject({
  id: z.string(),
  path: pathSchema,
  /** Applies only while the filing says so, for example `summaryFlag` 2. */
  when: z.strictObject({ field: z.string(), is: z.string() }).optional(),
  text: textSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
});
export type MergeRule = z.output<typeof mergeRuleSchema>;

const kindSchema = z.strictObject({
  message: messageTypeSchema,
  source: z.string().min(1),
  validFrom: z.iso.date(),
  /** What a draft is made from: the lists of a bill, one list, the lists of a month, or another filing. */
  covers: z.enum(['bill', 'list', 'month', 'filing']),
  /** The filing a draft is made from, for `covers: filing`. */
  of: z.string().optional(),
  /** Name of the number the enterprise gives: copNo or coElNo. */
  number: z.enum(['copNo', 'coElNo']).optional(),
  /** Name of the number customs gives the document itself in its receipt. */
  given: z.string().optional(),
  /** Which lists it may cover. */
  lists: z.strictObject({
    ieFlag: z.enum(['E', 'I']),
    statisticsFlag: z.string().optional(),
    regimes: z.array(z.string()).optional(),
    verdicts: z.array(verdictSchema).optional(),
    /** Lists covered by a granted or pending filing of these kinds are no longer free. */
    notIn: z.array(z.string()).default([]),
  }),
  /** Where the filing names the lists: head or lines, and the field that does. */
  refers: z.strictObject({ at: z.enum(['head', 'list']), field: z.enum(['invtNo', 'logisticsNo']) }),
  /** Head fields in which drafts are kept apart. */
  groupBy: z.array(z.strictObject({ field: z.string(), path: pathSchema })).default([]),
  merge: z.array(mergeRuleSchema).default([]),
  /** Head fields in which the filing must say what its lists say. */
  agree: z.array(z.string()).default([]),
  head: z.record(z.string(), sourceSchema),
  list: z
    .strictObject({
      /** One line per covered list, or per returned goods line of the one list. */
      each: z.enum(['declaration', 'line']),
      /** The lines are numbered by the gateway from 1 in each part. */
      numbered: z.boolean().default(false),
      fields: z.record(z.string(), sourceSchema),
    })
    .optional(),
  /** Lines of one part; longer filings become several documents with one number (msgCount, msgSeqNo). */
  split: z.int().min(1).optional(),
  /** Lines a filing that cannot be split may hold. */
  most: z.int().min(1).optional(),
  /** A period that stands in place of the lines. */
  period: z.strictObject({ start: z.string(), end: z.string() }).optional(),
  /** Values that are refused, with the fault that says why. */
  refuses: z.array(z.strictObject({ field: z.string(), value: z.string(), fault: z.string() })).default([]),
  /** What customs' grant does to the covered lists. */
  effect: z.enum(['withdrawn', 'returned']).optional(),
  /** Times of the head that must have come to pass. */
  past: z.array(z.string()).default([]),
  /** Fields that may identify a person: never shown in faults, and only to who may see message bytes. */
  personal: z.array(z.string()).default([]),
  /** appType values that may follow: 2 change, 3 delete. */
  corrections: z.array(z.enum(['2', '3'])).default([]),
  /** The day of the month after by which it is due. */
  dueDay: z.int().optional(),
});
type KindData = z.output<typeof kindSchema>;

const wordsSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string(),
  verdicts: z.record(verdictSchema, textSchema),
  ieFlags: z.record(z.string(), textSchema),
});

/** How states and directions are named in faults of this room. */
export type Words = z.output<typeof wordsSchema>;
export const loadWords = (): Words =>
  wordsSchema.parse(JSON.parse(readFileSync(mappingPath('filings', 'words.json'), 'utf8')));

/** One kind of filing, with the mapping of its message. */
export interface FilingKind extends KindData {
  mapping: MessageMapping;
  /** Head fields and line fields of the message, by name. */
  headFields: ReadonlyMap<string, FieldMapping>;
  listFields: ReadonlyMap<string, FieldMapping>;
}

/** Every kind of filing, by message type. */
export interface FilingKinds {
  /** The kind with the mapping in force when it is asked for, or with that of an edition. */
  get(messageType: string, edition?: string): FilingKind | undefined;
  has(messageType: string): boolean;
  keys(): string[];
  values(): FilingKind[];
}

class KindsInForce implements FilingKinds {
  private readonly made = new Map<MessageMapping, FilingKind>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly data: ReadonlyMap<string, KindData>,
  ) {}

  get(messageType: string, edition?: string): FilingKind | undefined {
    const data = this.data.get(messageType);
    const mapping =
      edition === undefined
        ? this.catalogue.message(messageType)
        : this.catalogue.editions(messageType).find((m) => m.edition === edition);
    if (!data || !mapping) return undefined;
    const known = this.made.get(mapping);
    if (known) return known;
    const kind = { ...data, mapping, ...fieldsOf(mapping) };
    this.made.set(mapping, kind);
    return kind;
  }

  has(messageType: string): boolean {
    return this.get(messageType) !== undefined;
  }

  keys(): string[] {
    return [...this.data.keys()];
  }

  values(): FilingKind[] {
    return this.keys().flatMap((messageType) => this.get(messageType) ?? []);
  }
}

/**
 * Reads `mappings/filings/CEB*.json`. Throws, naming file and field, when one has a wrong shape, its message is no
 * filing, or it fills a field that some edition of the message has not.
 */
export function loadFilingKinds(catalogue: Catalogue, dir = mappingPath('filings')): FilingKinds {
  const kinds = new Map<string, KindData>();
  for (const file of readdirSync(dir)
    .filter((f) => /^CEB\d{3}\.json$/.test(f))
    .sort()) {
    const data = kindSchema.parse(JSON.parse(readFileSync(join(dir, file), 'utf8')));
    const editions = catalogue.editions(data.message);
    if (editions.length === 0) throw new Error(`mappings/filings/${file}: ${data.message} is no filing`);
    for (const mapping of editions) verifyKind(file, data, mapping);
    kinds.set(data.message, data);
  }
  for (const kind of kinds.values())
    for (const other of [...kind.lists.notIn, ...(kind.of ? [kind.of] : [])])
      if (!kinds.has(other))
        throw new Error(`mappings/filings: ${kind.message} names ${other}, which is no filing`);
  return new KindsInForce(catalogue, kinds);
}

function verifyKind(file: string, data: KindData, mapping: MessageMapping): void {
  if (!mapping.filing) throw new Error(`mappings/filings/${file}: ${data.message} is no filing`);
  const { headFields, listFields } = fieldsOf(mapping);
  const used = [
    ...[
      ...Object.keys(data.head),
      ...data.agree,
      ...data.past,
      ...data.personal,
      ...data.groupBy.map((g) => g.field),
    ].map((name) => [name, headFields] as const),
    ...(data.number ? [[data.number, headFields] as const] : []),
    ...Object.keys(data.list?.fields ?? {}).map((name) => [name, listFields] as const),
    [data.refers.field, data.refers.at === 'head' ? headFields : listFields] as const,
  ];
  for (const [name, fields] of used)
    if (!fields.has(name)) throw new Error(`mappings/filings/${file}: ${data.message} has no field ${name}`);
}

function fieldsOf(mapping: MessageMapping): Pick<FilingKind, 'headFields' | 'listFields'> {
  const headFields = new Map<string, FieldMapping>();
  const listFields = new Map<string, FieldMapping>();
  for (const node of mapping.root)
    if (node.node === mapping.root[0]?.node) collect(node, headFields, listFields);
  return { headFields, listFields };
}

function collect(node: NodeMapping, head: Map<string, FieldMapping>, list: Map<string, FieldMapping>): void {
  const into = node.each === undefined ? head : list;
  for (const field of node.fields ?? []) into.set(field.name, field);
  for (const child of node.children ?? []) collect(child, head, list);
}

/** Merge rules in force on a day (yyyy-MM-dd, Asia/Shanghai) for a filing that says `data`. */
export const mergeRules = (
  kind: FilingKind,
  data: Readonly<Record<string, unknown>>,
  day: string,
): MergeRule[] =>
  kind.merge.filter(
    (rule) => rule.validFrom <= day && (!rule.when || data[rule.when.field] === rule.when.is),
  );
