import type { Clock } from '../base/clock.js';
import { bySeverity, type Fault } from '../base/fault.js';
import type { Text } from '../terms/text.js';
import type { Catalogue } from '../messages/catalogue.js';
import type { FieldDictionary } from '../orders/fields.js';
import type { Order } from '../orders/order.js';
import { byDeclaration, ieFlagOf, inForce, type Form, type Regime, type Regimes } from '../orders/regimes.js';
import type { ExchangeRates, Report, Situation, Tables } from './check.js';
import { dayOf, isDay } from '../base/clock.js';
import type { EnterpriseFacts } from './enterpriseFacts.js';
import type { GoodsTables } from './goodsTables.js';
import { faultOf, type Rule } from './rules.js';
import { formOf, inForm, type OrderForm } from './form.js';
import { documentKinds, judgedByMessages, portCountries } from './tables.js';

export interface CheckerParts {
  rules: ReadonlyMap<string, Rule>;
  regimes: Regimes;
  rates: ExchangeRates;
  goods: GoodsTables;
  clock: Clock;
  /** Its code tables, and what its messages refuse by themselves. */
  catalogue: Pick<Catalogue, 'codes' | 'message' | 'paths'>;
  /** Names of the order's fields. */
  fields: Pick<FieldDictionary, 'byPath'>;
}

export interface Checker {
  /**
   * Every fault that the rules in force find in a normalised order, in the order of their codes; none means the order
   * may go on. The fields of each message have checks of their own, which the caller adds. A declaration under way keeps the
   * regime of the day it was `acceptedOn` (`yyyy-MM-dd`) and the `form` it has; a new order needs one in force today and on its date.
   */
  check(order: Order, acceptedOn?: string, form?: Form): Fault[];
  /** What the rules of credit and qualification find, with what the registry knows of the parties on the order's date. */
  checkRegistry(order: Order, enterprises: EnterpriseFacts): Fault[];
  /** True for a rule that leaves nothing else to judge once it breaks. */
  isDecisive(code: string): boolean;
  /** True when a fault of the rules says already, of the same place, what this field fault says. */
  saysAlready(ruled: readonly Fault[], field: Fault): boolean;
  /** What the rules know besides the order: its date, direction and regime, which is in the form the order takes. */
  situationOf(order: Order, acceptedOn?: string, form?: Form): Situation;
  /** Whether a new order goes by list or goods declaration, and why. */
  formOf(order: Order): OrderForm;
}

/**
 * Binds the rules to their tables once; throws, naming the rule, when one speaks of a regime or document that is not there. A rule is in force on the order's date: the day of export (`list.ieDate`), or
 * today in Asia/Shanghai when that is no real day within a year of now.
 */
export function createChecker({
  rules,
  regimes,
  rates,
  goods,
  clock,
  catalogue,
  fields,
}: CheckerParts): Checker {
  const tables: Tables = {
    rates,
    goods,
    regimesOn: (date) => regimes.inForceOn(date),
    meaning: (table, code) => catalogue.codes.get(table).text(code) ?? { zh: code, en: code },
    isKnown: (table, code) => catalogue.codes.get(table).has(code),
    portCountry: portCountries(catalogue.codes),
    judgedByMessages: (regime) => judgedByMessages(regime, catalogue),
    label: (path) => fields.byPath.get(path.replace(/\[\d+\]/, '[]'))?.header ?? { zh: path, en: path },
  };
  verifyRules(rules, regimes, catalogue);
  let found: Fault[] = [];
  const compiled = [...rules.values()]
    .filter((rule) => rule.check.use !== 'store')
    .sort((a, b) => Number(b.decisive) - Number(a.decisive) || (a.code < b.code ? -1 : 1))
    .map((rule) => {
      const report: Report = (path, params, hint, sample) => {
        const shown = catalogue.paths.isPersonal(`order.${path.replace(/\[\d+\]/, '[]')}`) ? undefined : hint;
        const { zh, en } = tables.label(path);
        const named = { field: zh, fieldEn: en, ...params };
        found.push(faultOf(sample ? onSample(rule, sample) : rule, path, named, shown));
      };
      return { rule, report, check: rule.compile(tables) };
    });

  const kinds = new Map<Regime, ReadonlySet<string>>();
  const kindsOf = (regime: Regime) => {
    let found = kinds.get(regime);
    if (!found) kinds.set(regime, (found = documentKinds(regime, catalogue)));
    return found;
  };

  /** Which way the data of the regime send an order and, where they leave it to its list, the rules that send it away. */
  const wayOf = (order: Order, regime: Regime | undefined, date: string): OrderForm => {
    const way = formOf(order, regime, date, rates);
    if (way.form !== 'list' || !regime?.declaration || regime.declaration.validFrom > date) return way;
    const situation: Situation = { date, now: clock.now(), ieFlag: ieFlagOf(order), regime };
    const reasons = compiled.flatMap(({ rule, report, check }) => {
      if (rule.otherwise === undefined || !speaks(rule, order, situation)) return [];
      found = [];
      check(order, situation, report);
      const { code, source, seen } = rule;
      // What was judged on a sample is a notice, and no reason.
      return bySeverity(found).faults.map(({ path, message }) => ({
        id: code,
        path,
        text: message,
        source,
        seen,
      }));
    });
    return reasons.length > 0 ? { form: 'goods-declaration', reasons } : way;
  };

  /** True when a rule is in force and has anything to say of an order in its situation. */
  const speaks = (rule: Rule, order: Order, { date, ieFlag, regime }: Situation): boolean =>
    inForce(rule, date) &&
    (!rule.ieFlag || rule.ieFlag === ieFlag) &&
    (!rule.document || (regime !== undefined && kindsOf(regime).has(rule.document))) &&
    (!rule.regimes || (order.regime !== undefined && rule.regimes.includes(order.regime))) &&
    (rule.form === undefined || rule.form === regime?.form) &&
    !(rule.otherwise !== undefined && rule.otherwise === regime?.form);

  const situationOf = (order: Order, acceptedOn?: string, form?: Form): Situation => {
    const now = clock.now();
    const date = dateOf(order, now);
    const ieFlag = ieFlagOf(order);
    const on = (day: string) =>
      order.regime === undefined ? undefined : regimes.regimeOn(order.regime, ieFlag, day);
    const found = acceptedOn === undefined ? on(dayOf(now)) && on(date) : on(acceptedOn);
    const regime = inForm(found, form ?? wayOf(order, found, date).form);
    return { date, now, ieFlag, regime };
  };

  const judge = (order: Order, situation: Situation, judged: Rule['judged']): Fault[] => {
    found = [];
    for (const { rule, report, check } of compiled) {
      if (rule.judged !== judged || !speaks(rule, order, situation)) continue;
      check(order, situation, report);
      if (rule.decisive && found.length > 0) return found;
    }
    return found;
  };

  return {
    situationOf,
    isDecisive: (code) => rules.get(code)?.decisive ?? false,
    saysAlready: (ruled, field) =>
      ruled.some(
        (fault) => fault.path === field.path && rules.get(fault.code)?.replaces.includes(field.code),
      ),
    formOf(order) {
      const date = dateOf(order, clock.now());
      const found = regimes.regimeOn(order.regime ?? '', ieFlagOf(order), dayOf(clock.now()));
      return wayOf(order, found, date);
    },
    check: (order, acceptedOn, form) => judge(order, situationOf(order, acceptedOn, form), 'order'),
    checkRegistry: (order, enterprises) => judge(order, { ...situationOf(order), enterprises }, 'registry'),
  };
}

/** The same rule where it was judged on sample data: a notice, in words that say so. */
const onSample = (rule: Rule, sample: Text): Rule => ({
  ...rule,
  severity: 'notice',
  text: {
    zh: `${rule.text.zh}（依据${sample.zh}判断，为样例数据，仅作提示）`,
    en: `${rule.text.en} (judged on ${sample.en}, which are sample data: a notice only)`,
  },
});

/** A rule of regimes or documents that do not exist would be silent for ever. */
function verifyRules(
  rules: CheckerParts['rules'],
  regimes: Regimes,
  catalogue: Pick<Catalogue, 'message'>,
): void {
  const codes = new Set(regimes.all.map((regime) => regime.regime));
  const documents = new Set(
    regimes.all.flatMap((regime) => [
      ...documentKinds(regime, catalogue),
      ...documentKinds(byDeclaration(regime), catalogue),
    ]),
  );
  for (const { code, regimes: named, document } of rules.values()) {
    const unknown = named?.find((regime) => !codes.has(regime));
    if (unknown !== undefined)
      throw new Error(`rule ${code} names regime ${unknown}, which mappings/regimes does not have`);
    if (document !== undefined && !documents.has(document))
      throw new Error(`rule ${code} names document ${document}, which no regime has`);
  }
}

const YEAR = 366 * 86_400_000;

/** A mistyped year must not move an order to a time before the rules. */
function dateOf(order: Order, now: Date): string {
  const { ieDate } = order.list;
  const isNear =
    ieDate !== undefined && isDay(ieDate) && Math.abs(Date.parse(ieDate) - now.getTime()) <= YEAR;
  return isNear ? ieDate : dayOf(now);
}
