import { ParseOption, XmlDocument, XmlLibError } from 'libxml2-wasm';
import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';

export interface DoorLimits {
  /** Bytes. */
  maxBytes: number;
  /** Elements inside elements. */
  maxDepth: number;
  /** Elements of the whole file: a hundred lists of a hundred goods lines have half of it. */
  maxElements: number;
  /** Attributes of one element, and how many of all of them may declare a namespace. */
  maxAttributes: number;
  maxNamespaces: number;
}

export const doorLimits: Readonly<DoorLimits> = {
  maxBytes: 20 * 1024 * 1024,
  maxDepth: 32,
  maxElements: 500_000,
  maxAttributes: 64,
  maxNamespaces: 1000,
};

/** Declared encodings we decode; the last three appear in older platforms' receipts. */
const encodings: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'gb2312', 'gbk', 'gb18030']);

/**
 * The one place where foreign XML is let in. What comes out is text that is well-formed XML 1.0 with namespaces, has no
 * DOCTYPE (hence no entities but the five of XML), is within the limits of depth, elements, attributes and namespaces,
 * and starts without a BOM. Its cost grows with the length of the file and with nothing else.
 *
 * @throws FaultError (400) with one fault D01–D07, D13: nothing after the first offence is worth reading
 */
export function openDoor(bytes: Buffer, limits: Partial<DoorLimits> = {}): { text: string } {
  const all = { ...doorLimits, ...limits };
  const { maxBytes } = all;
  if (bytes.length > maxBytes) refuse('D01', { size: String(bytes.length), max: String(maxBytes) });
  const text = decode(bytes);
  if (text.trim() === '') refuse('D02', {});
  scan(text, all);
  requireWellFormed(text);
  return { text };
}

function refuse(code: string, params: Record<string, string>): never {
  throw new FaultError([makeFault(code, '', params)], 400);
}

function decode(bytes: Buffer): string {
  const start = bytes.subarray(0, 4).toString('latin1');
  if (start.startsWith('\xfe\xff') || start.startsWith('\xff\xfe') || start.includes('\0')) {
    refuse('D04', { encoding: 'UTF-16/UTF-32' });
  }
  const declared = /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(
    bytes.subarray(0, 256).toString('latin1'),
  );
  const encoding = declared?.[1] ?? 'UTF-8';
  if (!encodings.has(encoding.toLowerCase())) refuse('D04', { encoding });
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return refuse('D03', { encoding });
  }
}

/** Line and column of a place, from 1. */
function positionOf(text: string, at: number): { line: string; column: string } {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf('\n');
  return { line: String(before.split('\n').length), column: String(at - lastBreak) };
}

/**
 * Walks the markup as XML 1.0 defines it, so that what stands in a comment or a CDATA section is not mistaken for
 * markup, nor markup for text. Where the markup breaks off, the walk ends and `requireWellFormed` says why.
 */
function scan(text: string, limits: DoorLimits): void {
  const { maxDepth } = limits;
  let depth = 0;
  let elements = 0;
  let namespaces = 0;
  const tooMany = (at: number, zh: string, en: string, max: number) =>
    refuse('D13', { ...positionOf(text, at), whatZh: zh, what: en, max: String(max) });
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    let end: number;
    if (text.startsWith('<!--', at)) end = after(text, '-->', at + 4);
    else if (text.startsWith('<![CDATA[', at)) end = after(text, ']]>', at + 9);
    else if (text.startsWith('<?', at)) end = after(text, '?>', at + 2);
    else if (text.startsWith('<!', at)) refuse('D05', positionOf(text, at));
    else if (text.startsWith('</', at)) {
      depth--;
      end = after(text, '>', at);
    } else {
      const tag = startTag(text, at);
      end = tag.end;
      if (++elements > limits.maxElements) tooMany(at, '元素', 'elements', limits.maxElements);
      if (tag.attributes > limits.maxAttributes)
        tooMany(at, '一个元素的属性', 'attributes of one element', limits.maxAttributes);
      namespaces += tag.namespaces;
      if (namespaces > limits.maxNamespaces)
        tooMany(at, '命名空间声明', 'namespace declarations', limits.maxNamespaces);
      if (end > 0 && text[end - 2] !== '/' && ++depth > maxDepth) {
        refuse('D06', { ...positionOf(text, at), max: String(maxDepth) });
      }
    }
    if (end <= 0) return;
    at = end;
  }
}

/** The place behind the next `mark`; 0 when there is none. */
function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? 0 : at + mark.length;
}

/** The place behind a start tag (0 when it does not end) and what it holds; a `>` inside an attribute value does not end it. */
function startTag(text: string, at: number): { end: number; attributes: number; namespaces: number } {
  const tag = { end: 0, attributes: 0, namespaces: 0 };
  const stop = /[>"']/g;
  let from = at;
  stop.lastIndex = at;
  for (let found = stop.exec(text); found; found = stop.exec(text)) {
    if (found[0] === '>') return { ...tag, end: stop.lastIndex };
    tag.attributes++;
    // The name stands between the value before and this quote.
    if (/\sxmlns\s*[:=]/.test(text.slice(Math.max(from, found.index - 300), found.index))) tag.namespaces++;
    const close = text.indexOf(found[0], stop.lastIndex);
    if (close < 0) return tag;
    from = close + 1;
    stop.lastIndex = from;
  }
  return tag;
}

/** The text is decoded already, has no DTD and a bounded size: hence these options. */
const parseOptions = (ParseOption.XML_PARSE_IGNORE_ENC |
  ParseOption.XML_PARSE_NO_XXE |
  ParseOption.XML_PARSE_NONET |
  ParseOption.XML_PARSE_HUGE |
  ParseOption.XML_PARSE_BIG_LINES) as ParseOption;

function requireWellFormed(text: string): void {
  const nul = text.indexOf('\0');
  if (nul >= 0) refuse('D07', { ...positionOf(text, nul), reason: 'U+0000' });
  try {
    XmlDocument.fromString(text, { option: parseOptions }).dispose();
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    const [first] = error.details;
    refuse('D07', {
      line: String(first?.line ?? 1),
      column: String(first?.col ?? 1),
      reason: (first?.message ?? error.message).trim(),
    });
  }
}
