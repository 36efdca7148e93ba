import { describe, expect, test } from '@jest/globals';
import { applyChanges, labelOf } from '../../src/corrections/changes.js';
import { compareMessages } from '../../src/corrections/messageFields.js';
import { normaliseOrder } from '../../src/orders/normalise.js';
import { loadRulebook } from '../../src/rulebook.js';
import { freshOrders } from '../support/sampleOrders.js';

const rulebook = loadRulebook({ now: () => new Date('2026-11-20T04:00:00Z') });
const { readOptions: reading } = rulebook;
const many = [...freshOrders({ count: 20 })].find((o) => o.lines.length === 3)!;
const order = normaliseOrder(many, reading.codes, reading).order;
const apply = (changes: Record<string, string | number | boolean | null>) =>
  applyChanges(order, changes, { ...reading, perLine: [] });
const message = (name: string) => rulebook.messages.get(name)!;
const compare = (name: string, changes: Record<string, string>) =>
  compareMessages(message(name), { order, copNo: 'A1' }, { order: apply(changes).body, copNo: 'A1' });

describe('a correction changes', () => {
  test('what it names, normalised as at intake, and nothing else', () => {
    const { body, changes, faults } = apply({ 'list.country': '美国', 'list.ieDate': '2026/11/30' });
    expect(faults).toEqual([]);
    expect(body.list).toMatchObject({ country: '502', ieDate: '2026-11-30' });
    expect(changes.every((c) => ['list.country', 'list.ieDate'].includes(c.path))).toBe(true);
    expect(body.lines).toEqual(order.lines);
  });

  test('the original body not at all', () => {
    const before = structuredClone(order);
    apply({ orderNo: 'X', 'lines[0]': null });
    expect(order).toEqual(before);
  });

  test('nothing when the values are those it has', () => {
    expect(
      apply({ goodsValue: `${order.goodsValue}`, 'lines[0].qty': Number(order.lines[0]!.qty) }).changes,
    ).toEqual([]);
  });

  test('a whole line when the line is emptied; the others are numbered anew', () => {
    const { body, faults } = apply({ 'lines[0]': null });
    expect(faults).toEqual([]);
    expect(body.lines.map((l) => [l.gnum, l.itemNo])).toEqual(
      order.lines.slice(1).map((l, i) => [String(i + 1), l.itemNo]),
    );
  });

  test('the goods by a new line after the last', () => {
    const { body } = apply({ 'lines[3].itemNo': 'NEW', 'lines[3].qty': 2, 'lines[3].price': '1.5' });
    expect(body.lines[3]).toMatchObject({ gnum: '4', itemNo: 'NEW', totalPrice: '3' });
  });
});

describe('a correction is refused', () => {
  test('for each part of the identity of the order, by its Chinese name (T02)', () => {
    const { faults } = apply({
      orderNo: 'X1',
      'platform.code': '91500103MA5YQ00A17',
      'seller.code': '91500103MA5YQ00A09',
      regime: '9710',
      ieFlag: 'I',
    });
    expect(
      faults
        .filter((f) => f.code === 'T02')
        .map((f) => f.path)
        .sort(),
    ).toEqual(['ieFlag', 'orderNo', 'platform.code', 'regime', 'seller.code']);
    expect(faults.find((f) => f.path === 'orderNo')?.message.zh).toContain('订单编号');
  });

  test('for a field that does not exist, naming the nearest (T03)', () => {
    const { faults } = apply({ 'list.ieDat': '2026-11-30', 'lines[0].quantity': '1', 'lines[0]': 'x' });
    expect(faults.map((f) => f.code)).toEqual(['T03', 'T03', 'T03']);
    expect(faults.find((f) => f.path === 'list.ieDat')?.message.zh).toContain('list.ieDate');
  });

  test('for a line beyond the one after the last (T07)', () => {
    expect(apply({ 'lines[9].qty': '1' }).faults).toMatchObject([{ code: 'T07', path: 'lines[9].qty' }]);
  });

  test('with every fault at once, those of reading included', () => {
    const { faults } = apply({ 'lines[0].qty': 'two', 'list.ieDate': '2026-13-01', nonsense: '1' });
    expect(new Set(faults.map((f) => f.path))).toEqual(new Set(['lines[0].qty', 'list.ieDate', 'nonsense']));
  });
});

describe('the messages that differ', () => {
  test('are those that write the field, with its official name and line', () => {
    const changes = { 'lines[1].itemNo': 'NEW-1' };
    const n = { name: 'itemNo', n: 2, before: order.lines[1]!.itemNo!, after: 'NEW-1' };
    expect(compare('CEB303Message', changes)).toEqual([n]);
    expect(compare('CEB603Message', changes)).toEqual([n]);
    expect(compare('CEB403Message', changes)).toEqual([]);
    expect(compare('CEB505Message', changes)).toEqual([]);
  });

  test('show what an official name cannot hold twice: amounts, names with signs, values that fall back', () => {
    expect(compare('CEB603Message', { 'waybill.freight': '12.5' })).toEqual([
      { name: 'freight', n: null, before: order.waybill.freight!, after: '12.5' },
    ]);
    expect(compare('CEB303Message', { 'platform.name': 'A&B <亚>' })).toMatchObject([
      { name: 'ebpName', after: 'A&B <亚>' },
    ]);
  });

  test('say that a field came or went', () => {
    expect(compare('CEB303Message', { note: '加急' })).toEqual([
      { name: 'note', n: null, before: null, after: '加急' },
    ]);
    const gone = compareMessages(
      message('CEB303Message'),
      { order, copNo: 'A1' },
      { order: apply({ 'lines[2]': null }).body, copNo: 'A1' },
    );
    expect(gone.filter((f) => f.n === 3).every((f) => f.after === null)).toBe(true);
  });
});

test('a line field is labelled with its line', () => {
  expect(labelOf('lines[1].qty', reading.fields)).toEqual({ zh: '数量（第 2 行）', en: 'Quantity (line 2)' });
});
