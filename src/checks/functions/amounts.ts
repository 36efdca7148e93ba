import { z } from 'zod';
import { defineCheck } from '../check.js';
import {
  eachValue,
  firstFilled,
  headPath,
  headReader,
  lineAt,
  lineReader,
  linePath,
  orderPath,
} from '../../orders/paths.js';
import { decimalsOf, formatScaled, isProduct, multiplyScaled, readScaled } from '../scaled.js';

/**
 * The total of each line is its quantity times its price. A total is judged with the decimals it carries, but with no
 * fewer than `minDecimals`: zeros at the end get lost in spreadsheets, and 60 must not pass for 59.6.
 */
export const lineTotal = defineCheck(
  { minDecimals: z.int().min(0).max(5) },
  ({ minDecimals }) =>
    (order, _situation, report) => {
      for (let i = 0; i < order.lines.length; i++) {
        const line = order.lines[i]!;
        const qty = readScaled(line.qty);
        const price = readScaled(line.price);
        const total = readScaled(line.totalPrice);
        if (qty === undefined || price === undefined || total === undefined) continue;
        const places = Math.max(minDecimals, decimalsOf(line.totalPrice!));
        if (isProduct(qty, price, total, places)) continue;
        report(
          `lines[${i}].totalPrice`,
          { qty: line.qty!, price: line.price!, expected: formatScaled(multiplyScaled(qty, price)) },
          line.totalPrice,
        );
      }
    },
);

/**
 * A head amount is exactly the sum of an amount of the lines. Passed over while a line is incomplete or in another
 * currency.
 */
export const sumOfLines = defineCheck({ total: headPath, each: linePath }, ({ total, each }) => {
  const readTotal = headReader(total);
  const readEach = lineReader(each);
  return (order, _situation, report) => {
    const declared = readTotal(order);
    const value = readScaled(declared);
    if (value === undefined || order.lines.length === 0) return;
    let sum = 0n;
    for (const line of order.lines) {
      const amount = readScaled(readEach(line));
      if (amount === undefined) return;
      if (line.currency !== undefined && line.currency !== order.currency) return;
      sum += amount;
    }
    if (sum !== value)
      report(total, { expected: formatScaled(sum), lines: String(order.lines.length) }, declared);
  };
});

/** A head amount is exactly the sum of some head amounts less some others. Passed over while one of them is missing. */
export const sumOf = defineCheck(
  { total: headPath, plus: z.array(headPath).min(1), minus: z.array(headPath).default([]) },
  ({ total, plus, minus }) => {
    const readTotal = headReader(total);
    const parts = [
      ...plus.map((path) => ({ read: headReader(path), sign: 1n })),
      ...minus.map((path) => ({ read: headReader(path), sign: -1n })),
    ];
    return (order, _situation, report) => {
      const declared = readTotal(order);
      const value = readScaled(declared);
      if (value === undefined) return;
      let sum = 0n;
      for (const { read, sign } of parts) {
        const amount = readScaled(read(order));
        if (amount === undefined) return;
        sum += sign * amount;
      }
      if (sum !== value) report(total, { expected: formatScaled(sum) }, declared);
    };
  },
);

/** The amount received is the goods value plus the freight of the order, when both are in one currency. */
export const chargeMatches = defineCheck({}, () => (order, _situation, report) => {
  const { charge, currency } = order.payment;
  if (currency !== undefined && currency !== order.currency) return;
  const received = readScaled(charge);
  const goods = readScaled(order.goodsValue);
  const freight = readScaled(order.freight ?? '0');
  if (received === undefined || goods === undefined || freight === undefined) return;
  if (received !== goods + freight)
    report(
      'payment.charge',
      {
        goodsValue: order.goodsValue!,
        freight: order.freight ?? '0',
        expected: formatScaled(goods + freight),
      },
      charge,
    );
});

/** Values above zero, or not below it where `zeroAllowed`. */
export const positive = defineCheck(
  { paths: z.array(orderPath).min(1), zeroAllowed: z.boolean() },
  ({ paths, zeroAllowed }) => {
    const visits = paths.map(eachValue);
    return (order, _situation, report) => {
      const judge = (text: string, at: string) => {
        const value = readScaled(text);
        if (value !== undefined && (value < 0n || (value === 0n && !zeroAllowed))) report(at, {}, text);
      };
      for (const visit of visits) visit(order, judge);
    };
  },
);

/** Every line is priced in the currency of the order; a line without one takes the order's. */
export const oneCurrency = defineCheck({}, (_params, { meaning, isKnown }) => (order, _situation, report) => {
  if (order.currency === undefined || !isKnown('currency', order.currency)) return;
  for (let i = 0; i < order.lines.length; i++) {
    const currency = order.lines[i]!.currency;
    if (currency === undefined || currency === order.currency || !isKnown('currency', currency)) continue;
    const { zh, en } = meaning('currency', order.currency);
    report(`lines[${i}].currency`, { currency: order.currency, zh, en }, currency);
  }
});

/**
 * Two documents of one order state the same number when both state it. With `currencies`, only where the amounts are in
 * one currency; each side's currency is the first filled of its paths.
 */
export const sameNumber = defineCheck(
  {
    path: headPath,
    as: headPath,
    currencies: z.strictObject({ path: z.array(headPath).min(1), as: z.array(headPath).min(1) }).optional(),
  },
  ({ path, as, currencies }) => {
    const read = headReader(path);
    const readOther = headReader(as);
    const currency = firstFilled(currencies?.path ?? []);
    const otherCurrency = firstFilled(currencies?.as ?? []);
    return (order, _situation, report) => {
      const text = read(order);
      if (text === undefined) return;
      const value = readScaled(text);
      const other = readScaled(readOther(order));
      if (value === undefined || other === undefined || value === other) return;
      if (currencies && currency(order) !== otherCurrency(order)) return;
      report(path, { other: formatScaled(other) }, text);
    };
  },
);

/** A value of each line that needs another one beside it: both or neither. */
export const together = defineCheck({ paths: z.tuple([linePath, linePath]) }, ({ paths }) => {
  const [first, second] = paths;
  const readFirst = lineReader(first);
  const readSecond = lineReader(second);
  return (order, _situation, report) => {
    for (let i = 0; i < order.lines.length; i++) {
      const line = order.lines[i]!;
      const hasFirst = readFirst(line) !== undefined;
      if (hasFirst !== (readSecond(line) !== undefined)) report(lineAt(hasFirst ? second : first, i));
    }
  };
});
