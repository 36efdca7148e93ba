import { Dec, decimal } from '../../base/decimal.js';
import { money } from '../../awards/lines.js';
import type { Policy } from '../../awards/policy.js';
import type { LineResult } from '../../awards/run.js';
import type { Text } from '../../terms/text.js';

/**
 * Why an enterprise was not granted more, in the order in which amounts are lost: a clause at its cap, a clause that gives a
 * ceiling only, a clause that lost under 就高不重复, clauses that gave nothing, and the yearly pot. Says nothing that the
 * computed result does not hold.
 */
export function whyNotMore(policy: Policy, result: LineResult, granted: string | null): Text[] {
  const why: Text[] = [];
  const say = (zh: string, en: string) => void why.push({ zh, en });
  for (const made of result.clauses) {
    const clause = policy.clauses.find((c) => c.id === made.clause);
    if (clause?.kind !== 'award') continue;
    const [zh, en] = [`${made.clause} ${clause.title.zh}`, `${made.clause} ${clause.title.en}`];
    const amount = made.cny ?? made.estimateCny;
    if (made.lost) {
      say(`${zh}：${made.lost.zh}`, `${en}: ${made.lost.en}`);
      continue;
    }
    if (amount !== null && clause.cap && decimal(amount).gte(clause.cap.amount))
      say(
        `${zh}：已达上限 ${money(decimal(clause.cap.amount))} 元`,
        `${en}: at its cap of ${money(decimal(clause.cap.amount))} CNY`,
      );
    if (made.status === 'award' || made.status === 'needs-decision') continue;
    if (amount !== null && !decimal(amount).isZero()) continue;
    const last = made.lines.findLast((line) => line.zh.includes('→ 0')) ?? made.lines.at(-1);
    if (last) say(`${zh}：${last.zh}`, `${en}: ${last.en}`);
  }
  if (result.cny !== null && granted !== null && decimal(granted).lt(result.cny)) {
    const cut = new Dec(result.cny).minus(granted);
    say(
      `资金总额不足：核算 ${money(decimal(result.cny))} 元，拟拨付 ${money(decimal(granted))} 元，少 ${money(cut)} 元`,
      `the yearly pot does not reach: ${money(decimal(result.cny))} CNY computed, ${money(decimal(granted))} CNY granted, ${money(cut)} CNY less`,
    );
  }
  return why;
}
