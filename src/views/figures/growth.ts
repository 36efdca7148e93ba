import { Dec } from '../../base/decimal.js';
import { addUp, type Figure, type Money } from '../../figures/sums.js';
import type { Text } from '../../terms/text.js';

/** What is known of the year before: whether records reach back to it, and whether this year's months are under way. */
export interface Base {
  known: boolean;
  unfinished: boolean;
}

/**
 * A figure beside that of the same months a year before. Without a base there is no rate, and the text says why: no
 * records reach back so far, or there was nothing. A month under way is said too, for it stands beside a whole one.
 */
export function growth(now: Figure, previous: Figure | undefined, { known, unfinished }: Base) {
  const before = previous ?? addUp([]);
  const rate = (a: string, b: string) => (new Dec(b).isZero() ? null : new Dec(a).minus(b).div(b).toFixed(4));
  const of = (a: Money, b: Money) => ({ cny: rate(a.cny, b.cny), usd: rate(a.usd, b.usd) });
  const { gross, withdrawn, returned, net, pending } = before;
  const nothing = gross.lines + withdrawn.lines + returned.lines === 0;
  const base = nothing ? (known ? 'nothing' : 'unknown') : known ? 'whole' : 'part';
  return {
    previous: { gross, withdrawn, returned, net, pending },
    gross: of(now.gross, before.gross),
    net: of(now.net, before.net),
    base,
    text: base === 'whole' && unfinished ? UNFINISHED : BASES[base],
  } as const;
}

const UNKNOWN: Text = {
  zh: '本网关没有上年同期的记录，无法比较',
  en: 'The gateway holds no records of the year before: nothing to compare with',
};
const BASES: Record<'whole' | 'part' | 'nothing' | 'unknown', Text | null> = {
  whole: null,
  part: {
    zh: '上年同期只有部分月份有记录，增幅不可比',
    en: 'Records reach back to a part of the year before only: the rate does not compare like with like',
  },
  nothing: { zh: '上年同期为零，无法计算增幅', en: 'There was nothing in the year before: there is no rate' },
  unknown: UNKNOWN,
};
const UNFINISHED: Text = {
  zh: '本期尚未结束，与上年完整月份相比',
  en: 'The period is under way and stands beside whole months of the year before',
};

/** What is missing of the year before as a whole; null when nothing is. */
export function missingBase({ known }: Base, from: string, first: string | undefined): Text | null {
  if (known) return null;
  if (first === undefined) return UNKNOWN;
  return {
    zh: `上年同期自 ${from} 起，本网关的记录自 ${first} 起`,
    en: `The year before begins with ${from}, the records of the gateway with ${first}`,
  };
}
