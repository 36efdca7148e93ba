import { describe, expect, test } from '@jest/globals';
import { limitsOf, yearLimitFault, yearLimitsOf } from '../../src/checks/limits.js';
import { checkerWith, parts } from './checker.js';
import { orderWith, validImport, validOrder } from './fixtures.js';

const checker = checkerWith();
const codes = (order: ReturnType<typeof validImport>) => checker.check(order).map((f) => f.code);

/** An import order of one line, of the given price and quantity. */
function oneLine(price: string, qty: string, totalPrice: string) {
  const changes = {
    'lines[0].qty': qty,
    'lines[0].price': price,
    'lines[0].totalPrice': totalPrice,
    goodsValue: totalPrice,
    freight: '0',
    'waybill.freight': '0',
    taxTotal: '0',
    discount: '0',
    acturalPaid: totalPrice,
    'payment.charge': totalPrice,
  };
  const order = orderWith(changes, validImport());
  order.lines = order.lines.slice(0, 1);
  return order;
}

describe('the limit of one transaction', () => {
  test('one indivisible article may exceed it, two of them may not', () => {
    expect(codes(oneLine('9800.00', '1', '9800.00'))).toEqual([]);
    expect(codes(oneLine('4900.00', '2', '9800.00'))).toEqual(['R309']);
  });

  test('freight and insurance of the list count, whatever the waybill says', () => {
    const order = oneLine('2490.00', '2', '4980.00');
    order.list.freight = '20.00';
    order.waybill.freight = '20.00';
    order.freight = '20.00';
    order.acturalPaid = order.payment.charge = '5000.00';
    expect(codes(order)).toEqual([]);
    order.list.insuredFee = order.waybill.insuredFee = '0.01';
    expect(codes(order)).toEqual(['R309']);
  });
});

describe('the limit of a buyer in a year, which the store judges', () => {
  const order = validImport();
  const [limit, ...more] = yearLimitsOf(order, checker.situationOf(order), parts.rates);

  test('an import order has one, with what it adds in CNY', () => {
    expect(more).toEqual([]);
    expect(limit).toMatchObject({ year: '2026', amountCny: '316.00', limit: { maxCny: '26000' } });
  });

  test('is used up to the fen and not further', () => {
    expect(yearLimitFault(limit!, '25684.00')).toBeUndefined();
    const fault = yearLimitFault(limit!, '25684.01');
    expect(fault).toMatchObject({ code: 'R904', path: 'buyer.idNumber' });
    expect(fault?.message.zh).toBe(
      '订购人 2026 年已交易 25684.01 元，加本单 316.00 元共 26000.01 元，超过年度交易限值 26000 元',
    );
    expect(JSON.stringify(fault)).not.toContain(order.buyer.idNumber);
  });

  test('an export order has none, and an order before the limit came into force has none', () => {
    const exported = validOrder();
    expect(yearLimitsOf(exported, checker.situationOf(exported), parts.rates)).toEqual([]);
    const { regime } = checker.situationOf(order);
    expect(limitsOf(order, { date: '2018-12-31', regime }, 'buyer-year')).toEqual([]);
  });
});

test('what is said of a buyer is never shown in a fault', () => {
  const order = orderWith(
    { 'buyer.idNumber': '500000190101010072', 'payer.name': '测试乙', 'consignee.district': '99' },
    validImport(),
  );
  const text = JSON.stringify(checker.check(order));
  expect(text).toContain('R206');
  expect(text).not.toMatch(/5000001901|测试/);
});

test('a buyer named on an export order is left out of its messages, and not shown', () => {
  const [fault] = checker.check(orderWith({ 'buyer.idNumber': '500000190101010071' }));
  expect(fault).toMatchObject({ code: 'R111', severity: 'notice', path: 'buyer.idNumber' });
  expect(fault?.hint).toBeUndefined();
});
