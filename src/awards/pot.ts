import { Dec, decimal } from '../base/decimal.js';
import type { Status } from './clause.js';
import { line, money, type Line } from './lines.js';
import type { Policy } from './policy.js';
import { Missing, type Reader } from './readings.js';

/** An amount that may count against the yearly pot; a null clause always counts. */
export interface PotEntry {
  subject: string;
  clause: string | null;
  cny: Dec;
  /** When the enterprise applied (ISO, sorts as text); null: not known. Left out: the order of the amounts is that of application. */
  appliedAt?: string | null;
}

export interface PotResult {
  policy: string;
  status: Status;
  used: Dec;
  limit: Dec;
  /** All that is paid this year, inside and outside the pot. */
  paid: Dec;
  /** True when amounts were reduced. */
  cut: boolean;
  entries: (PotEntry & { outside: boolean; granted: Dec })[];
  lines: Line[];
}

const ZERO = new Dec(0);

/**
 * Adds up what counts against the yearly pot of a policy and, when it is exceeded, does what the reading says: stop,
 * pro rata (floored to the fen), first come, an order of priority, or the rest carried to the next year. Never scales silently.
 */
export function potOf(
  policy: Policy,
  given: readonly PotEntry[],
  reader: Reader,
  priority: readonly string[] | undefined,
): PotResult {
  const rule = policy.rules.pot;
  if (!rule) throw new Error(`${policy.id} has no pot`);
  const limit = decimal(rule.annualCny);
  const all = given.reduce((a, e) => a.plus(e.cny), ZERO);
  // The scope matters only when a clause that might stand outside is among the amounts and the limit could be touched.
  const mayBeOutside = reader
    .ambiguity('pot-scope')
    ?.readings.flatMap((r) => r.outside ?? [])
    .some((c) => given.some((e) => e.clause === c));
  const outside = mayBeOutside && all.gt(limit) ? (reader.ask('pot-scope').reading?.outside ?? []) : [];
  const entries = given.map((e) => ({
    ...e,
    outside: e.clause !== null && outside.includes(e.clause),
    granted: e.cny,
  }));
  const inside = entries.filter((e) => !e.outside);
  const used = inside.reduce((a, e) => a.plus(e.cny), ZERO);
  const lines: Line[] = [];
  const out = entries.filter((e) => e.outside);
  if (out.length > 0) {
    const sum = out.reduce((a, e) => a.plus(e.cny), ZERO);
    lines.push(
      line(
        `不计入资金总额 ${money(sum)} 元（${[...new Set(out.map((e) => e.clause))].join('、')}）`,
        `${money(sum)} CNY stands outside the pot (${[...new Set(out.map((e) => e.clause))].join(', ')})`,
      ),
    );
  }
  const result = (status: Status, cut = false): PotResult => ({
    policy: policy.id,
    status,
    used,
    limit,
    paid: entries.reduce((a, e) => a.plus(e.granted), ZERO),
    cut,
    entries,
    lines,
  });
  const empty: Status = all.isZero() ? 'no-award' : 'award';
  if (used.lte(limit)) {
    if (given.length !== 1)
      lines.push(
        line(
          `${sumOf(inside)}资金总额内 ${money(used)} ≤ ${money(limit)} 元；合计支付 ${money(all)} 元`,
          `${sumOf(inside)}in the pot ${money(used)} ≤ ${money(limit)} CNY; paid in all ${money(all)} CNY`,
        ),
      );
    return result(empty);
  }
  lines.push(
    line(
      `${sumOf(inside)}资金总额 ${money(used)} > ${money(limit)} 元`,
      `${sumOf(inside)}the pot: ${money(used)} > ${money(limit)} CNY`,
    ),
  );
  const { choice } = reader.ask('pot-overflow');
  if (choice === 'stop') {
    lines.push(
      line(
        '条文没有规定超出时的处理：停下待决定',
        'the text gives no rule for the excess: stop for a decision',
      ),
    );
    return result('needs-decision');
  }
  if (choice === 'pro-rata') {
    for (const e of inside) e.granted = e.cny.times(limit).div(used).toDecimalPlaces(2, Dec.ROUND_FLOOR);
    lines.push(
      line(
        `按 ${money(limit)}/${money(used)} 比例核减，分以下舍去`,
        `pro rata ${money(limit)}/${money(used)}, floored to the fen`,
      ),
    );
  } else {
    let left = limit;
    const ordered = inOrder(inside, choice, priority);
    for (const [i, e] of ordered.entries()) {
      e.granted = Dec.min(left, e.cny);
      left = left.minus(e.granted);
      const next = ordered[i + 1];
      // Two who applied at the same time and of whom only one is paid in full: nobody may choose for them.
      if (choice !== 'priority' && next && sameTime(e, next) && left.lt(next.cny) && e.granted.gt(0))
        throw new Missing(
          line(
            `${e.subject} 与 ${next.subject} 申请时间相同，资金不足以全部支付`,
            `${e.subject} and ${next.subject} applied at the same time and the pot does not reach for both`,
          ),
        );
    }
    lines.push(
      choice === 'carry'
        ? line(
            `结转下一年度 ${money(used.minus(limit))} 元`,
            `${money(used.minus(limit))} CNY goes to the next year`,
          )
        : line('按先后顺序至资金用完', 'in order until the pot is empty'),
    );
  }
  for (const e of inside)
    lines.push(
      line(
        `${e.subject} ${money(e.cny)} → ${money(e.granted)}`,
        `${e.subject} ${money(e.cny)} → ${money(e.granted)}`,
      ),
    );
  const sum = inside.reduce((a, e) => a.plus(e.granted), ZERO);
  lines.push(line(`合计 ${money(sum)} ≤ ${money(limit)} 元`, `together ${money(sum)} ≤ ${money(limit)} CNY`));
  return result('award', true);
}

/** `A 4,000,000.00 + B …: `; a long list is left to the lines of the enterprises. */
const sumOf = (entries: readonly PotEntry[]): string =>
  entries.length < 2 || entries.length > 20
    ? ''
    : `${entries.map((e) => `${e.subject} ${money(e.cny)}`).join(' + ')}; `;

const sameTime = (a: PotEntry, b: PotEntry): boolean =>
  a.subject !== b.subject && typeof a.appliedAt === 'string' && a.appliedAt === b.appliedAt;

function inOrder<E extends PotEntry>(
  entries: readonly E[],
  choice: string,
  priority: readonly string[] | undefined,
): E[] {
  if (choice !== 'priority') {
    if (entries.every((e) => e.appliedAt === undefined)) return [...entries];
    const unknown = entries.find((e) => !e.appliedAt);
    if (unknown)
      throw new Missing(
        line(
          `没有给出 ${unknown.subject} 的申请时间`,
          `the time at which ${unknown.subject} applied was not given`,
        ),
      );
    return [...entries].sort((a, b) => ((a.appliedAt ?? '') < (b.appliedAt ?? '') ? -1 : 1));
  }
  if (!priority)
    throw new Missing(
      line(
        '没有给出主管部门确定的完整顺序（每家企业一个名次，不得重复）',
        'the committee’s order of priority is not complete: one place for each enterprise, none twice',
      ),
    );
  const place = (e: E) => {
    const at = priority.indexOf(e.subject);
    return at < 0 ? priority.length : at;
  };
  return [...entries].sort((a, b) => place(a) - place(b));
}
