import { Readable } from 'node:stream';
import type { Fault } from '../../base/fault.js';
import { makeFault } from '../../base/faults.js';
import { looksLikeUtf16 } from './source.js';

export type OrderFormat = 'json' | 'ndjson' | 'csv' | 'xlsx';

/** How many bytes `detectFormat` wants to see. */
export const sniffLength = 64 * 1024;

interface Kind {
  zh: string;
  en: string;
  magic: readonly number[];
}
const refusedKinds: readonly Kind[] = [
  { zh: '.xls（旧版 Excel）', en: '.xls (old Excel)', magic: [0xd0, 0xcf, 0x11, 0xe0] },
  { zh: 'PDF', en: 'PDF', magic: [0x25, 0x50, 0x44, 0x46] },
  { zh: 'PNG 图片', en: 'PNG image', magic: [0x89, 0x50, 0x4e, 0x47] },
  { zh: 'JPEG 图片', en: 'JPEG image', magic: [0xff, 0xd8, 0xff] },
  { zh: 'GIF 图片', en: 'GIF image', magic: [0x47, 0x49, 0x46, 0x38] },
  { zh: 'GZIP 压缩', en: 'GZIP', magic: [0x1f, 0x8b] },
  { zh: '7z 压缩', en: '7z', magic: [0x37, 0x7a, 0xbc, 0xaf] },
  { zh: 'RAR 压缩', en: 'RAR', magic: [0x52, 0x61, 0x72, 0x21] },
];
/** What a workbook with an opening password keeps its content in. */
const encrypted = Buffer.from('EncryptedPackage', 'utf16le');
const refused = ({ zh, en }: Omit<Kind, 'magic'>): { refused: Fault } => ({
  refused: makeFault('I01', '', { kindZh: zh, kindEn: en }),
});

/**
 * What a file is, by its first bytes; name and content type only decide between JSON and NDJSON when the bytes leave it
 * open. Returns a fault (I01, I02, I03, I35, I57) for what is not accepted.
 */
export function detectFormat(
  head: Buffer,
  filename = '',
  contentType = '',
): { format: OrderFormat } | { refused: Fault } {
  if (head.length === 0) return { refused: makeFault('I03', '') };
  const kind = refusedKinds.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (kind && head.includes(encrypted)) return { refused: makeFault('I57', '') };
  if (kind) return refused(kind);
  if (head[0] === 0x50 && head[1] === 0x4b) return zipFormat(head, filename);
  const marked = (head[0] ?? 0) >= 0xfe;
  if (!marked && looksLikeUtf16(head)) return { refused: makeFault('I35', '') };
  const text = (
    marked ? new TextDecoder(head[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(head) : head.toString('utf8')
  )
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '') return { refused: makeFault(head.length < sniffLength ? 'I03' : 'I02', '') };
  if (text.startsWith('<')) return refused({ zh: 'HTML 或 XML', en: 'HTML or XML' });
  if (text.startsWith('[')) return { format: 'json' };
  if (text.startsWith('{')) {
    const named = /\.(ndjson|jsonl)$/i.test(filename) || /ndjson|jsonl|json-seq/i.test(contentType);
    return { format: named || secondLineIsObject(text) ? 'ndjson' : 'json' };
  }
  return { format: 'csv' };
}

function zipFormat(head: Buffer, filename: string): { format: OrderFormat } | { refused: Fault } {
  const names = head.toString('latin1');
  const office = names.includes('[Content_Types].xml') || names.includes('xl/') || names.includes('_rels/');
  const other = names.includes('word/') || names.includes('ppt/');
  if (!other && (office || /\.xlsx$/i.test(filename))) return { format: 'xlsx' };
  return refused({ zh: 'ZIP 压缩', en: 'ZIP' });
}

/** True when the first line is a whole object and another one follows: an order a line. */
function secondLineIsObject(text: string): boolean {
  const end = text.indexOf('\n');
  if (end < 0) return false;
  if (!text.slice(end).trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text.slice(0, end));
    return true;
  } catch {
    return text.slice(0, end).trimEnd().endsWith('}');
  }
}

/**
 * Reads the first bytes of a stream for `detectFormat` and hands back a stream that still has them. Ending the stream
 * handed back leaves the given one open, so that an HTTP request can still be answered; it stays the caller's to close.
 */
export async function sniff(stream: Readable): Promise<{ head: Buffer; stream: Readable }> {
  const parts: Buffer[] = [];
  let length = 0;
  const iterator = stream.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer | string>;
  while (length < sniffLength) {
    const next = await iterator.next();
    if (next.done) break;
    const part = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
    parts.push(part);
    length += part.length;
  }
  const head = Buffer.concat(parts);
  async function* whole(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      yield typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
  }
  return { head: head.subarray(0, sniffLength), stream: Readable.from(whole(), { objectMode: false }) };
}
