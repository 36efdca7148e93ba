import { describe, expect, test } from '@jest/globals';
import { loadFields } from '../../src/orders/fields.js';
import { normaliseOrder } from '../../src/orders/normalise.js';
import { catalogue, parts } from '../checks/checker.js';
import { documentFaults } from './documents.js';
import { orderWith, validImport, validOrder } from '../checks/fixtures.js';

const fields = loadFields();
const normalised = (changes: Record<string, string | null>, of = validOrder()) =>
  normaliseOrder(orderWith(changes, of), catalogue.codes, {
    fields,
    regimes: parts.regimes,
  });

describe('what people and programs write is understood as customs codes', () => {
  test.each([
    ['currency', 'RMB', '142'],
    ['currency', '美金', '502'],
    ['currency', 'PLN', '327'],
    ['currency', '€', '300'],
    ['currency', 'JP¥', '116'],
    ['list.country', 'U.S.A.', '502'],
    ['list.country', '中国大陆', '142'],
    ['list.country', 'Türkiye', '137'],
    ['list.country', 'US', '502'],
    ['list.country', 'DEU', '304'],
    ['list.country', 'GB', '303'],
    ['list.pod', 'LAX', '3154'],
    ['list.pod', 'USLAX', '3154'],
    ['list.pod', 'DEHAM', '2110'],
    ['list.trafMode', '空运', '5'],
    ['regime', '海外仓', '9810'],
  ])('%s %s is %s', (path, written, code) => {
    const { order, faults } = normalised({ [path]: written });
    expect(faults).toEqual([]);
    expect(path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], order)).toBe(
      code,
    );
  });

  test.each([
    ['公斤', '035'],
    ['KG', '035'],
    ['PCS', '007'],
    ['pairs', '025'],
    ['千克', '035'],
  ])('unit %s is %s', (written, code) => {
    expect(normalised({ 'lines[0].unit': written }).order.lines[0]!.unit).toBe(code);
  });

  test('no alias is the code, the name or the ISO letters of another entry of its table', () => {
    for (const table of catalogue.codes.names())
      for (const [code, { aliases }] of catalogue.codes.get(table).values)
        for (const alias of aliases ?? [])
          expect([table, alias, catalogue.codes.get(table).resolve(alias)]).toEqual([table, alias, code]);
  });
});

describe('codes of enterprises, persons and goods are put right before they are judged', () => {
  test('small letters, blanks inside and full width in an enterprise code', () => {
    const { order } = normalised({
      'seller.code': ' 9150 0103ma5yq00a09',
      'waybill.code': '９１５００１１２MA5UL6G14W',
    });
    expect(order.seller.code).toBe('91500103MA5YQ00A09');
    expect(order.waybill.code).toBe('91500112MA5UL6G14W');
    expect(documentFaults(order)).toEqual([]);
  });

  test('a small x at the end of an identity number', () => {
    const number = '50010819900101003X';
    const { order } = normalised({ 'buyer.idNumber': number.toLowerCase() }, validImport());
    expect(order.buyer.idNumber).toBe(number);
  });

  test('points in a commodity code', () => {
    expect(normalised({ 'lines[0].gcode': '9503.00.21.00' }).order.lines[0]!.gcode).toBe('9503002100');
  });

  test('a heading or subheading of a simplified list fills the ten places; of a summary list it does not', () => {
    expect(normalised({ 'lines[0].gcode': '9503' }).order.lines[0]!.gcode).toBe('9503000000');
    expect(normalised({ 'lines[0].gcode': '950300' }).order.lines[0]!.gcode).toBe('9503000000');
    expect(normalised({ 'lines[0].gcode': '950300', 'list.statisticsFlag': 'B' }).order.lines[0]!.gcode).toBe(
      '950300',
    );
  });
});

describe('tables that customs adds codes to are snapshots, those of the specification are closed', () => {
  const of = (path: string, code: string) =>
    documentFaults(orderWith({ [path]: code })).map((f) => `${f.severity} ${f.code} ${f.path}`);

  test.each([
    ['list.customsCode', '8099', '80X9'],
    ['list.pod', '3999', 'LAXX'],
    ['list.country', '198', '959'],
    ['currency', '198', '959'],
  ])('%s: %s is a notice, %s is a fault', (path, unlisted, malformed) => {
    const found = of(path, unlisted);
    expect(found).toContain(`notice F19 ${path}`);
    expect(found.filter((one) => one.startsWith('fault'))).toEqual([]);
    expect(of(path, malformed)).toContain(`fault F12 ${path}`);
  });

  test('every other table is closed', () => {
    const open = catalogue.codes
      .names()
      .filter((name) =>
        ['9999', '999', '198', 'ZZZ'].some((code) => catalogue.codes.get(name).mayExist(code)),
      );
    expect(open).toEqual([
      'ciqCertificate',
      'country',
      'currency',
      'customs',
      'cutMode',
      'port',
      'supervisionMode',
    ]);
  });
});

test('every unit has its name in both languages, and is understood by either', () => {
  const unit = catalogue.codes.get('unit');
  for (const [code, { zh, en }] of unit.values)
    expect([zh, en].map((n) => n && unit.resolve(n))).toEqual([code, code]);
});

describe('characters that customs’ systems do not keep', () => {
  test('an emoji in a name is left out with a notice; in a number it is a fault', () => {
    const named = normalised({ 'lines[0].itemName': '🎁 毛绒玩具熊 🐻', 'list.note': '谢谢👍🏽' });
    expect(named.order.lines[0]!.itemName).toBe('毛绒玩具熊');
    expect(named.order.list.note).toBe('谢谢');
    expect(named.faults).toMatchObject([
      { code: 'I51', severity: 'notice', path: 'list.note' },
      { code: 'I51', severity: 'notice', path: 'lines[0].itemName' },
    ]);
    expect(normalised({ orderNo: 'CQ1🎁' }).faults).toMatchObject([
      { code: 'I50', severity: 'fault', path: 'orderNo' },
    ]);
  });

  test('marks of trade stay, and lines of a cell become one line', () => {
    const { order, faults } = normalised({
      'lines[0].gname': 'Brand® 玩具™',
      'lines[0].gmodel': '毛绒\n30cm',
    });
    expect(faults).toEqual([]);
    expect(order.lines[0]).toMatchObject({ gname: 'Brand® 玩具™', gmodel: '毛绒 30cm' });
  });

  test('a control character is a fault at its field', () => {
    expect(normalised({ 'lines[1].gname': '玩具\u0007' }).faults).toMatchObject([
      { code: 'I23', path: 'lines[1].gname' },
    ]);
  });
});
