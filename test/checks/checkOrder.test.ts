import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Dec } from '../../src/base/decimal.js';
import { orderPaths } from '../../src/orders/paths.js';
import type { Rule } from '../../src/checks/rules.js';
import { compileMessage } from '../../src/messages/compile.js';
import { orderSchema, type Order } from '../../src/orders/order.js';
import { catalogue, checkerWith, parts } from './checker.js';
import { noon, orderWith, validOrder } from './fixtures.js';

const checker = checkerWith();
const found = (order: Order) => checker.check(order).map((fault) => `${fault.code} ${fault.path}`);

test('all faults of an order are found at once, in the order of their codes', () => {
  const order = orderWith({
    'lines[1].totalPrice': '12.00',
    'payment.charge': '1.00',
    'list.netWeight': '3.00',
    'seller.code': '91500103MA5YQ00A08',
    orderType: 'B',
  });
  expect(found(order)).toEqual([
    'R102 orderType',
    'R204 seller.code',
    'R301 lines[1].totalPrice',
    'R302 goodsValue',
    'R502 list.netWeight',
    'R601 payment.charge',
  ]);
});

test('a fault names the place, the value, what is wrong and what to do, in Chinese and English', () => {
  expect(checker.check(orderWith({ 'payment.charge': '88.40' }))).toEqual([
    {
      severity: 'notice',
      code: 'R601',
      path: 'payment.charge',
      hint: '88.40',
      message: {
        zh: '收款金额不等于商品金额加运杂费：88.40 + 6.00 = 94.4',
        en: 'The amount received is not goods value plus freight: 88.40 + 6.00 = 94.4',
      },
      fix: {
        zh: '核对收款金额、商品金额和运杂费',
        en: 'Check the amount received, the goods value and the freight',
      },
      source: expect.stringContaining('CEB403 charge'),
    },
  ]);
});

test('the value of a dear order is named in CNY with the rate it was converted at', () => {
  const dear = {
    'lines[0].price': '339.585',
    'lines[0].totalPrice': '679.17',
    goodsValue: '707.77',
    'payment.charge': '713.77',
  };
  const [fault] = checker.check(orderWith(dear));
  expect(fault?.message.zh).toBe(
    '货值折合人民币 5000.04 元（汇率 customs-monthly:2026-11:USD），超过限额 5000 元（9610-A-value）（依据汇率判断，为样例数据，仅作提示）',
  );
});

test('a mistyped year of export does not take the order out of the reach of the rules', () => {
  const order = { 'list.netWeight': '3.00', 'payment.payNo': null };
  for (const ieDate of ['2016-11-19', '0226-11-19', '2226-11-19'])
    expect(found(orderWith({ ...order, 'list.ieDate': ieDate }))).toEqual([
      'R502 list.netWeight',
      'R504 list.ieDate',
      'R606 payment.payNo',
    ]);
});

test('codes are named with what they mean', () => {
  const [port] = checker.check(orderWith({ 'list.pod': '2110' }));
  expect(port?.message.zh).toBe('指运港属于德国（304），与运抵国美国（502）不一致');
  const [regime] = checker.check(orderWith({ regime: '9661' }));
  expect(regime?.fix.zh).toMatch(/^填写四位监管方式代码，可用的有：出口 .*9610.*；进口 1210 \/ 9610；/);
});

test('one check leaves nothing behind for the next', () => {
  const faulty = checker.check(orderWith({ 'list.packNo': '2' }));
  expect(checker.check(validOrder())).toEqual([]);
  expect(faulty).toHaveLength(1);
});

describe('a rule holds from its first day to its last, on the day of export', () => {
  const dated: Rule = { ...parts.rules.get('R502')!, validFrom: '2026-11-01', validTo: '2026-11-10' };
  const late = checkerWith({ rules: new Map([['R502', dated]]) });
  const heavy = (ieDate: string | null) => orderWith({ 'list.netWeight': '9', 'list.ieDate': ieDate });

  test.each([
    ['2026-10-31', 0],
    ['2026-11-01', 1],
    ['2026-11-10', 1],
    ['2026-11-11', 0],
  ])('%s: %i fault', (ieDate, faults) => {
    expect(late.check(heavy(ieDate))).toHaveLength(faults);
  });

  test.each([[null], ['2026-02-30'], ['tomorrow']])('today counts when the day of export is %s', (ieDate) => {
    const onLastEvening = checkerWith({
      rules: new Map([['R502', dated]]),
      clock: { now: () => new Date('2026-11-10T15:59:59Z') },
    });
    const afterMidnight = checkerWith({
      rules: new Map([['R502', dated]]),
      clock: { now: () => new Date('2026-11-10T16:00:00Z') },
    });
    expect(onLastEvening.check(heavy(ieDate))).toHaveLength(1);
    expect(afterMidnight.check(heavy(ieDate))).toHaveLength(0);
  });

  test('a rule of some regimes is silent for the others and where no regime is named', () => {
    const b2b: Rule = { ...parts.rules.get('R502')!, regimes: ['9710'] };
    const onlyB2b = checkerWith({ rules: new Map([['R502', b2b]]) });
    expect(onlyB2b.check(heavy('2026-11-19'))).toEqual([]);
    expect(onlyB2b.check(orderWith({ regime: null, 'list.netWeight': '9' }))).toEqual([]);
    expect(onlyB2b.check(orderWith({ regime: '9710', 'list.netWeight': '9' }))).toHaveLength(1);
  });
});

describe('rules and field checks share the work', () => {
  const document = { guid: 'A'.repeat(36), appType: '1', appTime: noon, appStatus: '2', copNo: 'CQ1' };
  const fieldFaults = (order: Order) =>
    parts.regimes.regimeOn('9610', 'E', '2026-11-20')!.documents.flatMap(({ message }) => {
      const compiled = compileMessage(catalogue.message(message, noon)!, catalogue);
      return compiled.check({ order, document }, '9610').map((fault) => `${fault.code} ${fault.path}`);
    });

  test('the valid order passes the field checks of its four messages too', () => {
    expect(fieldFaults(validOrder())).toEqual([]);
  });

  test.each([
    ['a missing value', { 'lines[0].qty': null }, 'lines[0].qty'],
    ['an unreadable amount', { 'payment.charge': '1,234.50' }, 'payment.charge'],
    ['a day that does not exist', { 'list.ieDate': '2026-11-31' }, 'list.ieDate'],
    ['a currency in no table', { currency: '999' }, 'currency'],
    ['a port in no table', { 'list.pod': '9999' }, 'list.pod'],
    ['a ledger number under 9610', { 'list.emsNo': 'T8013W000001' }, 'list.emsNo'],
    ['a ledger item under 9610', { 'lines[1].itemRecordNo': '17' }, 'lines[1].itemRecordNo'],
  ])('%s is a field fault and no rule repeats it', (_what, changes, path) => {
    const order = orderWith(changes);
    expect(found(order)).toEqual([]);
    expect(fieldFaults(order).some((fault) => fault.endsWith(` ${path}`))).toBe(true);
  });
});

describe('whatever an order holds', () => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '0',
      '-1',
      '1e9',
      '٣',
      '9'.repeat(400),
      '0.000001',
      '2026-02-30',
      '9610',
      '142',
      '无',
      '__proto__',
    ),
  );
  const changes = fc.dictionary(
    fc.constantFrom(...[...orderPaths].map((path) => path.replace('[]', '[1]'))),
    leaf,
    { maxKeys: 12 },
  );

  test('the check does not throw, and every fault names a place of the order', () => {
    fc.assert(
      fc.property(changes, (set) => {
        for (const fault of checker.check(orderWith(set))) {
          expect(orderPaths.has(fault.path.replace(/\[\d+\]/, '[]'))).toBe(true);
          expect(fault.hint?.length ?? 0).toBeLessThanOrEqual(60);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('an order with nothing in it lacks a regime and nothing else a rule could judge', () => {
    expect(found(orderSchema.parse({}))).toEqual(['R101 regime']);
  });
});

describe('an order whose sums are right, with any one relation broken, has exactly the fault of that relation', () => {
  const money = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0, max: 5 }));
  const line = fc.record({
    qty: fc.integer({ min: 100, max: 99_999_999 }),
    qtyPlaces: fc.integer({ min: 0, max: 3 }),
    price: money,
    totalPlaces: fc.integer({ min: 2, max: 5 }),
  });
  const shifted = (digits: number, places: number) => new Dec(digits).div(new Dec(10).pow(places));

  /** A valid order of random lines; totals and sums are made with decimal.js, not with the code under test. */
  const rightOrder = fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 8 }),
      freight: fc.integer({ min: 0, max: 99_999 }),
    })
    .map(({ lines, freight }) => {
      const order = validOrder();
      let goods = new Dec(0);
      order.list.statisticsFlag = 'B';
      order.lines = lines.map(({ qty, qtyPlaces, price: [digits, places], totalPlaces }, i) => {
        const quantity = shifted(qty, qtyPlaces);
        const price = shifted(digits, places);
        const total = quantity.times(price).toDecimalPlaces(totalPlaces);
        goods = goods.plus(total);
        const text = quantity.toFixed();
        return {
          ...order.lines[1]!,
          gnum: String(i + 1),
          qty: text,
          qty1: text,
          price: price.toFixed(),
          totalPrice: total.toFixed(totalPlaces),
        };
      });
      order.goodsValue = goods.toFixed();
      order.freight = shifted(freight, 2).toFixed();
      order.payment.charge = goods.plus(order.freight).toFixed();
      return order;
    })
    // A price so small that every total rounds to nothing is a fault of its own.
    .filter((order) => new Dec(order.goodsValue!).gt(0));
  const cents = fc.integer({ min: 1, max: 1_000_000 }).map((n) => shifted(n, 2));
  const plus = (text: string | undefined, amount: Dec) => new Dec(text!).plus(amount).toFixed();

  const breaks: Record<string, (order: Order, by: Dec, lineIndex: number) => string> = {
    'quantity times price': (order, by, index) => {
      // Enough to move the total of a tenth of a piece by more than its rounding.
      order.lines[index]!.price = plus(order.lines[index]!.price, by.plus(100));
      return `R301 lines[${index}].totalPrice`;
    },
    'sum of the lines': (order, by) => {
      order.goodsValue = plus(order.goodsValue, by);
      order.payment.charge = plus(order.payment.charge, by);
      return 'R302 goodsValue';
    },
    'amount received': (order, by) => {
      order.payment.charge = plus(order.payment.charge, by);
      return 'R601 payment.charge';
    },
    'net and gross weight': (order, by) => {
      order.list.netWeight = plus(order.list.grossWeight, by);
      return 'R502 list.netWeight';
    },
    'weight of waybill and list': (order, by) => {
      order.list.grossWeight = plus(order.waybill.grossWeight, by);
      return 'R602 list.grossWeight';
    },
    'packages of waybill and list': (order, by) => {
      order.list.packNo = plus(order.waybill.packNo, by.times(100));
      return 'R603 list.packNo';
    },
    'freight of waybill and list': (order, by) => {
      order.list.freight = plus(order.waybill.freight, by);
      return 'R604 list.freight';
    },
    'insurance of waybill and list': (order, by) => {
      order.list.insuredFee = plus(order.waybill.insuredFee, by);
      return 'R605 list.insuredFee';
    },
    'quantities in one unit': (order, by, index) => {
      order.lines[index]!.qty1 = plus(order.lines[index]!.qty, by);
      return `R406 lines[${index}].qty1`;
    },
  };

  test('unbroken, it has none', () => {
    fc.assert(fc.property(rightOrder, (order) => expect(found(order)).toEqual([])));
  });

  test.each(Object.entries(breaks))('%s', (_relation, breakIt) => {
    fc.assert(
      fc.property(rightOrder, cents, fc.nat(), (order, by, n) => {
        const expected = breakIt(order, by, n % order.lines.length);
        expect(found(order)).toEqual([expected]);
      }),
    );
  });
});
