import { month7 } from '../base/clock.js';
import { Dec, decimal, isPlainDecimal } from '../base/decimal.js';
import type { Order, OrderLine } from '../orders/order.js';
import type { ListFacts } from './lists.js';
import { prorate } from './proration.js';
import type { Rates } from './rates.js';
import type { StandingRecord, WantedRecord } from './records.js';
import type { CountingRule } from './rule.js';

type Money = Pick<WantedRecord, 'cny' | 'usd' | 'rateId'>;

/**
 * The records of a list itself, one per goods line: counted from the moment the rule names, pending while it is only
 * released, none when it is neither or was withdrawn before it counted.
 */
export function linesOf(
  list: ListFacts & { kind?: 'list' | 'goods-declaration' },
  withdrawn: boolean,
  rule: CountingRule,
  rates: Rates,
  stood: readonly StandingRecord[],
): WantedRecord[] {
  const direction = rule.directions[list.direction];
  const counted = direction.basis === 'cleared' ? list.clearedAt : list.releasedAt;
  const countedAt = counted ?? (withdrawn ? null : list.releasedAt);
  if (!countedAt) return [];
  const month = month7(countedAt);
  const rateMonth = rule.rate.on === 'declared' && list.declaredAt ? month7(list.declaredAt) : month;
  const values = valuesOf(list.body, direction.value, rates, rateMonth);
  const numbers = lineNumbers(list.body.lines);
  return list.body.lines.map((line, i): WantedRecord => {
    const number = numbers[i] ?? i + 1;
    const currency = currencyOf(line, list.body);
    const value = values[i];
    const amount = (value ?? amountOf(line.totalPrice)).toFixed(5);
    const before = stood.find((s) => s.line === number && s.eventId === list.id);
    return {
      sourceKind: list.kind ?? 'list',
      sourceId: list.id,
      line: number,
      eventId: list.id,
      tenantId: list.tenantId,
      measure: counted ? 'counted' : 'pending',
      rule: rule.id,
      lead: number === Math.min(...numbers),
      month,
      countedAt,
      declaredAt: list.declaredAt,
      releasedAt: list.releasedAt,
      clearedAt: list.clearedAt,
      inspected: list.inspected,
      orderRevision: list.orderRevision,
      orderIds: [list.id],
      orderNos: [list.orderNo],
      regime: list.regime,
      direction: list.direction,
      sellerCode: list.sellerCode,
      sellerName: list.sellerName,
      uscc: list.uscc,
      platformCode: list.platformCode,
      platformName: list.platformName,
      channel: channelOf(list, rule),
      shopId: list.body.shopId ?? '',
      district: list.district,
      park: list.park,
      sourcePlace: line.sourcePlace ?? '',
      country: line.country ?? list.body.list.country ?? '',
      port: list.body.list.portCode ?? '',
      transport: list.body.list.trafMode ?? '',
      gcode: line.gcode ?? '',
      qty: plain(line.qty)?.toFixed(5) ?? null,
      unit: line.unit ?? '',
      currency,
      amount,
      ...(value ? moneyOf(before, amount, currency, rateMonth, rates) : NO_MONEY),
    };
  });
}

const NO_MONEY: Money = { cny: null, usd: null, rateId: null };

/**
 * The money of a record: that of the version in force, when it was converted from the same amount at the rate of the same
 * month, else at the rate of the table; empty without one.
 */
export function moneyOf(
  before: StandingRecord | undefined,
  amount: string,
  currency: string,
  month: string,
  rates: Rates,
): Money {
  if (
    before?.rateId &&
    before.amount === amount &&
    before.currency === currency &&
    before.rateId.split(':')[1] === month
  )
    return { cny: before.cny, usd: before.usd, rateId: before.rateId };
  const [cny, usd] = [
    rates.toCny(decimal(amount), currency, month),
    rates.toUsd(decimal(amount), currency, month),
  ];
  const rateId = rates.rateId(month, currency);
  if (!cny || !usd || rateId === undefined) return NO_MONEY;
  return { cny: cny.toFixed(2), usd: usd.toFixed(2), rateId };
}

/**
 * The value of each line in its own currency: the goods, for `cif` with the line's share (by goods value) of freight and
 * insurance of the list; undefined when those are in another currency that has no rate.
 */
function valuesOf(order: Order, value: 'fob' | 'cif', rates: Rates, month: string): (Dec | undefined)[] {
  const goods = order.lines.map((line) => amountOf(line.totalPrice));
  if (value === 'fob') return goods;
  const whole = goods.reduce((sum, g) => sum.plus(g), new Dec(0));
  const costs = [
    { amount: amountOf(order.list.freight), currency: order.list.fCurrency },
    { amount: amountOf(order.list.insuredFee), currency: order.list.iCurrency },
  ].filter((c) => !c.amount.isZero());
  return order.lines.map((line, i) => {
    const own = currencyOf(line, order);
    let sum = goods[i];
    for (const cost of costs) {
      const share = prorate(cost.amount, goods, whole, 5)[i];
      const rate = rateBetween(cost.currency ?? own, own, rates, month);
      sum = sum && share && rate ? sum.plus(share.times(rate).toDecimalPlaces(5)) : undefined;
    }
    return sum;
  });
}

function rateBetween(from: string, to: string, rates: Rates, month: string): Dec | undefined {
  if (from === to) return new Dec(1);
  const [a, b] = [from, to].map((code) => rates.on(month, rates.iso(code) ?? ''));
  return a && b ? a.div(b) : undefined;
}

/**
 * What the order says, in the words of the rule; else the seller's own site when it is its own platform, and for 9810,
 * where the platform that is declared is the warehouse, the warehouse.
 */
function channelOf({ regime, platformCode, sellerCode, body }: ListFacts, rule: CountingRule): string {
  const said = body.channel?.trim().toLowerCase();
  if (said) return rule.channels.find((c) => c.words.includes(said))?.id ?? 'platform';
  if (regime === '9810') return 'overseas-warehouse';
  return platformCode === sellerCode ? 'own-site' : 'platform';
}

const currencyOf = (line: OrderLine, order: Order): string => line.currency ?? order.currency ?? '';
const plain = (text: string | undefined) =>
  text !== undefined && isPlainDecimal(text) ? decimal(text) : undefined;
const amountOf = (text: string | undefined): Dec => plain(text) ?? new Dec(0);

/** The numbers of the goods lines (gnum); where one is missing or comes twice, all are numbered by their place. */
function lineNumbers(lines: readonly OrderLine[]): number[] {
  const given = lines.map((line, i) => Number(line.gnum ?? i + 1));
  const good = given.every((n) => Number.isInteger(n) && n > 0) && new Set(given).size === given.length;
  return good ? given : lines.map((_, i) => i + 1);
}
