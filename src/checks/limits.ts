import { Dec, decimal, isPlainDecimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import type { Order } from '../orders/order.js';
import { inForce, type ValueLimit } from '../orders/regimes.js';
import type { ExchangeRates, Situation } from './check.js';
import { ruleFault } from './rules.js';

/** The limits of the order's regime that hold for it on its date, per order or per buyer and year. */
export const limitsOf = (
  order: Order,
  { date, regime }: Pick<Situation, 'date' | 'regime'>,
  per: ValueLimit['per'] = 'order',
): ValueLimit[] =>
  (regime?.limits ?? []).filter(
    (limit) =>
      limit.per === per &&
      (limit.statisticsFlag === undefined || limit.statisticsFlag === order.list.statisticsFlag) &&
      inForce(limit, date),
  );

const amount = (text: string | undefined): Dec | undefined =>
  text !== undefined && isPlainDecimal(text) ? decimal(text) : undefined;

/** What a limit measures of an order, in the order's currency; undefined when a part of it is missing or unreadable. */
export function measureOf(order: Order, measure: ValueLimit['measure']): Dec | undefined {
  const goods = amount(order.goodsValue);
  if (measure === 'goodsValue' || goods === undefined) return goods;
  const { list, waybill } = order;
  if (waybill.currency !== undefined && waybill.currency !== order.currency) return undefined;
  const freight = amount(list.freight ?? waybill.freight);
  const insured = amount(list.insuredFee ?? waybill.insuredFee);
  return freight && insured && goods.plus(freight).plus(insured);
}

/** What a limit measures, in CNY at the customs rate of the month, rounded half-up to the fen; undefined without a rate. */
export function measureInCny(
  order: Order,
  limit: ValueLimit,
  date: string,
  rates: ExchangeRates,
): Dec | undefined {
  const value = measureOf(order, limit.measure);
  if (value === undefined || order.currency === undefined) return undefined;
  // CNY needs no rate, whatever months the table holds.
  if (rates.iso(order.currency) === 'CNY') return value.toDecimalPlaces(2, Dec.ROUND_HALF_UP);
  return rates.toCny(value, order.currency, date.slice(0, 7));
}

/** True for one line of one piece: what cannot be divided may exceed some limits. */
export function isSingleArticle({ lines }: Order): boolean {
  const qty = lines.length === 1 ? amount(lines[0]?.qty) : undefined;
  return qty?.eq(1) ?? false;
}

/** What the store has to add up to judge a limit per buyer and year. */
export interface YearLimit {
  limit: ValueLimit;
  /** The calendar year (Asia/Shanghai) of the order's date. */
  year: string;
  /** What this order adds, in CNY. */
  amountCny: string;
}

/** The limits per buyer and year of an order, each with what the order adds to it. */
export const yearLimitsOf = (order: Order, situation: Situation, rates: ExchangeRates): YearLimit[] =>
  limitsOf(order, situation, 'buyer-year').flatMap((limit) => {
    const cny = measureInCny(order, limit, situation.date, rates);
    return cny ? [{ limit, year: situation.date.slice(0, 4), amountCny: cny.toFixed(2) }] : [];
  });

/**
 * Judges a limit per buyer and year. `spentCny` is what the same buyer (by identity number) spent in that year on orders
 * that were not refused or withdrawn, without this one, in CNY. A value equal to the limit is within it.
 *
 * @returns fault R904 at `buyer.idNumber`, without the number itself
 */
export function yearLimitFault({ limit, year, amountCny }: YearLimit, spentCny: string): Fault | undefined {
  const total = decimal(spentCny).plus(decimal(amountCny));
  if (total.lte(decimal(limit.maxCny))) return undefined;
  const params = { year, spent: spentCny, amount: amountCny, total: total.toFixed(2), maxCny: limit.maxCny };
  return ruleFault('R904', 'buyer.idNumber', params);
}
