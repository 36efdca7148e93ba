import { randomFrom } from './companies.js';

type Random = () => number;

/** What readers of text stumble over: ends of tags and strings, numbers out of bounds, characters that are none. */
const TOKENS = [
  '\0', '\u0001', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffe', '\ud800', '\udfff', '\u202e', '\u200b',
  '<', '>', '</', '/>', '<!--', '-->', '<![CDATA[', ']]>', '<?x ?>', '<!DOCTYPE a [<!ENTITY b "c">]>', '&b;',
  '&amp;', '&#0;', '&#x1F4A9;', '&#55296;', '&lt;', 'xmlns=""', ' xmlns:a="b"', ' Id="x"', ' xml:space="preserve"',
  '"', "'", '{', '}', '[', ']', ',', ':', ';', '\t', '\r', '\n', '\r\n', '\\', '\\u0000', '\\ud800', '$ref',
  '__proto__', 'constructor', 'null', 'true', 'NaN', '-0', '1e999', '-1e-999', '0x10', '９９', '1,000', '٣',
  '9'.repeat(400), '0'.repeat(400), '.', '-', '+', '=cmd()', '@SUM(1)', '测', '𠮷', 'é', 'e\u0301', 'ﬁ', 'İ',
  '99991231235959999', '00000000000000000', '20260230', '1970-01-01', 'A'.repeat(5_000), '='.repeat(64),
]; // prettier-ignore

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const below = (random: Random, n: number): number => Math.floor(random() * n);

/** A stretch of the text: short as a rule, of any length now and then. */
function stretch(random: Random, length: number): [from: number, to: number] {
  const from = below(random, length + 1);
  const most = random() < 0.9 ? 24 : length;
  return [from, Math.min(length, from + below(random, most + 1))];
}

/** A whole element, or a pair of brackets with what they hold: what structure-aware attacks move about. */
function unit(random: Random, text: string): [from: number, to: number] | undefined {
  const start = below(random, text.length);
  const element = /<([\w:]+)[^<>]*>/g;
  element.lastIndex = start;
  const open = element.exec(text);
  if (open) {
    const close = text.indexOf(`</${open[1]}>`, open.index);
    return close < 0 ? undefined : [open.index, close + `</${open[1]}>`.length];
  }
  const from = text.slice(start).search(/[{[]/);
  if (from < 0) return undefined;
  const to = text.slice(start + from).search(/[}\]]/);
  return to < 0 ? undefined : [start + from, start + from + to + 1];
}

const splice = (text: string, from: number, to: number, piece: string): string =>
  text.slice(0, from) + piece + text.slice(to);

/** The ways a text is changed; `other` is another text of the kind. */
const WAYS: readonly ((text: string, random: Random, other: string) => string)[] = [
  // Something in place of a stretch, or between two characters.
  (text, random) => splice(text, ...stretch(random, text.length), pick(random, TOKENS)),
  (text, random) => {
    const at = below(random, text.length + 1);
    return splice(text, at, at, pick(random, TOKENS));
  },
  // A stretch goes, comes twice, or comes from another file.
  (text, random) => splice(text, ...stretch(random, text.length), ''),
  (text, random) => {
    const [from, to] = stretch(random, text.length);
    return splice(text, to, to, text.slice(from, to).repeat(1 + below(random, 3)));
  },
  (text, random, other) =>
    splice(text, ...stretch(random, text.length), other.slice(...stretch(random, other.length))),
  // It breaks off.
  (text, random) => text.slice(0, below(random, text.length)),
  // A whole element goes, comes twice, moves, changes places with another, is wrapped, or comes from another file.
  (text, random) => {
    const at = unit(random, text);
    return at ? splice(text, ...at, '') : text;
  },
  (text, random) => {
    const at = unit(random, text);
    return at ? splice(text, at[1], at[1], text.slice(...at).repeat(1 + below(random, 20))) : text;
  },
  (text, random) => {
    const at = unit(random, text);
    if (!at) return text;
    const rest = splice(text, ...at, '');
    const to = unit(random, rest)?.[below(random, 2)] ?? 0;
    return splice(rest, to, to, text.slice(...at));
  },
  (text, random) => {
    const at = unit(random, text);
    return at ? splice(text, ...at, `<w>${text.slice(...at)}</w>`) : text;
  },
  (text, random, other) => {
    const at = unit(random, text);
    const from = unit(random, other);
    return at && from ? splice(text, ...at, other.slice(...from)) : text;
  },
  // One letter or digit becomes another; case changes; a character takes another form of the same look.
  (text, random) => {
    const at = below(random, text.length);
    return splice(text, at, at + 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << below(random, 7))));
  },
  (text, random) => {
    const [from, to] = stretch(random, text.length);
    const piece = text.slice(from, to);
    return splice(text, from, to, random() < 0.5 ? piece.toUpperCase() : piece.toLowerCase());
  },
  (text, random) => {
    const [from, to] = stretch(random, text.length);
    return splice(text, from, to, text.slice(from, to).normalize(pick(random, ['NFD', 'NFKC'])));
  },
  (text, random) => {
    const digit = text.slice(below(random, text.length)).search(/\d/);
    return digit < 0 ? text : splice(text, digit, digit + 1, pick(random, [...'0123456789', '９', '٣']));
  },
  // Blanks where there were none, and none where there were some.
  (text, random) => {
    const at = text.indexOf('>', below(random, text.length)) + 1;
    return splice(text, at, at, pick(random, [' ', '\n', '\t', '\r\n', '<!-- x -->', '<?y?>']));
  },
  (text, random) =>
    text.replaceAll(pick(random, ['><', '" ', ', ', '\r\n']), pick(random, ['>\n<', '"  ', ',', '\n'])),
  // Names and values of the kind change everywhere.
  (text, random) => {
    const [from, to] = stretch(random, text.length);
    const piece = text.slice(from, Math.min(to, from + 12));
    return piece === '' ? text : text.replaceAll(piece, pick(random, TOKENS));
  },
];

/** The encodings a text is sent in; nearly always the right one. */
const ENCODED: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  (text) => Buffer.from(text, 'utf16le').swap16(),
  (text) => Buffer.from(text, 'latin1'),
  (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
  (text) => Buffer.from(text.replaceAll('<', '+ADw-')),
];

/** The text after one to six changes, as bytes. */
export function mutateText(text: string, random: Random, other: string): Buffer {
  let changed = text;
  for (let left = 1 + below(random, random() < 0.6 ? 1 : 6); left > 0; left--) {
    changed = pick(random, WAYS)(changed, random, other);
    // Changes that multiply are kept within what a door of a few megabytes lets in anyway.
    if (changed.length > 300_000) changed = changed.slice(0, 300_000);
  }
  return random() < 0.02 ? pick(random, ENCODED)(changed) : mutateBytes(Buffer.from(changed), random, 0.02);
}

/** The bytes with some of them turned, cut, repeated or overwritten, with the given probability. */
export function mutateBytes(bytes: Buffer, random: Random, probability = 1): Buffer {
  if (bytes.length === 0 || random() >= probability) return bytes;
  let changed = Buffer.from(bytes);
  for (let left = 1 + below(random, 8); left > 0; left--) {
    const at = below(random, changed.length);
    const way = below(random, 5);
    if (way === 0) changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8));
    else if (way === 1) changed[at] = pick(random, [0, 0xff, 0x7f, 0x80, 0x3c, 0x50, 0x4b]);
    else if (way === 2)
      changed.fill(below(random, 256), at, Math.min(changed.length, at + below(random, 16)));
    else if (way === 3)
      changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + below(random, 32))]);
    else changed = Buffer.concat([changed.subarray(0, at), changed.subarray(Math.max(0, at - 40))]);
    if (changed.length === 0) return changed;
  }
  return changed;
}

/** A stream of its own for each case, so that case `n` of a run can be made again alone. */
export const randomOfCase = (seed: number, n: number): Random => randomFrom(Math.imul(seed, 0x9e3779b1) ^ n);
