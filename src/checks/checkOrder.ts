import type { Clock } from '../base/clock.js';
import type { Fault } from '../base/fault.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { Order } from '../orders/order.js';
import type { ExchangeRates, Report, Situation, Tables } from './check.js';
import { dayOf, isDay } from './days.js';
import { inForce, type Regimes } from './regimes.js';
import { faultOf, type Rule } from './rules.js';
import { portCountries, refusedByMessages } from './tables.js';

export interface CheckerParts {
  rules: ReadonlyMap<string, Rule>;
  regimes: Regimes;
  rates: ExchangeRates;
  clock: Clock;
  /** Its code tables, and what its messages refuse by themselves. */
  catalogue: Pick<Catalogue, 'codes' | 'message'>;
}

export interface Checker {
  /**
   * Every fault that the rules in force find in a normalised order, in the order of their codes; none means the order
   * may go on. The fields of each message have checks of their own, which the caller adds.
   */
  check(order: Order): Fault[];
}

/**
 * Binds the rules to their tables once. A rule is in force on the order's date: the day of export (`list.ieDate`), or
 * today in Asia/Shanghai when that is no real day within a year of now.
 */
export function createChecker({ rules, regimes, rates, clock, catalogue }: CheckerParts): Checker {
  const tables: Tables = {
    rates,
    regimesOn: (date) => regimes.codesOn(date),
    meaning: (table, code) => catalogue.codes.get(table).text(code) ?? { zh: code, en: code },
    portCountry: portCountries(catalogue.codes),
    refusedByMessages: (regime) => refusedByMessages(regime, catalogue),
  };
  let found: Fault[] = [];
  const compiled = [...rules.values()]
    .filter((rule) => rule.check.use !== 'store')
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((rule) => {
      const report: Report = (path, params, hint) => void found.push(faultOf(rule, path, params, hint));
      return { rule, report, check: rule.compile(tables) };
    });

  return {
    check(order) {
      const now = clock.now();
      const date = dateOf(order, now);
      const regime = order.regime === undefined ? undefined : regimes.regimeOn(order.regime, date);
      const situation: Situation = { date, now, regime };

      found = [];
      for (const { rule, report, check } of compiled) {
        if (!inForce(rule, date)) continue;
        if (rule.regimes && !(order.regime !== undefined && rule.regimes.includes(order.regime))) continue;
        check(order, situation, report);
      }
      return found;
    },
  };
}

const YEAR = 366 * 86_400_000;

/** A mistyped year must not move an order to a time before the rules. */
function dateOf(order: Order, now: Date): string {
  const { ieDate } = order.list;
  const isNear =
    ieDate !== undefined && isDay(ieDate) && Math.abs(Date.parse(ieDate) - now.getTime()) <= YEAR;
  return isNear ? ieDate : dayOf(now);
}
