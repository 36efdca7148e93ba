import { Decimal } from 'decimal.js';

/** Decimal arithmetic for money, quantities and weights: 40 significant digits, half-up, never a float. */
export const Dec = Decimal.clone({
  precision: 40,
  rounding: Decimal.ROUND_HALF_UP,
  toExpNeg: -30,
  toExpPos: 40,
});
export type Dec = Decimal;

const PLAIN = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** No amount of any message has more than nineteen digits; arithmetic on a million of them takes minutes. */
const LONGEST = 100;

/** True for a plain decimal text: no exponent, no thousands separator, no leading zeros, at most 100 characters. */
export const isPlainDecimal = (text: string): boolean => text.length <= LONGEST && PLAIN.test(text);

/** Parses a plain decimal text; throws RangeError for anything else. */
export function decimal(text: string): Dec {
  if (!isPlainDecimal(text)) throw new RangeError('not a plain decimal');
  return new Dec(text);
}

/** Groups the digits of a decimal text for reading, without ever making a float of it: `1234567.80` → `1,234,567.80`. */
export function groupDigits(value: string): string {
  const [whole = '', fraction] = value.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
