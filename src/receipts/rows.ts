import { z } from 'zod';
import { mappingPath } from '../base/root.js';
import { readMappings } from '../base/mappingFile.js';
import { messageTypeOfRow } from '../base/rowOrigin.js';
import { textSchema } from '../terms/text.js';

const rowsSchema = z.strictObject({
  title: textSchema,
  source: z.string().min(1),
  seen: z.boolean(),
  validFrom: z.iso.date(),
  messages: z.record(
    z.string().regex(/^CEB\d{3}Message$/),
    z.strictObject({
      node: z.string().regex(/^\w+$/),
      /** Elements of the receipt in their order, each with its column. */
      fields: z.record(z.string().regex(/^\w+$/), z.string().regex(/^\w+$/)),
    }),
  ),
  /** Columns that say nothing a receipt has a place for; without their names a row that is no JSON could not be taken apart. */
  otherFields: z.array(z.string().regex(/^\w+$/)),
});

/** Receipts that a counterpart gives as rows of a table, by message type. Throws when two files speak of one type. */
function loadRows(dir = mappingPath('counterparts', 'rows')) {
  const files = readMappings(dir, 'counterparts/rows', rowsSchema).map((file) => file.content);
  const messages = files.flatMap((file) => Object.entries(file.messages));
  const byType = new Map(messages);
  if (byType.size !== messages.length) throw new Error(`${dir}: two files give rows of one message`);
  const columns = new Set([
    ...messages.flatMap(([, message]) => Object.values(message.fields)),
    ...files.flatMap((file) => file.otherFields),
  ]);
  return { byType, columns };
}
let rows: ReturnType<typeof loadRows> | undefined;

/**
 * The receipt message that a row stands for; undefined when the file is none. The row itself is what is stored: this is only
 * how it is read.
 */
export function rowAsMessage(bytes: Buffer, origin = ''): Buffer | undefined {
  const messageType = messageTypeOfRow(origin);
  if (messageType === undefined) return undefined;
  rows ??= loadRows();
  const message = rows.byType.get(messageType);
  if (!message) return undefined;
  const values = valuesOf(bytes.toString('utf8'), rows.columns);
  const elements = Object.entries(message.fields).map(([element, column]) => {
    const value = values.get(column);
    return value === undefined || value === '' ? '' : `<${element}>${escaped(value)}</${element}>`;
  });
  return Buffer.from(
    `<${messageType} xmlns="http://www.chinaport.gov.cn/ceb" version="1.0"><${message.node}>${elements.join('')}</${message.node}></${messageType}>`,
  );
}

/** Columns with their values: of a JSON object, or as Java prints one (`{a=1, b=2}`), where only known names begin a column. */
function valuesOf(text: string, columns: ReadonlySet<string>): Map<string, string> {
  try {
    const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    return new Map(
      Object.entries(parsed).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    );
  } catch {
    const values = new Map<string, string>();
    let last: string | undefined;
    for (const part of text.replace(/^\{|\}$/g, '').split(', ')) {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(part) ?? [];
      if (columns.has(name)) values.set((last = name), value);
      else if (last !== undefined) values.set(last, `${values.get(last) ?? ''}, ${part}`);
    }
    return values;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string =>
  // Control characters cannot stand in XML at all.
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>]/g, (c) => ENTITIES[c] ?? c);
