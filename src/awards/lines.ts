import { Dec, groupDigits } from '../base/decimal.js';
import type { Text } from '../terms/text.js';

/** One line of arithmetic as a person reads it, Chinese and English. */
export type Line = Text;

export const line = (zh: string, en: string): Line => ({ zh, en });

/** A number with thousands separators, exactly as it is (at most eight decimals shown). */
export function shown(value: Dec): string {
  return groupDigits(
    (value.decimalPlaces() > 8 ? value.toDecimalPlaces(8, Dec.ROUND_HALF_UP) : value).toFixed(),
  );
}

/** Money with two decimals at least. */
export const money = (value: Dec): string =>
  value.decimalPlaces() <= 2
    ? shown(value)
        .replace(/^([^.]*)$/, '$1.00')
        .replace(/\.(\d)$/, '.$10')
    : shown(value);

/** A rate as a percentage. */
export const percent = (rate: Dec): string => `${rate.times(100).toFixed()}%`;

/** The lines as one text, Chinese and English side by side. */
export const asText = (lines: readonly Line[]): string =>
  lines.map((l) => (l.zh === l.en ? l.zh : `${l.zh} / ${l.en}`)).join('\n');
