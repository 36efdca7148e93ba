import { Dec } from '../base/decimal.js';
import { actualOf, givenValues } from '../awards/indicatorActuals.js';
import type { Indicator, IndicatorPlan } from '../awards/indicators.js';
import { momentOf } from '../figures/moment.js';
import type { CodeTables } from '../messages/codes.js';
import type { Queryable } from '../store/store.js';
import { clearanceTimes } from './figures/records.js';

/**
 * The indicator dictionary with baseline, target and, for a calendar year, what the gateway computes and what officers gave,
 * side by side and never mixed. `today` (`yyyy-MM-dd`, Asia/Shanghai) decides whether a plan is over.
 */
export async function indicatorsView(
  db: Queryable,
  plans: readonly IndicatorPlan[],
  codes: CodeTables,
  question: { tenants: readonly string[]; year: number; today: string },
) {
  const { tenants, year, today } = question;
  const asOf = await momentOf(db);
  const given = await givenValues(db, year);
  const shownPlans = [];
  for (const { indicators, ...plan } of plans) {
    const lines = [];
    for (const indicator of indicators) {
      const actual = await actualOf(db, indicator, { tenants, year, asOf });
      const mine = given.get(indicator.id);
      const { formula, ...shown } = indicator;
      lines.push({
        ...shown,
        formula: formula.fn,
        district: 'district' in formula ? (formula.district ?? null) : null,
        computed: actual ? { ...actual, progress: progress(indicator, actual.value) } : null,
        given: mine
          ? { ...mine, givenAt: mine.givenAt.toISOString(), progress: progress(indicator, mine.value) }
          : null,
        clearance:
          formula.fn === 'clearance'
            ? (
                await clearanceTimes(db, codes, tenants, {
                  from: `${year}-01`,
                  to: `${year}-12`,
                  direction: formula.direction,
                  asOf,
                })
              ).lines
            : null,
      });
    }
    shownPlans.push({ ...plan, over: plan.validTo !== null && plan.validTo < today, indicators: lines });
  }
  return { year, asOf: asOf.toISOString(), plans: shownPlans };
}

/** The share of the target that a value reaches, four places; null without a target of one number. */
function progress({ target }: Indicator, value: string): string | null {
  if (!target || !('value' in target) || new Dec(target.value).isZero()) return null;
  return new Dec(value).div(target.value).toFixed(4);
}
