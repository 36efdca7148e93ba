import { z } from 'zod';

/** A message by its root name, such as `CEB603Message`; `mappings/sandbox/messages.json` lists those the sandbox takes. */
export type MessageType = string;

export const messageTypeSchema = z.string().regex(/^CEB\d{3}Message$/);
const text = z.string().min(1);
const names = z.array(text).min(1);

/** One receipt of a sequence: returnStatus and milliseconds after acceptance (the gap in returnTime, not in delivery). */
export const stepSchema = z.tuple([text, z.int().nonnegative()]);
export type Step = z.output<typeof stepSchema>;

export const flowSchema = z.enum(['export', 'import']);
export type Flow = z.output<typeof flowSchema>;

/** Part of an exception code by the class of the fault; the place in the range follows. */
const rangesSchema = z.strictObject({
  signature: z.string().regex(/^-\d{3,4}$/),
  business: z.string().regex(/^-\d{3,4}$/),
  processing: z.string().regex(/^-\d{3,4}$/),
});

/** A number the port gives: shown from this returnStatus on; the form may hold fields, {day}, {year} and {serial}. */
const numberSchema = z.strictObject({ from: z.int().positive(), form: text });

export const kindSchema = z.strictObject({
  flow: flowSchema,
  document: text,
  /** Business node, the head inside it (absent: the node itself holds the fields) and the lines. */
  node: text,
  head: text.optional(),
  lines: text.optional(),
  /** Fields that identify the document to customs. An empty last one is replaced by the document's guid. */
  key: names,
  /** The key when the platform has no code of its own and is declared as 无. */
  keyWithoutPlatformCode: names.optional(),
  /** Payments: fields by which a list finds the payments of its order. */
  orderKey: names.optional(),
  /** Documents a message may hold. */
  limit: z.int().positive().default(100),
  /** May come in parts: msgCount of them, numbered by msgSeqNo, answered for good once all are there. */
  split: z.boolean().default(false),
  /** Fields that may carry the sandbox's markers. */
  markers: names,
  /** Fields read besides those of the key and the receipt; fields of a line; fields the books keep for later documents. */
  fields: z.array(text).default([]),
  lineFields: z.array(text).default([]),
  keep: z.array(text).default([]),
  receipt: messageTypeSchema,
  receiptNode: text,
  /** Fields the receipt repeats, in the order of the specification; those of `numbers` come from the port. */
  echo: names,
  /** Repeated even when empty. */
  always: z.array(text).default([]),
  numbers: z.record(text, numberSchema).default({}),
  /** Sequence of receipts of a correct document, and the receipts that come before a return by customs. */
  normal: text,
  beforeRefusal: z.array(stepSchema),
  /** How long 变更 and 删除 are possible. */
  change: z.enum(['until-listed', 'until-taken', 'never']),
  ranges: rangesSchema.optional(),
  /** Name of the function that judges the document; see rules.ts. */
  rule: text.optional(),
});

/** What `messages.json` says about a message, with what follows from it for the reader. */
export interface Kind extends z.output<typeof kindSchema> {
  type: MessageType;
  headFieldSet: ReadonlySet<string>;
  lineFieldSet: ReadonlySet<string>;
}
export type Kinds = ReadonlyMap<MessageType, Kind>;

/** What the sandbox knows of each message type, ready to read its documents by. */
export function compileKinds(messages: Record<MessageType, z.output<typeof kindSchema>>): Kinds {
  const common = ['guid', 'appType', 'appStatus'];
  return new Map(
    Object.entries(messages).map(([type, kind]) => {
      const parts = kind.split ? ['msgCount', 'msgSeqNo'] : [];
      const { key, keyWithoutPlatformCode = [], orderKey = [], echo, markers, fields } = kind;
      const wanted = [
        ...common,
        ...parts,
        ...key,
        ...keyWithoutPlatformCode,
        ...orderKey,
        ...echo,
        ...markers,
      ];
      return [
        type,
        {
          ...kind,
          type,
          headFieldSet: new Set([...wanted, ...fields]),
          lineFieldSet: new Set(kind.lineFields),
        },
      ];
    }),
  );
}

export type Fields = Readonly<Record<string, string>>;

/** The business key as one text; parts are joined by a character no field may hold. */
export function keyOf(kind: Kind, fields: Fields): string {
  return keyParts(kind, fields).join('\u0000');
}

/** The values a document is known by; where the last is empty its guid stands in. */
export function keyParts(kind: Kind, fields: Fields): string[] {
  const names = fields.ebpCode === '无' ? (kind.keyWithoutPlatformCode ?? kind.key) : kind.key;
  const parts = names.map((name) => fields[name] ?? '');
  if (parts.at(-1) === '') parts[parts.length - 1] = fields.guid ?? '';
  return parts;
}

/** What the parts of a split document have in common. */
export const partsKeyOf = (kind: Kind, fields: Fields): string =>
  kind.key
    .filter((name) => name !== 'msgSeqNo')
    .map((name) => fields[name] ?? '')
    .join('\u0000');

/** Kinds by flow and document, so that rules need not know message numbers. */
export function kindOf(kinds: Kinds, flow: Flow, document: string): Kind {
  for (const kind of kinds.values()) if (kind.flow === flow && kind.document === document) return kind;
  throw new Error(`messages.json has no ${flow} ${document}`);
}
