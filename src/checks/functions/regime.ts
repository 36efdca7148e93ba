import { z } from 'zod';
import { decimal, isPlainDecimal } from '../../base/decimal.js';
import type { Order } from '../../orders/order.js';
import { defineCheck, type Situation } from '../check.js';
import { eachValue, headPath, headReader } from '../paths.js';
import { inForce, type Regime, type ValueLimit } from '../regimes.js';

/** The order names a regime that the gateway knows and that is in force on the order's date. */
export const regimeKnown = defineCheck({}, (_params, { regimesOn }) => (order, { date, regime }, report) => {
  if (regime === undefined) report('regime', { date, codes: regimesOn(date).join(' / ') }, order.regime);
});

/** The regime allows the value at a path: one of its `orderTypes` or `statisticsFlags`. */
export const regimeAllows = defineCheck(
  { path: headPath, list: z.enum(['orderTypes', 'statisticsFlags']) },
  ({ path, list }) => {
    const read = headReader(path);
    return (order, { regime }, report) => {
      const value = read(order);
      if (regime === undefined || value === undefined || regime[list].includes(value)) return;
      report(path, { regime: regime.regime, allowed: regime[list].join(' / ') }, value);
    };
  },
);

/** Paths that the regime forbids are empty, but for those that the field checks of its messages refuse already. */
export const forbiddenFields = defineCheck({}, (_params, { refusedByMessages }) => {
  const visitors = new Map<Regime, ReturnType<typeof eachValue>[]>();
  const visitorsOf = (regime: Regime) => {
    const refused = refusedByMessages(regime);
    return regime.forbidden.filter((path) => !refused.has(path)).map(eachValue);
  };
  return (order, { regime }, report) => {
    if (regime === undefined) return;
    let visits = visitors.get(regime);
    if (!visits) visitors.set(regime, (visits = visitorsOf(regime)));
    for (const visit of visits) visit(order, (value, at) => report(at, { regime: regime.regime }, value));
  };
});

/** The limits of the order's regime that hold for it on its date. */
const limitsOf = (order: Order, { date, regime }: Situation): ValueLimit[] =>
  (regime?.limits ?? []).filter(
    (limit) =>
      (limit.statisticsFlag === undefined || limit.statisticsFlag === order.list.statisticsFlag) &&
      inForce(limit, date),
  );

/**
 * The goods value, converted at the customs rate of the month of export and rounded to the fen, is within the regime's
 * limits in CNY.
 */
export const valueLimit = defineCheck({}, (_params, { rates }) => (order, situation, report) => {
  const { goodsValue, currency } = order;
  if (goodsValue === undefined || currency === undefined || !isPlainDecimal(goodsValue)) return;
  const limits = limitsOf(order, situation);
  if (limits.length === 0) return;
  const month = situation.date.slice(0, 7);
  const cny = rates.toCny(decimal(goodsValue), currency, month);
  if (cny === undefined) return;
  for (const limit of limits)
    if (cny.gt(limit.maxCny))
      report(
        'goodsValue',
        {
          cny: cny.toFixed(2),
          maxCny: limit.maxCny,
          limit: limit.id,
          rateId: rates.rateId(month, currency) ?? '',
        },
        goodsValue,
      );
});

/** The rate that a value limit needs is in the table. A currency in no code table has a fault of its own. */
export const rateKnown = defineCheck({}, (_params, { rates }) => (order, situation, report) => {
  const { currency } = order;
  if (currency === undefined || limitsOf(order, situation).length === 0) return;
  const iso = rates.iso(currency);
  const month = situation.date.slice(0, 7);
  if (iso !== undefined && rates.on(month, iso) === undefined) report('currency', { month, iso }, currency);
});
