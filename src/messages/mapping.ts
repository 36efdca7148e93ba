import { z } from 'zod';
import { messageTypeSchema } from '../terms/messageType.js';
import { textSchema } from '../terms/text.js';

/** The namespace of every element of a CEB message except the signature. */
export const cebNamespace = 'http://www.chinaport.gov.cn/ceb';

/**
 * The shape of a message mapping file (`mappings/ceb-<edition>/messages/*.json`). A mapping says what the official
 * message holds and, for messages we send, where each value comes from. It holds no expressions: a value is a path
 * (or the first filled of several), a fixed text or a default, and may pass through one format of a short fixed list.
 */
export const repeatPattern = /^(\d+)(?:\.\.(\d+|n))?$/;

/** The fixed list of formats a mapping may name. */
export const formatNames = ['time14', 'date8', 'day8'] as const;
export type FormatName = (typeof formatNames)[number];

export const fieldMappingSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  zh: z.string().min(1),
  /**
   * `C36` exactly 36 characters, `C..60` at most 60, `C18..20` between, `C..` any length; `N19,5` decimal with 19 digits
   * of which 5 after the point; `N5` whole number of at most 5 digits; `I` whole number (xs:int).
   */
  type: z.string().regex(/^(C\d+|C(\d+)?\.\.(\d+)?|N\d+(,\d+)?|I)$/),
  required: z.boolean(),
  /** Regimes (监管方式) in which the field is required although `required` is false, and outside of which it is refused. */
  requiredIn: z.array(z.string()).optional(),
  /** Regimes in which a field with `requiredIn` may be given or left out. */
  optionalIn: z.array(z.string()).optional(),
  /** Name of the code table in `mappings/codes`. */
  codes: z.string().optional(),
  fixed: z.string().optional(),
  default: z.string().optional(),
  from: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  format: z.enum(formatNames).optional(),
  desc: z.string().optional(),
});
export type FieldMapping = z.output<typeof fieldMappingSchema>;

export interface NodeMapping {
  /** Element name without prefix; `ds:Signature` marks the place of the signature. */
  node: string;
  repeat: string;
  zh?: string;
  /** Path of the list this node repeats over, and the name one item has in the `from` paths below it. */
  each?: string;
  as?: string;
  /** Any well-formed content of another namespace. */
  any?: boolean;
  fields?: FieldMapping[];
  children?: NodeMapping[];
}

export const nodeMappingSchema: z.ZodType<NodeMapping> = z.lazy(() =>
  z.strictObject({
    node: z.string().regex(/^(ds:Signature|[A-Za-z][A-Za-z0-9]*)$/),
    repeat: z.string().regex(repeatPattern),
    zh: z.string().optional(),
    each: z.string().optional(),
    as: z.string().optional(),
    any: z.boolean().optional(),
    fields: z.array(fieldMappingSchema).optional(),
    children: z.array(nodeMappingSchema).optional(),
  }),
);

export const messageMappingSchema = z.strictObject({
  message: messageTypeSchema,
  edition: z.string(),
  validFrom: z.iso.date(),
  title: textSchema,
  flow: z.enum(['export', 'import', 'any']),
  direction: z.enum(['send', 'receive']),
  source: z.string(),
  /** For messages we send: the document it carries, named once for the whole product. */
  document: z.string().optional(),
  /**
   * Set when the document is not written from an order but from data of its own (arrival, withdrawal, summary …): a
   * filing, whose data have the field names of the message. Names the fields of the party that answers for it.
   */
  filing: z.strictObject({ code: z.string(), name: z.string() }).optional(),
  /** Roles of the order's parties that may answer for (and so sign) the document, in order of preference. */
  responsible: z.array(z.string()).optional(),
  receipt: z.string().optional(),
  receiptOf: z.string().optional(),
  /** Field names that identify one document; its receipts echo them. */
  key: z.array(z.string()).optional(),
  /** The returnStatus from which on customs holds the document as accepted. */
  acceptedAt: z.string().optional(),
  root: z.array(nodeMappingSchema).min(1),
});
export type MessageMapping = z.output<typeof messageMappingSchema>;
