import { Dec, decimal } from '../base/decimal.js';
import type { Facts } from './facts.js';
import { line, money, type Line } from './lines.js';
import type { AwardClause } from './policy.js';
import { Missing, type Reader } from './readings.js';

interface Working {
  facts: Facts;
  reader: Reader;
  lines: Line[];
}

const say = (lines: Line[], zh: string, en: string): void => void lines.push(line(zh, en));

/** Amounts under the cap of the clause: a year, the enterprise, or all years together. */
export function cap(work: Working, clause: AwardClause, amounts: Dec[]): Dec[] {
  if (!clause.cap) return amounts;
  const limit = decimal(clause.cap.amount);
  const { lines, facts } = work;
  const hit = (was: Dec, now: Dec) => {
    say(
      lines,
      `${money(was)} 超过上限 → ${money(now)} 元（上限 ${money(limit)}）`,
      `${money(was)} is above the cap → ${money(now)} CNY (cap ${money(limit)})`,
    );
    return now;
  };
  if (clause.cap.per === 'year') return amounts.map((a) => (a.gt(limit) ? hit(a, limit) : a));
  let left =
    clause.cap.per === 'cumulative'
      ? Dec.max(0, limit.minus(facts.paidBefore.reduce((a, p) => a.plus(p.cny), new Dec(0))))
      : limit;
  return amounts.map((a) => {
    const granted = a.gt(left) ? hit(a, left) : a;
    left = left.minus(granted);
    return granted;
  });
}

/** Rounding after the cap, by the reading. */
export function round(work: Working, amount: Dec): Dec {
  const exact = amount.toDecimalPlaces(2, Dec.ROUND_HALF_UP);
  if (amount.eq(amount.div(10_000).floor().times(10_000))) return amount;
  const { choice } = work.reader.ask('rounding');
  const rounded =
    choice === 'yuan' ? amount.floor() : choice === 'wan' ? amount.div(10_000).floor().times(10_000) : exact;
  if (!rounded.eq(amount))
    say(
      work.lines,
      `${money(amount)} 取整 → ${money(rounded)} 元`,
      `${money(amount)} rounds to ${money(rounded)} CNY`,
    );
  return rounded;
}

/** For a ceiling: the approved amount where that reading was chosen, never above the ceiling. */
export function approved(work: Working, clause: AwardClause, ceiling: Dec): Dec {
  if (!clause.maximum) return ceiling;
  const { reader, facts, lines } = work;
  if (!reader.ambiguity('ceiling') || reader.ask('ceiling').choice === 'maximum') {
    say(
      lines,
      `${money(ceiling)} 元为上限，不是应得额`,
      `${money(ceiling)} CNY is a ceiling, not an entitlement`,
    );
    return ceiling;
  }
  if (facts.approvedCny === null)
    throw new Missing(line('没有填写核定金额', 'the approved amount was not entered'));
  const granted = Dec.min(ceiling, facts.approvedCny);
  say(
    lines,
    `核定 ${money(granted)} 元（上限 ${money(ceiling)}）`,
    `approved ${money(granted)} CNY (ceiling ${money(ceiling)})`,
  );
  return granted;
}
