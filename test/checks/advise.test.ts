import { describe, expect, test } from '@jest/globals';
import { advise, type RegimeAdvice } from '../../src/checks/advise.js';
import { loadWays } from '../../src/checks/ways.js';
import { MessageEditions } from '../../src/messages/compile.js';
import { brief } from '../orders/reading.js';
import { checkerWith, parts, catalogue } from './checker.js';
import { noon, orderWith, validImport, validOrder } from './fixtures.js';

const sources = {
  regimes: parts.regimes,
  rates: parts.rates,
  checker: checkerWith(),
  catalogue,
  messages: new MessageEditions(catalogue, { now: () => noon }),
  ways: loadWays(),
};
/** A B2B order of 8,000 CNY, as its list would be declared. */
const b2bAbove5000 = () =>
  orderWith({
    regime: '9710',
    orderType: 'B',
    currency: '142',
    'lines[0].currency': '142',
    'lines[0].price': '4000.00',
    'lines[0].totalPrice': '8000.00',
    goodsValue: '8028.60',
    'payment.currency': '142',
    'payment.charge': '8034.60',
  });
const adviceOf = (order = validOrder()) => advise(order, sources);
const named = (advice: readonly RegimeAdvice[], regime: string, flag: string | null) =>
  advice.find((a) => a.regime === regime && a.statisticsFlag === flag)!;
const recommended = (advice: readonly RegimeAdvice[]) =>
  advice.filter((a) => a.recommended).map((a) => `${a.regime} ${a.statisticsFlag ?? ''}`.trim());

describe('the regimes open to an order', () => {
  test('are those of its direction, one entry for each statistics flag', () => {
    const names = (order = validOrder()) =>
      adviceOf(order).map((a) => `${a.regime} ${a.statisticsFlag ?? ''}`.trim());
    const exports = ['1210', '9610', '9710', '9810'].flatMap((r) => [`${r} A`, `${r} B`]);
    // General export (0110) has no flags.
    expect(names()).toEqual(['0110', ...exports]);
    expect(names(validImport())).toEqual(['1210', '9610']);
  });

  test('an order without a fault keeps its regime', () => {
    expect(recommended(adviceOf())).toEqual(['9610 A']);
    expect(recommended(adviceOf(validImport()))).toEqual(['9610']);
    expect(named(adviceOf(), '9610', 'A')).toMatchObject({ current: true, changes: [], faults: [] });
  });

  test('a simplified list above its limit is advised to be a summary list', () => {
    const dear = orderWith({
      'lines[0].price': '400.00',
      'lines[0].totalPrice': '800.00',
      goodsValue: '828.60',
      'payment.charge': '834.60',
    });
    const advice = adviceOf(dear);
    expect(recommended(advice)).toEqual(['9610 B']);
    expect(brief(named(advice, '9610', 'A').notices)).toEqual(['R306 goodsValue']);
    expect(named(advice, '9610', 'A').limits).toMatchObject([
      { maxCny: '5000', within: false, otherwise: 'summary' },
    ]);
    expect(named(advice, '9710', 'B')).toMatchObject({ form: 'goods-declaration', recommended: false });
    expect(named(advice, '9710', 'B').why.zh).toContain('报关单');
    expect(named(advice, '9710', 'B').goodsDeclaration).toMatchObject({
      ways: [
        { supervision: '9710', system: 'H2018' },
        { supervision: '0110', system: 'H2018' },
      ],
      because: [{ rule: '9710-list-value', source: expect.stringContaining('2020年第75号') }],
    });
    expect(named(advice, '9610', 'B').goodsDeclaration).toBeNull();
  });

  test('another kind of trade is never recommended, only named with its condition', () => {
    const b2b = named(adviceOf(), '9710', 'A');
    expect(b2b).toMatchObject({ faults: [], recommended: false, paymentReceipt: false });
    expect(b2b.changes).toEqual([
      { path: 'regime', from: '9610', to: '9710' },
      { path: 'orderType', from: 'E', to: 'B' },
    ]);
    expect(b2b.why.zh).toContain('只有交易确属“跨境电商企业对企业直接出口”');
  });

  test('faults that would arise are named: a bonded export needs ledger, item and operator', () => {
    expect(brief(named(adviceOf(), '1210', 'A').faults)).toEqual([
      'F02 bondedOperator.code',
      'F02 bondedOperator.name',
      'F02 list.emsNo',
      'F02 lines[0].itemRecordNo',
      'F02 lines[1].itemRecordNo',
      'F02 lines[2].itemRecordNo',
    ]);
  });

  test('nothing is recommended where every regime has a fault', () => {
    expect(recommended(adviceOf(orderWith({ goodsValue: '1.00' })))).toEqual([]);
  });

  test('the documents name who answers for them by this order', () => {
    const { documents } = named(adviceOf(), '9610', 'A');
    expect(documents.map((d) => [d.message, d.parties[0]?.name])).toEqual([
      ['CEB303Message', '重庆嘉陵江贸易有限公司'],
      ['CEB403Message', '重庆两江支付有限公司'],
      ['CEB505Message', '重庆果园物流有限公司'],
      ['CEB603Message', '重庆南山报关有限公司'],
    ]);
    expect(documents.at(-1)?.after).toHaveLength(3);
  });

  test('a licence sends a B2B order to the goods declaration', () => {
    const advice = adviceOf(orderWith({ 'list.licenseNo': '26-AB-100001', 'list.statisticsFlag': 'B' }));
    expect(named(advice, '9810', 'B').form).toBe('goods-declaration');
    expect(recommended(advice)).toEqual(['9610 B']);
  });

  test('what the gateway would take in as a goods declaration is advised as one, under its own regime', () => {
    const dear = b2bAbove5000();
    const advice = adviceOf(dear);
    const own = named(advice, '9710', 'A');
    expect(sources.checker.formOf(dear)).toMatchObject({
      form: 'goods-declaration',
      reasons: [{ id: '9710-list-value' }],
    });
    expect(own.goodsDeclaration?.because.map((b) => b.rule)).toEqual(['9710-list-value']);
    expect(own.documents.map((d) => d.message)).toEqual(['CEB303Message', 'EEntDeclIo', 'DecMessage']);
    expect([own.current, own.faults, own.recommended]).toEqual([true, [], true]);
    expect(own.why.zh).toBe('以报关单申报，没有问题（单票金额 5000 元人民币以内的可以清单申报）');
  });

  test('export duty that the declarant says, or the table asks, sends a B2B order to the goods declaration', () => {
    for (const [change, rule] of [
      [{ 'lines[1].exportDuty': '1' }, '9710-duty'],
      [{ 'lines[0].gcode': '7204100000' }, 'R417'],
    ] as const) {
      const order = orderWith({ regime: '9710', orderType: 'B', ...change });
      expect(sources.checker.formOf(order)).toMatchObject({
        form: 'goods-declaration',
        reasons: [{ id: rule }],
      });
      const own = named(adviceOf(order), '9710', 'A');
      expect(own.goodsDeclaration?.because.map((b) => b.rule)).toEqual([rule]);
      expect(own.documents.map((d) => d.message)).toContain('DecMessage');
      expect([own.faults, own.recommended]).toEqual([[], true]);
    }
    const said = orderWith({ regime: '9710', orderType: 'B', 'lines[1].exportDuty': '0', taxTotal: '12.5' });
    expect(sources.checker.formOf(said).form).toBe('list');
  });

  test('the order itself is not changed', () => {
    const order = validOrder();
    adviceOf(order);
    expect(order).toEqual(validOrder());
  });

  test('an import order is told its limits, of the transaction and of the year', () => {
    const { limits } = named(adviceOf(validImport()), '9610', null);
    expect(limits.map((l) => [l.per, l.amountCny, l.within])).toEqual([
      ['order', '316.00', true],
      ['buyer-year', '316.00', true],
    ]);
  });
});

describe('goods that no regime carries', () => {
  const codes = parts.goods.prohibited.flatMap((entry) =>
    entry.hs.map((hs): [string, string, 'E' | 'I'] => [entry.id, hs.padEnd(10, '0'), entry.ieFlag ?? 'E']),
  );
  test('the list names arms, ivory, drones, drugs and waste', () => {
    const ids = codes.map(([id]) => id);
    expect(ids).toEqual(expect.arrayContaining(['weapons', 'ivory', 'drones', 'drugs', 'waste-plastic']));
  });

  test.each(codes)('%s (%s): refused under every regime, and no way is recommended', (_id, gcode, flag) => {
    const order = flag === 'I' ? validImport() : validOrder();
    const advice = adviceOf(orderWith({ 'lines[0].gcode': gcode }, order));
    expect(recommended(advice)).toEqual([]);
    for (const one of advice) {
      expect(brief(one.faults)).toContain('R407 lines[0].gcode');
      expect(one.why.zh).not.toContain('可用');
    }
  });

  test('a word in a name is a doubt: the regime stays recommended, with the notice beside it', () => {
    const advice = adviceOf(orderWith({ 'lines[0].gname': '仿象牙毛绒玩具' }));
    expect(recommended(advice)).toEqual(['9610 A']);
    expect(brief(named(advice, '9610', 'A').notices)).toContain('R408 lines[0].gname');
  });
});

test('goods that an official positive list does not hold are imported as ordinary trade, not at retail', () => {
  const advice = adviceOf(
    orderWith({ 'lines[0].gcode': '9503002100', 'lines[0].unit1': '007' }, validImport()),
  );
  expect(recommended(advice)).toEqual([]);
  for (const regime of ['9610', '1210'])
    expect(named(advice, regime, null)).toMatchObject({
      form: 'goods-declaration',
      goodsDeclaration: { ways: [{ supervision: '0110' }], because: [{ rule: 'R415' }] },
    });
});

test('imports above the limit are ordinary trade', () => {
  const dear = orderWith(
    {
      'lines[0].qty': '2',
      'lines[0].price': '4000.00',
      'lines[0].totalPrice': '8000.00',
      goodsValue: '8128.00',
      acturalPaid: '8182.77',
      'payment.charge': '8182.77',
    },
    validImport(),
  );
  expect(named(adviceOf(dear), '9610', null).goodsDeclaration?.ways).toMatchObject([{ supervision: '0110' }]);
});
