import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readTime } from '../base/clock.js';
import { mappingPath } from '../base/root.js';
import type { MessageNode, ReadMessage } from '../messages/reader.js';
import { storableText } from '../store/jsonb.js';
import { messageTypeSchema } from '../terms/messageType.js';

const kindSchema = z.strictObject({
  message: messageTypeSchema,
  /** The head and list nodes of one pushed document. */
  head: z.string(),
  list: z.string().optional(),
  /** The field that names what it speaks of: sumNo of an application, invtNo of a list. */
  reference: z.enum(['sumNo', 'invtNo']),
  /** The filing that `reference` is a number of, where it is one. */
  of: z.string().optional(),
  /** The field, of head or lines, that names lists. */
  lists: z.literal('invtNo'),
  /** The field whose number the lists have from then on: that of the declaration they were merged into. */
  gives: z.string().optional(),
  /** Customs' own time, which decides between several of one kind. */
  time: z.string(),
  /** The same values of these make two pushed documents one. */
  identity: z.array(z.string()).min(1),
});
export type PushedKind = z.output<typeof kindSchema>;

const fileSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string(),
  messages: z.array(kindSchema),
});

/** The messages customs sends unasked (`mappings/filings/pushed.json`), by name. */
export function loadPushedKinds(
  file = mappingPath('filings', 'pushed.json'),
): ReadonlyMap<string, PushedKind> {
  const { messages } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Map(messages.map((m) => [m.message, m]));
}

/** A pushed document as it was read: the fields of its head, its lines under `list`. */
export interface PushedBody {
  head: Record<string, string>;
  list: Record<string, string>[];
}

/** One document of a pushed message. */
export interface PushedFact {
  messageType: string;
  position: number;
  reference: string;
  /** Numbers of the lists it speaks of. */
  invtNos: string[];
  /** Customs' time, UTC. */
  time: Date | undefined;
  /** What makes it the same as another, whatever file brought it. */
  identity: string;
  body: PushedBody;
}

/** A pushed document with the file it came in. */
export interface ReceivedPush extends PushedFact {
  rawId: string;
  receivedAt: Date;
}

/** Characters of a field and of a number that are kept; the file itself stays as it came. */
const MAX_FIELD = 2000;
const MAX_NUMBER = 100;

const texts = (node: MessageNode | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(node ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== ''
        ? [[name, storableText(value.trim().slice(0, MAX_FIELD))]]
        : [],
    ),
  );

const nodes = (value: MessageNode[string] | undefined): MessageNode[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (n): n is MessageNode => typeof n === 'object' && !Array.isArray(n),
  );

/** The documents of a pushed message, in their order; none where a document has not the head of its kind. */
export function readPushed(read: ReadMessage, kind: PushedKind): PushedFact[] {
  return read.documents.flatMap((document, position) => {
    const head = texts(nodes(document[kind.head])[0]);
    if (Object.keys(head).length === 0) return [];
    const list = kind.list ? nodes(document[kind.list]).map(texts) : [];
    const numbers = [head[kind.lists], ...list.map((line) => line[kind.lists])].filter(
      (n) => n !== undefined,
    );
    return [
      {
        messageType: kind.message,
        position,
        reference: (head[kind.reference] ?? '').slice(0, MAX_NUMBER),
        invtNos: [...new Set(numbers)],
        time: readTime(head[kind.time] ?? ''),
        identity: JSON.stringify([kind.message, ...kind.identity.map((name) => head[name] ?? '')]),
        body: { head, list },
      },
    ];
  });
}
