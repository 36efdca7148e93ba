import { decimal, Dec, isPlainDecimal } from '../base/decimal.js';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Order, OrderLine } from './order.js';

/** Decimals of a price: the most a message carries. */
const priceDecimals = 5;
const moneyDecimals = 2;

/**
 * Fills and settles what the amounts of a normalised order imply: a price nobody gave is total by quantity; a goods value nobody gave is the sum of its lines; the
 * discount of an export order, which no export message carries, is spread over its lines, so that lines, goods value and
 * what was paid agree. Also the country of arrival, when all lines go to one country. Values that are no decimals are left
 * to the checks. The order is changed in place; returns a notice for a discount that is left out without effect.
 */
export function settleAmounts(order: Order): Fault[] {
  const notices: Fault[] = [];
  for (const line of order.lines) line.price ??= priceOf(line);
  const totals = order.lines.map((line) => line.totalPrice);
  if (order.lines.length > 0 && totals.every((t): t is string => t !== undefined && isPlainDecimal(t))) {
    const sum = totals.reduce((all, t) => all.plus(decimal(t)), decimal('0'));
    if (order.ieFlag === 'E' && order.discount !== undefined && isPlainDecimal(order.discount))
      notices.push(...settleDiscount(order, sum, totals));
    else order.goodsValue ??= written(sum, totals);
  }
  if (order.ieFlag !== 'I') {
    const countries = new Set(order.lines.map((line) => line.country));
    const [only] = countries;
    if (countries.size === 1) order.list.country ??= only;
  }
  return notices;
}

/** Total by quantity, with as many decimals as a price may have. */
function priceOf({ totalPrice, qty }: OrderLine): string | undefined {
  if (totalPrice === undefined || qty === undefined || !isPlainDecimal(totalPrice) || !isPlainDecimal(qty))
    return undefined;
  if (decimal(qty).lte(0)) return undefined;
  return decimal(totalPrice).div(decimal(qty)).toDecimalPlaces(priceDecimals, Dec.ROUND_HALF_UP).toFixed();
}

/**
 * Lines that add up to goods value and discount are still gross: the discount is spread over them. So are lines and goods
 * value where the payment lacks just the discount. Otherwise lines that add up to the goods value are net already. In
 * each case the discount has done its work and is left out; amounts that fit no way stay for the checks to show.
 */
function settleDiscount(order: Order, sum: Dec, totals: readonly string[]): Fault[] {
  const discount = decimal(order.discount ?? '0').abs();
  if (order.goodsValue !== undefined && !isPlainDecimal(order.goodsValue)) return [];
  const goods = order.goodsValue === undefined ? undefined : decimal(order.goodsValue);
  if (goods?.eq(sum) && !discount.isZero() && discount.lte(sum) && paidLess(order, goods, discount)) {
    spreadDiscount(order.lines, discount);
    order.goodsValue = written(sum.minus(discount), totals);
    delete order.discount;
    return [];
  }
  if (goods?.eq(sum) || discount.isZero()) {
    order.goodsValue ??= written(sum, totals);
  } else if (goods === undefined || goods.plus(discount).eq(sum)) {
    if (discount.gt(sum)) return [];
    spreadDiscount(order.lines, discount);
    order.goodsValue ??= written(sum.minus(discount), totals);
  } else return [];
  delete order.discount;
  return goods?.eq(sum) && !discount.isZero()
    ? [makeFault('I52', 'discount', { discount: discount.toFixed(), goodsValue: order.goodsValue ?? '' })]
    : [];
}

/** True when what was paid is goods value and freight less the discount. */
function paidLess({ payment, freight = '0' }: Order, goods: Dec, discount: Dec): boolean {
  const { charge } = payment;
  if (charge === undefined || !isPlainDecimal(charge) || !isPlainDecimal(freight)) return false;
  return decimal(charge).eq(goods.plus(decimal(freight)).minus(discount));
}

/** A sum with as many decimals as the most of its parts were written with. */
const written = (sum: Dec, parts: readonly string[]): string =>
  sum.toFixed(Math.max(sum.decimalPlaces(), ...parts.map((part) => part.split('.')[1]?.length ?? 0)));

/**
 * Takes a discount off the totals of lines in proportion, exactly: shares are cut to the fen and the fen left over go to
 * the largest remainders (to the earlier line among equals), so that the shares add up to the discount. Prices follow
 * from the new totals, with up to five decimals. Every line must have a decimal total; the discount may not exceed their
 * sum.
 */
export function spreadDiscount(lines: OrderLine[], discount: Dec): void {
  const totals = lines.map((line) => decimal(line.totalPrice ?? '0'));
  const sum = totals.reduce((all, t) => all.plus(t), decimal('0'));
  if (sum.isZero() || discount.isZero()) return;
  const places = Math.max(moneyDecimals, discount.decimalPlaces());
  const unit = decimal('10').pow(-places);
  const shares = totals.map((total, at) => {
    const exact = discount.times(total).div(sum);
    const share = exact.toDecimalPlaces(places, Dec.ROUND_DOWN);
    return { at, share, rest: exact.minus(share), total };
  });
  let left = discount.minus(shares.reduce((all, s) => all.plus(s.share), decimal('0')));
  for (const one of [...shares].sort((a, b) => b.rest.cmp(a.rest) || a.at - b.at)) {
    if (left.lt(unit)) break;
    if (one.share.plus(unit).gt(one.total)) continue;
    one.share = one.share.plus(unit);
    left = left.minus(unit);
  }
  // Where lines are too small to take a whole fen more, the rest comes off what is largest.
  for (const one of [...shares].sort((a, b) => b.total.minus(b.share).cmp(a.total.minus(a.share)))) {
    const more = Dec.min(left, one.total.minus(one.share));
    one.share = one.share.plus(more);
    left = left.minus(more);
  }
  for (const { at, share, total } of shares) {
    const line = lines[at];
    if (!line || share.isZero()) continue;
    line.totalPrice = total.minus(share).toFixed();
    const qty = line.qty !== undefined && isPlainDecimal(line.qty) ? decimal(line.qty) : undefined;
    if (qty && !qty.isZero())
      line.price = decimal(line.totalPrice)
        .div(qty)
        .toDecimalPlaces(priceDecimals, Dec.ROUND_HALF_UP)
        .toFixed();
  }
}
