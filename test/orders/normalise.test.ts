import { describe, expect, test } from '@jest/globals';
import { normaliseOrder } from '../../src/orders/normalise.js';
import { orderSchema, type Order } from '../../src/orders/order.js';
import { filledByIntake } from '../../src/orders/regimeFields.js';
import type { Regime } from '../../src/orders/regimes.js';
import {
  readCode,
  readDate,
  readDecimal,
  readInstant,
  readInteger,
  spreadsheetNumber,
} from '../../src/orders/values.js';
import { brief, catalogue, fields, regimes } from './reading.js';

type Reader = (text: string) => { value: string } | { fault: string };
const read = (reader: Reader, text: string): string => {
  const reading = reader(text);
  return 'fault' in reading ? reading.fault : reading.value;
};
const normalise = (input: unknown) =>
  normaliseOrder(orderSchema.parse(input), catalogue.codes, { fields, regimes });

describe('decimals', () => {
  test.each([
    ['59.80', '59.80'],
    ['1,234.50', '1234.50'],
    ['12,345,678', '12345678'],
    ['１２．５', '12.5'],
    ['１，２３４．５', '1234.5'],
    ['+5', '5'],
    ['007.50', '7.50'],
    ['000', '0'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-3', '-3'],
    ['−3', '-3'],
    ['1.2300000', '1.23000'],
    ['1.2345678', '1.2345678'],
    ['12345678901234567890.12345', '12345678901234567890.12345'],
    ['\u200b8 ', '8'],
  ])('%s is %s', (text, value) => expect(read(readDecimal, text)).toBe(value));

  test.each([
    '1.234,50',
    '12,34',
    '1,2345',
    '¥59.80',
    '59.80元',
    '1e3',
    '(5.00)',
    '1 234',
    '五',
    '.',
    '-',
    '1.2.3',
  ])('%s cannot be read', (text) => expect(read(readDecimal, text)).toBe('I26'));

  test('of a spreadsheet number cell keep the 15 digits that Excel shows', () => {
    expect(spreadsheetNumber('19.989999999999998')).toBe('19.99');
    expect(spreadsheetNumber('5.9799999999999997E-2')).toBe('0.0598');
    expect(spreadsheetNumber('9503002100')).toBe('9503002100');
    expect(spreadsheetNumber('1E+3')).toBe('1000');
  });
});

test('whole numbers: 3.0 is 3, 3.5 stays for the field check, 三 cannot be read', () => {
  expect(read(readInteger, '3.0')).toBe('3');
  expect(read(readInteger, '3.5')).toBe('3.5');
  expect(read(readInteger, '三')).toBe('I27');
});

describe('instants are stored in UTC; texts without an offset are Beijing time', () => {
  test.each([
    ['2026-11-03T10:20:30+08:00', '2026-11-03T02:20:30Z'],
    ['2026-11-03T02:20:30Z', '2026-11-03T02:20:30Z'],
    ['2026-11-03T02:20:30.123Z', '2026-11-03T02:20:30Z'],
    ['2026-11-02T21:20:30-0500', '2026-11-03T02:20:30Z'],
    ['2026-11-03 10:20', '2026-11-03T02:20:00Z'],
    ['2026-11-03 10:20:30', '2026-11-03T02:20:30Z'],
    ['2026/11/3 9:05', '2026-11-03T01:05:00Z'],
    ['2026.11.3 9:05', '2026-11-03T01:05:00Z'],
    ['20261103102030', '2026-11-03T02:20:30Z'],
    ['2026年11月3日 10:20', '2026-11-03T02:20:00Z'],
    ['2026年11月3日10时20分30秒', '2026-11-03T02:20:30Z'],
    ['２０２６－１１－０３　１０：２０', '2026-11-03T02:20:00Z'],
    ['2026-11-03', '2026-11-02T16:00:00Z'],
    ['46329.4309027778', '2026-11-03T02:20:30Z'],
  ])('%s is %s', (text, value) => expect(read(readInstant, text)).toBe(value));

  test.each(['2026-02-30 10:00', '2026-11-03 25:00', '2026-13-01', '昨天', '1730600000', '2026-11/3'])(
    '%s cannot be read',
    (text) => expect(read(readInstant, text)).toBe('I28'),
  );

  test.each(['03/04/2026', '3-4-2026 10:00', '11/3/26'])('%s: day and month cannot be told apart', (text) =>
    expect(read(readInstant, text)).toBe('I29'),
  );
});

test('dates are days of the Beijing calendar', () => {
  expect(read(readDate, '20261103')).toBe('2026-11-03');
  expect(read(readDate, '2026/11/3')).toBe('2026-11-03');
  expect(read(readDate, '2026-11-02T20:00:00Z')).toBe('2026-11-03');
  expect(read(readDate, '46329')).toBe('2026-11-03');
  expect(read(readDate, '03/04/2026')).toBe('I29');
  expect(read(readDate, '明天')).toBe('I37');
});

describe('codes', () => {
  const code = (text: string, table: string) => read((t) => readCode(t, table, catalogue.codes), text);
  test('are understood as code, letters or name, also in full width', () => {
    expect(['USD', '502', '５０２'].map((t) => code(t, 'currency'))).toEqual(['502', '502', '502']);
    expect(['USA', '美国'].map((t) => code(t, 'country'))).toEqual(['502', '502']);
    expect(code('千克', 'unit')).toBe('035');
  });
  test('get back the zeros that a spreadsheet took off', () => {
    expect(code('7', 'unit')).toBe('007');
    expect(code('35', 'unit')).toBe('035');
    expect(code('100', 'customs')).toBe('0100');
    expect(code('5', 'trafMode')).toBe('5');
  });
  test('that no table knows stay as they are, for the field check', () => {
    expect(code('XYZ', 'currency')).toBe('XYZ');
    expect(code('999', 'unit')).toBe('999');
  });
});

describe('an order', () => {
  const small = {
    regime: '9610',
    seller: { code: 'S1', name: '重庆嘉陵江贸易有限公司' },
    lines: [
      { qty: '3', price: '3.33333' },
      { qty: '2', price: '1,000.10' },
    ],
  };

  test('gets what it implies: type, fees, declarant, producer, bar code, numbers, totals', () => {
    const { order, faults } = normalise(small);
    expect(faults).toEqual([]);
    expect(order).toMatchObject({
      orderType: 'E',
      freight: '0',
      waybill: { freight: '0', insuredFee: '0' },
      declarant: { code: 'S1', name: '重庆嘉陵江贸易有限公司' },
      producer: { code: 'NO', name: '重庆嘉陵江贸易有限公司' },
      lines: [
        { gnum: '1', barCode: '无', totalPrice: '9.99999' },
        { gnum: '2', barCode: '无', price: '1000.10', totalPrice: '2000.2' },
      ],
    });
  });

  test.each(['9610-export', '1210-import'])(
    'of %s is filled in exactly the fields that no column has to be there for',
    (name) => {
      const regime = regimes.get(name) as Regime;
      const given = { ...small, regime: regime.regime, ieFlag: regime.ieFlag, currency: undefined };
      const filled = (order: Order) =>
        [...fields.byPath.values()].filter((f) => {
          const holder = f.ofLine
            ? order.lines[0]
            : f.group === undefined
              ? order
              : order[f.group as 'seller'];
          return (holder as Record<string, unknown>)[f.leaf] !== undefined;
        });
      const before = new Set(filled(orderSchema.parse(given)).map((f) => f.path));
      const after = filled(normalise(given).order)
        .map((f) => f.path)
        .filter((path) => !before.has(path));
      const fixed = regime.values.filter((value) => value.fill).map((value) => value.path);
      const wanted = [...filledByIntake[regime.ieFlag], ...fixed];
      expect(after.sort()).toEqual(wanted.filter((path) => !before.has(path)).sort());
    },
  );

  test('keeps what it says itself', () => {
    const { order } = normalise({
      ...small,
      declarant: { code: 'D1' },
      producer: { name: '工厂' },
      lines: [{ gnum: '5', qty: '2', price: '3', totalPrice: '7', barCode: '690' }, {}],
    });
    expect(order.declarant).toEqual({ code: 'D1' });
    expect(order.producer).toEqual({ code: 'NO', name: '工厂' });
    expect(order.lines[0]).toMatchObject({ gnum: '5', totalPrice: '7', barCode: '690' });
    expect(order.lines[1]!.gnum).toBeUndefined();
  });

  test('keeps a value that cannot be read, with a fault that names column, value and remedy', () => {
    const { order, faults } = normalise({
      ...small,
      goodsValue: '1.234,50',
      payment: { accountingDate: '03/04/2026' },
      lines: [{ qty: '两个', price: '3' }],
    });
    expect(brief(faults)).toEqual(['I26 goodsValue', 'I29 payment.accountingDate', 'I26 lines[0].qty']);
    expect(faults[0]).toMatchObject({
      hint: '1.234,50',
      message: { zh: '“商品金额”的值读不成数字' },
      fix: { zh: expect.stringContaining('1234.50') },
    });
    expect(order).toMatchObject({ goodsValue: '1.234,50', lines: [{ qty: '两个', totalPrice: undefined }] });
  });

  test('text that a spreadsheet or a wrong encoding has spoilt is faulted', () => {
    const { faults } = normalise({
      orderNo: '2.02611E+13',
      note: 'a\u0000b',
      seller: { name: '重庆\ufffd公司' },
      platform: { name: 'x\ud800' },
      lines: [{ gname: '长'.repeat(32_768), qty: '#N/A', itemNo: '#REF!' }],
    });
    expect(brief(faults).sort()).toEqual([
      'I22 seller.name',
      'I23 note',
      'I23 platform.name',
      'I24 lines[0].gname',
      'I30 orderNo',
      'I32 lines[0].itemNo',
      'I32 lines[0].qty',
    ]);
    expect(faults.find((f) => f.path === 'note')!.message.zh).toContain('U+0000');
  });

  test('a fault of a personal field shows no value', () => {
    const { faults } = normalise({ seller: { telephone: '139\u000100000000' } });
    expect(brief(faults)).toEqual(['I23 seller.telephone']);
    expect(faults[0]).not.toHaveProperty('hint');
  });

  test('is not changed itself, and normalising twice changes nothing more', () => {
    const input = orderSchema.parse(small);
    const copy = structuredClone(input);
    const once = normaliseOrder(input, catalogue.codes, { fields, regimes }).order;
    expect(input).toEqual(copy);
    expect(normaliseOrder(once, catalogue.codes, { fields, regimes }).order).toEqual(once);
  });
});
