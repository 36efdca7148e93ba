import { z } from 'zod';
import { dayOf } from '../../base/clock.js';
import { defineCheck, type Situation } from '../check.js';
import { eachValue, headPath, headReader, lineAt, linePath, lineReader } from '../../orders/paths.js';
import { filledOf, needOn } from '../../orders/documentNeed.js';
import { inForce, type IeFlag, type Regime } from '../../orders/regimes.js';
import type { Order, OrderLine } from '../../orders/order.js';
import { excludedAt, excluding } from '../exclusions.js';
import { isSingleArticle, limitsOf, measureInCny } from '../limits.js';
import { readScaled } from '../scaled.js';

/** The order names a regime that the gateway knows, in its direction, in force on the order's date and today. */
export const regimeKnown = defineCheck({}, (_params, { regimesOn }) => (order, situation, report) => {
  const { now, ieFlag, regime } = situation;
  if (regime !== undefined) return;
  const isOn = (day: string) => regimesOn(day).some((r) => r.regime === order.regime && r.ieFlag === ieFlag);
  // In force on its date: then today is the day that has none.
  const date = isOn(situation.date) ? dayOf(now) : situation.date;
  const codes = (flag: IeFlag) =>
    regimesOn(date)
      .filter((r) => r.ieFlag === flag)
      .map((r) => r.regime)
      .join(' / ');
  report('regime', { date, exports: codes('E'), imports: codes('I') }, order.regime);
});

/** What one regime makes of a rule, made when the first order of that regime comes. */
function perRegime<T>(make: (regime: Regime) => T): (regime: Regime) => T {
  const made = new Map<Regime, T>();
  return (regime) => {
    let found = made.get(regime);
    if (found === undefined) made.set(regime, (found = make(regime)));
    return found;
  };
}

/** The regime allows the value at a path: one of its `orderTypes` or `statisticsFlags`. */
export const regimeAllows = defineCheck(
  { path: headPath, list: z.enum(['orderTypes', 'statisticsFlags']) },
  ({ path, list }, { judgedByMessages }) => {
    const read = headReader(path);
    const judgedOf = perRegime(judgedByMessages);
    return (order, { regime }, report) => {
      const value = read(order);
      const allowed = regime?.[list] ?? [];
      if (regime === undefined || value === undefined || allowed.length === 0 || allowed.includes(value))
        return;
      if (judgedOf(regime).isUnreadable(path, value)) return;
      report(path, { regime: regime.regime, allowed: allowed.join(' / ') }, value);
    };
  },
);

/**
 * Paths that the regime forbids are empty, of those that its messages would carry, but for what their field checks
 * refuse already.
 */
export const forbiddenFields = defineCheck({}, (_params, { judgedByMessages }) => {
  const visitsOf = perRegime((regime) => {
    const { refused, carried } = judgedByMessages(regime);
    return regime.forbidden.filter((path) => carried.has(path) && !refused.has(path)).map(eachValue);
  });
  return (order, { regime }, report) => {
    if (regime === undefined) return;
    for (const visit of visitsOf(regime))
      visit(order, (value, at) =>
        report(at, { regime: regime.regime, zh: regime.title.zh, en: regime.title.en }, value),
      );
  };
});

/** Fields that no message of the regime carries and that are filled all the same: left out, and said once. */
export const leftOutFields = defineCheck({}, (_params, { judgedByMessages, label }) => {
  const visitsOf = perRegime((regime) => {
    const { carried } = judgedByMessages(regime);
    return regime.forbidden
      .filter((path) => !carried.has(path))
      .map((path) => ({ path, visit: eachValue(path) }));
  });
  return (order, { regime }, report) => {
    if (regime === undefined) return;
    const filled = visitsOf(regime).flatMap(({ path, visit }) => {
      let at: string | undefined;
      visit(order, (_value, place) => (at ??= place));
      return at === undefined ? [] : [{ path, at }];
    });
    const [first] = filled;
    if (!first) return;
    const names = filled.map(({ path }) => label(path));
    report(first.at, {
      regime: regime.regime,
      fieldsZh: names.map((name) => name.zh).join('、'),
      fieldsEn: names.map((name) => name.en).join(', '),
    });
  };
});

/**
 * Tax withheld by a platform is none that the goods are liable to: where it is filled and no line says whether export duty
 * is due, the declarant is asked. Speaks of lists for which that decides (an exclusion of the regime names the mark).
 */
export const withheldTax = defineCheck({ path: headPath, mark: linePath }, ({ path, mark }) => {
  const read = headReader(path);
  const marked = lineReader(mark);
  return (order, { regime, date }, report) => {
    const tax = readScaled(read(order));
    if (tax === undefined || tax <= 0n || order.lines.some((line) => marked(line) !== undefined)) return;
    const decides = regime?.excludes.some(
      (exclusion) =>
        exclusion.path === mark &&
        inForce(exclusion, date) &&
        (exclusion.statisticsFlag ?? order.list.statisticsFlag) === order.list.statisticsFlag,
    );
    if (decides) report(path, { tax: read(order)! }, read(order));
  };
});

/**
 * The direction agrees with the content: an order that fills nothing of what its own direction is known by, but at
 * least two of what only the other one has, bears the wrong flag.
 */
export const directionFits = defineCheck(
  { exports: z.array(headPath).min(2), imports: z.array(headPath).min(2) },
  ({ exports, imports }, { label }) => {
    const marksOf = { E: exports, I: imports };
    const readers = new Map([...exports, ...imports].map((path) => [path, headReader(path)]));
    return (order, { ieFlag }, report) => {
      if (order.ieFlag !== 'E' && order.ieFlag !== 'I') return;
      const filled = (flag: IeFlag) =>
        marksOf[flag].filter((path) => readers.get(path)?.(order) !== undefined);
      const other = ieFlag === 'E' ? 'I' : 'E';
      const others = filled(other);
      if (filled(ieFlag).length > 0 || others.length < 2) return;
      const names = others.map(label);
      report(
        'ieFlag',
        {
          flag: ieFlag,
          other,
          fieldsZh: names.map((name) => name.zh).join('、'),
          fieldsEn: names.map((name) => name.en).join(', '),
        },
        order.ieFlag,
      );
    };
  },
);

/** The data of an optional document are complete, or there are none. */
export const completeOrAbsent = defineCheck({ message: z.string() }, ({ message }, { label }) => {
  return (order, { regime, date }, report) => {
    const document = regime?.documents.find((d) => d.message === message);
    if (!document || needOn(document, date) !== 'optional') return;
    const filled = filledOf(order, document);
    const missing = document.madeFrom.filter((path) => !filled.includes(path));
    if (filled.length === 0 || missing.length === 0) return;
    const names = missing.map(label);
    report(missing[0]!, {
      fieldsZh: names.map((name) => name.zh).join('、'),
      fieldsEn: names.map((name) => name.en).join(', '),
    });
  };
});

/** Paths that the regime requires are filled, but for those that the field checks of its messages require already. */
export const requiredFields = defineCheck({}, (_params, { judgedByMessages }) => {
  const missingOf = perRegime((regime) => {
    const { required } = judgedByMessages(regime);
    return regime.required.filter((path) => !required.has(path)).map(missingAt);
  });
  return (order, { regime }, report) => {
    if (regime === undefined) return;
    for (const missing of missingOf(regime))
      for (const at of missing(order))
        report(at, { regime: regime.regime, zh: regime.title.zh, en: regime.title.en });
  };
});

/** The places of a path where an order has nothing: the path itself, or one per line. */
function missingAt(path: string): (order: Order) => string[] {
  if (!path.startsWith('lines[].')) {
    const read = headReader(path);
    return (order) => (read(order) === undefined ? [path] : []);
  }
  const read: (line: OrderLine) => string | undefined = lineReader(path);
  return (order) => order.lines.flatMap((line, i) => (read(line) === undefined ? [lineAt(path, i)] : []));
}

/** Values that the regime fixes or refuses. What no code table knows, or is no number, has a fault of its own. */
export const regimeValues = defineCheck({}, (_params, { judgedByMessages }) => {
  const visitsOf = perRegime((regime) => {
    const { isUnreadable } = judgedByMessages(regime);
    return regime.values.map((value) => ({ ...value, visit: eachValue(value.path), isUnreadable }));
  });
  return (order, { regime }, report) => {
    if (regime === undefined) return;
    for (const { path, visit, allowed, refused, text, isUnreadable } of visitsOf(regime))
      visit(order, (value, at) => {
        if ((allowed?.includes(value) ?? !refused?.includes(value)) || isUnreadable(path, value)) return;
        report(at, { regime: regime.regime, whyZh: text.zh, whyEn: text.en }, value);
      });
  };
});

const otherwise = z.enum(['summary', 'goods-declaration', 'general-trade']);

/** Orders that the regime cannot carry, because a path is filled, and must be declared otherwise. */
export const excludedGoods = defineCheck(
  { otherwise },
  ({ otherwise: instead }) =>
    (order, situation, report) => {
      for (const exclusion of excluding(order, situation)) {
        if (exclusion.otherwise !== instead) continue;
        const { text } = exclusion;
        const params = { regime: situation.regime?.regime ?? '', whyZh: text.zh, whyEn: text.en };
        for (const { at, value } of excludedAt(order, exclusion)) report(at, params, value);
      }
    },
);

const sampleRates = { zh: '汇率', en: 'exchange rates' };

/**
 * What the regime's limits measure, converted at the customs rate of the month and rounded to the fen, is within them.
 * Judges the limits that send the order the given other way.
 */
export const valueLimit = defineCheck({ otherwise }, ({ otherwise: instead }, { rates }) => {
  return (order, situation: Situation, report) => {
    for (const limit of limitsOf(order, situation)) {
      if (limit.otherwise !== instead || (limit.singleArticle && isSingleArticle(order))) continue;
      const cny = measureInCny(order, limit, situation.date, rates);
      if (cny === undefined || cny.lte(limit.maxCny)) continue;
      const month = situation.date.slice(0, 7);
      report(
        'goodsValue',
        {
          cny: cny.toFixed(2),
          maxCny: limit.maxCny,
          limit: limit.id,
          rateId: rates.rateId(month, order.currency ?? '') ?? '',
        },
        order.goodsValue,
        rates.official || rates.iso(order.currency ?? '') === 'CNY' ? undefined : sampleRates,
      );
    }
  };
});

/** The rate that a value limit needs is in the table. A currency in no code table has a fault of its own. */
export const rateKnown = defineCheck({}, (_params, { rates }) => (order, situation, report) => {
  const { currency } = order;
  if (currency === undefined || limitsOf(order, situation).length === 0) return;
  const iso = rates.iso(currency);
  const month = situation.date.slice(0, 7);
  if (iso !== undefined && iso !== 'CNY' && rates.on(month, iso) === undefined)
    report('currency', { month, iso }, currency);
});

/** One of a few values, whatever the regime. */
export const oneOf = defineCheck(
  { path: headPath, values: z.array(z.string()).min(1) },
  ({ path, values }) => {
    const read = headReader(path);
    return (order, _situation, report) => {
      const value = read(order);
      if (value !== undefined && !values.includes(value))
        report(path, { allowed: values.join(' / ') }, value);
    };
  },
);
