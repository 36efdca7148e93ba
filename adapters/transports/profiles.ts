import { z } from 'zod';
import { mappingPath } from '../../src/base/root.js';
import { readMappings } from '../../src/base/mappingFile.js';
import { textSchema } from '../../src/terms/text.js';

/** What a text of a profile may name in braces. `text` and `base64` are the exact bytes of the message, `encrypted` them under the public key. */
const sendNames = [
  'guid', 'messageType', 'number', 'dxpId', 'receiverId', 'entCode', 'appId', 'secret', 'base64', 'text', 'encrypted',
  'sign', 'time', 'timestamp',
] as const; // prettier-ignore
export type SendName = (typeof sendNames)[number];
const fetchNames = ['dxpId', 'entCode', 'appId', 'limit', 'waitMs'] as const;

const namesIn = (text: string): string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1] ?? '');
const template = (names: readonly string[]) =>
  z.string().refine((text) => namesIn(text).every((name) => names.includes(name)), {
    error: (issue) => `names something that is none of ${names.join(', ')}: ${String(issue.input)}`,
  });
const sent = template(sendNames);
const fetched = template(fetchNames);
export type JsonTemplate = string | { [field: string]: JsonTemplate };
const jsonTemplate: z.ZodType<JsonTemplate> = z.lazy(() =>
  z.union([sent, z.record(z.string(), jsonTemplate)]),
);
const path = z.string().regex(/^\/[\w./-]*$/);
/** The way to a value of an answer, through objects: `message.zh`. */
const at = z.string().regex(/^[\w-]+(\.[\w-]+)*$/);
const hash = z.enum(['sha1', 'sha256', 'md5']);

const answerSchema = z
  .strictObject({
    status: z.array(z.int().min(200).max(599)).min(1),
    /** The whole body, without the space around it, is one of these. */
    text: z.array(z.string()).optional(),
    /** The body is JSON and has a value here; `in` says which. */
    at: at.optional(),
    in: z.array(z.string()).optional(),
    outcome: z.enum(['accepted', 'refused', 'retry', 'unknown']),
  })
  .refine((rule) => (rule.text === undefined) !== (rule.at === undefined), 'needs either text or at');
export type AnswerRule = z.output<typeof answerSchema>;

const listSchema = z.strictObject({
  kind: z.literal('list'),
  path,
  query: z.record(z.string(), fetched),
  /** Where the list lies in the answer, and in each of its entries what it is called here and there, and its bytes. */
  files: at,
  id: at,
  name: at,
  data: at,
  encoding: z.enum(['base64', 'text']),
  /** A POST with the ids of files that are stored. */
  acknowledge: z.strictObject({ path, field: z.string() }),
});
export type ListedReceipts = z.output<typeof listSchema>;

const rowsSchema = z.strictObject({
  kind: z.literal('rows'),
  /** The parameter that says since when (yyyyMMddHHmmss, Asia/Shanghai). */
  since: z.string(),
  query: z.record(z.string(), fetched),
  /** How far back the first look after a start goes, and how much two looks overlap. */
  lookBackHours: z.int().min(1).max(720),
  overlapMinutes: z.int().min(1).max(1440),
  queries: z.array(z.strictObject({ path, messageType: z.string().regex(/^CEB\d{3}Message$/) })).min(1),
});
export type AskedReceipts = z.output<typeof rowsSchema>;

const pushedSchema = z.strictObject({
  kind: z.literal('pushed'),
  body: z.enum(['json', 'form']),
  name: at,
  data: at,
  encoding: z.enum(['base64', 'text']),
  /** A hash over fields of the request and the secret, hexadecimal, in `field`. */
  sign: z
    .strictObject({
      hash,
      of: z
        .string()
        .refine(
          (text) => namesIn(text).every((name) => name === 'secret' || /^field:[\w-]+$/.test(name)),
          'names something that is neither secret nor field:…',
        ),
      field: z.string(),
    })
    .optional(),
  taken: z.record(z.string(), z.string()),
  notTaken: z.record(z.string(), z.string()),
});
export type PushedReceipts = z.output<typeof pushedSchema>;

const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  /** Settings without which this interface cannot be used. */
  needs: z.array(z.enum(['entCode', 'appId', 'secret', 'publicKey', 'callbackToken'])),
  send: z.strictObject({
    path,
    headers: z.record(z.string(), sent),
    sign: z.strictObject({ hash, of: sent }).optional(),
    body: z.union([
      z.literal('bytes'),
      z.strictObject({ json: jsonTemplate }),
      z.strictObject({ form: z.record(z.string(), sent) }),
    ]),
    /** The largest message this counterpart takes. */
    maxBytes: z.int().positive(),
    /** What its answers mean; the first that fits counts, the rest is judged by the status alone. */
    answers: z.array(answerSchema).min(1),
    /** Where its answers give reasons that people may read. */
    words: z.array(at),
  }),
  receipts: z.discriminatedUnion('kind', [listSchema, rowsSchema, pushedSchema]),
});
/** How one HTTP interface is spoken: a file of `mappings/counterparts`. */
export type Profile = z.output<typeof profileSchema>;

/**
 * Every profile by its id. Throws, naming the file, when one has a field or a name that is not known here, or an id comes
 * twice.
 */
export function loadProfiles(dir = mappingPath('counterparts')): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const { where, content } of readMappings(dir, 'counterparts', profileSchema)) {
    if (profiles.has(content.id)) throw new Error(`${where}: another profile is called ${content.id}`);
    profiles.set(content.id, content);
  }
  return profiles;
}

const valueAt = (value: unknown, way: string): unknown =>
  way
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name)
          ? (inner as Record<string, unknown>)[name]
          : undefined,
      value,
    );

/** The text or number at a place of an answer, as text; undefined when there is neither. */
export function textAt(value: unknown, way: string): string | undefined {
  const found = valueAt(value, way);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

/** The list at a place of an answer; undefined when there is none. */
export function listAt(value: unknown, way: string): unknown[] | undefined {
  const found = valueAt(value, way);
  return Array.isArray(found) ? found : undefined;
}

/** Fills a text of a profile. Values may contain braces: they are not looked at again. */
export const filled = (text: string, value: (name: string) => string): string =>
  text.replace(/\{([^{}]*)\}/g, (_all, name: string) => value(name));

/** The value of JSON; undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
