import { dayOf, readTime } from '../base/clock.js';
import { Dec, isPlainDecimal } from '../base/decimal.js';

/** A value read from what a person or a program wrote, or the code of the intake fault that says why it cannot be. */
export type Reading = { value: string } | { fault: string };

const printableAscii = /^[!-~]*$/;

/** Half-width, trimmed, without invisible marks: for everything that is not free text. */
const tidy = (text: string): string =>
  printableAscii.test(text)
    ? text
    : text
        .normalize('NFKC')
        .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
        .replace(/\u2212/g, '-')
        .trim();

const thousands = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
const loose = /^([+-]?)0*(\d*)(?:\.(\d*))?$/;

/**
 * A decimal as plain text. Understands full-width digits, a leading `+`, leading zeros, `.5`, `5.` and thousands
 * separators (`1,234.50`). Keeps the zeros that were written, except those after the fifth decimal, which no customs
 * field has. Fault I26 for anything else, such as `1.234,50`, a currency sign or an exponent.
 */
export function readDecimal(text: string): Reading {
  let t = tidy(text);
  if (thousands.test(t)) t = t.replaceAll(',', '');
  if (!isPlainDecimal(t)) {
    const m = loose.exec(t);
    if (!m || !/\d/.test(t)) return { fault: 'I26' };
    t = (m[1] === '-' ? '-' : '') + (m[2] || '0') + (m[3] ? `.${m[3]}` : '');
  }
  return { value: t.replace(/(\.\d{5}\d*?)0+$/, '$1') };
}

/** A whole number as plain text; `3.0` is 3. Fault I27. */
export function readInteger(text: string): Reading {
  const read = readDecimal(text);
  if ('fault' in read) return { fault: 'I27' };
  return { value: read.value.replace(/\.0*$/, '') };
}

const localTime =
  /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:(?:T| +)?(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;
const compactTime = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6}|\d{9})?$/;
const dayFirst = /^\d{1,2}([-/.])\d{1,2}\1(\d{4}|\d{2})\b/;
const serialNumber = /^\d{5}(\.\d+)?$/;
const two = (digits: string | undefined): string => (digits ?? '0').padStart(2, '0');

/** A spreadsheet serial number (days since 1899-12-30) as fourteen digits of wall-clock time. */
function serialDigits(serial: string): string {
  const seconds = Math.round(Number(serial) * 86_400);
  const utc = new Date(Date.UTC(1899, 11, 30) + seconds * 1000);
  return utc.toISOString().replace(/\D/g, '').slice(0, 14);
}

/** The instant a text names; texts without an offset are Asia/Shanghai. */
function momentOf(text: string): Date | undefined {
  if (serialNumber.test(text)) return readTime(serialDigits(text));
  if (compactTime.test(text)) return readTime(text.length > 14 ? text : text.padEnd(14, '0'));
  const m = localTime.exec(text);
  if (!m) return undefined;
  const [, year, , m1, d1, m2, d2, hour, minute, second, zone] = m;
  const digits = `${year}${two(m1 ?? m2)}${two(d1 ?? d2)}${two(hour)}${two(minute)}${two(second)}`;
  const asShanghai = readTime(digits);
  if (!asShanghai || !zone) return asShanghai;
  const sign = zone.startsWith('-') ? -1 : 1;
  const [zh, zm] = /^z$/i.test(zone) ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return new Date(asShanghai.getTime() + (8 * 60 - sign * (zh * 60 + zm)) * 60_000);
}

const isoSeconds = (instant: Date): string => instant.toISOString().replace(/\.\d{3}Z$/, 'Z');

/**
 * An instant as ISO 8601 UTC with seconds. Understands ISO 8601 with an offset and, as Asia/Shanghai time,
 * `2026-11-03 10:20[:30]`, `2026/11/3 10:20`, `2026年11月3日 10:20`, `20261103102030` and a spreadsheet serial number.
 * A date alone is its first second. Fault I29 when day and month cannot be told apart (`03/04/2026`), else I28.
 */
export function readInstant(text: string): Reading {
  const t = tidy(text);
  const instant = momentOf(t);
  if (instant) return { value: isoSeconds(instant) };
  return { fault: dayFirst.test(t) ? 'I29' : 'I28' };
}

/** A calendar date of Asia/Shanghai as `yyyy-MM-dd`; reads what `readInstant` reads. Faults I29 and I37. */
export function readDate(text: string): Reading {
  const t = tidy(text);
  const instant = momentOf(t);
  if (!instant) return { fault: dayFirst.test(t) ? 'I29' : 'I37' };
  return { value: dayOf(instant) };
}

/** The part of a code table that reading needs; the message catalogue provides it. */
export interface CodeTables {
  get(table: string): { resolve(input: string): string | undefined } | undefined;
}

/**
 * The customs code a text stands for (`USD`, `美元`, `502`), or the tidied text itself when the table does not know it.
 * Digits that a spreadsheet robbed of leading zeros (`7` for `007`) are restored when only one code can be meant.
 */
export function readCode(text: string, table: string, codes: CodeTables): Reading {
  const t = tidy(text);
  const resolve = (input: string) => codes.get(table)?.resolve(input);
  const code = resolve(t);
  if (code !== undefined) return { value: code };
  if (/^\d{1,3}$/.test(t)) {
    const padded = [3, 4].filter((w) => w > t.length).map((w) => resolve(t.padStart(w, '0')));
    const found = padded.filter((c) => c !== undefined);
    if (found.length === 1 && found[0] !== undefined) return { value: found[0] };
  }
  return { value: t };
}

/** Rounds a spreadsheet number to the 15 digits Excel shows (`19.989999999999998` is 19.99), as plain text. */
export function spreadsheetNumber(text: string): string {
  return new Dec(text).toSignificantDigits(15).toFixed();
}

/** `code`: letters of a code are capitals, without blanks; `digits`: a number code without its points, dashes and blanks. */
export const cleanings = ['code', 'digits'] as const;

/** Puts a code right that people copy with blanks, small letters or points: `91500103 ma5yq00a09`, `9503.00.21.00`. */
export function cleanText(text: string, how: (typeof cleanings)[number]): string {
  const compact = tidy(text).replace(/\s+/g, '');
  return how === 'code' ? compact.toUpperCase() : compact.replace(/[.-]/g, '');
}
