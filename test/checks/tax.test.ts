import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import { compareTax, estimateTax, loadTax, type TaxTables } from '../../src/checks/tax.js';
import { readMessage, type MessageNode } from '../../src/messages/reader.js';
import { sampleOrders } from '../support/sampleOrders.js';
import { catalogue, parts } from './checker.js';
import { orderWith, validImport } from './fixtures.js';

const tables = loadTax();
const day = '2026-11-19';
const limits = parts.regimes.get('9610-import')!.limits;
const estimate = (order = validImport(), from: TaxTables = tables) => estimateTax(order, day, from, limits)!;

describe('the tax of a retail import', () => {
  test('is computed line by line, freight shared out, at 70 % of the statutory rates', () => {
    // Worked by hand: 20.00 of freight over 168 and 128 is 11.35 and 8.65. Milk powder: 179.35 × 13 % × 70 % = 16.32.
    // Wine: (136.65 ÷ 0.9) × 10 % = 15.1833, of it 70 % = 10.63; (136.65 + 15.1833) × 13 % × 70 % = 13.82.
    expect(estimate()).toMatchObject({
      basis: { reduced: true },
      rates: { complete: false },
      lines: [
        { gnum: '1', taxPrice: '179.35', customsTax: '0.00', consumptionTax: '0.00', valueAddedTax: '16.32' },
        {
          gnum: '2',
          taxPrice: '136.65',
          customsTax: '0.00',
          consumptionTax: '10.63',
          valueAddedTax: '13.82',
        },
      ],
      customsTax: '0.00',
      consumptionTax: '10.63',
      valueAddedTax: '30.14',
      total: '40.77',
      missing: [],
    });
  });

  test('the customs values of the lines add up to goods, freight and insurance, whatever the rounding', () => {
    for (const order of sampleOrders({ count: 200, seed: 11, regime: '9610-import' })) {
      const { lines, missing } = estimate(order);
      expect(missing).toEqual([]);
      const fen = (text: string) => Math.round(Number(text) * 100);
      const sum = lines.reduce((total, line) => total + fen(line.taxPrice), 0);
      expect(sum).toBe(fen(order.goodsValue!) + fen(order.waybill.freight!));
    }
  });

  test('what the shops of the sample orders withhold differs by no more than rounding of the lines', () => {
    for (const order of sampleOrders({ count: 200, seed: 12, regime: '1210-import' })) {
      const { total, lines } = estimate(order);
      expect(Math.abs(Number(total) - Number(order.taxTotal))).toBeLessThanOrEqual(0.02 * lines.length);
    }
  });

  test('goods without a rate are left out and named, never guessed', () => {
    const found = estimate(orderWith({ 'lines[0].gcode': '0106110090' }, validImport()));
    expect(found.lines.map((line) => line.gnum)).toEqual(['2']);
    expect(found.missing).toMatchObject([{ path: 'lines[0].gcode' }]);
    expect(found.total).toBe('24.45');
  });

  test('goods whose consumption tax depends on more than the code are named with the reason', () => {
    const found = estimate(orderWith({ 'lines[0].gcode': '3304990011' }, validImport()));
    expect(found.missing[0]?.reason.zh).toContain('高档化妆品');
  });

  test('one article above the limit is taxed fully, for which the sample has no duty', () => {
    const order = validImport();
    order.lines = order.lines.slice(0, 1);
    order.lines[0]!.price = order.lines[0]!.totalPrice = order.goodsValue = '9800.00';
    const found = estimate(order);
    expect(found.basis.reduced).toBe(false);
    expect(found.lines).toEqual([]);
    expect(found.missing).toMatchObject([
      { path: 'lines[0].gcode', reason: { zh: expect.stringContaining('关税') } },
    ]);

    const [rates] = tables.rates;
    const withDuty = rates!.lines.map((line) =>
      line.hs === '190110' ? { ...line, customsTax: '0.15' } : line,
    );
    // 9820.00 × 15 % = 1473.00; (9820 + 1473) × 13 % = 1468.09.
    expect(estimate(order, { ...tables, rates: [{ ...rates!, lines: withDuty }] })).toMatchObject({
      customsTax: '1473.00',
      valueAddedTax: '1468.09',
      total: '2941.09',
    });
  });

  test('before the rule of tax came into force there is no estimate', () => {
    expect(estimateTax(validImport(), '2018-12-31', tables, limits)).toBeUndefined();
  });

  test('an order whose amounts cannot be read has no estimate', () => {
    expect(
      estimateTax(orderWith({ goodsValue: '1,000' }, validImport()), day, tables, limits),
    ).toBeUndefined();
  });
});

describe('an estimate against the tax bill of customs', () => {
  const bytes = readFileSync(join(projectRoot, 'test/examples/messages/CEB816Message.xml'));
  const bill = (change: (text: string) => string = (text) => text): MessageNode =>
    readMessage(Buffer.from(change(bytes.toString('utf8'))), catalogue).documents[0]!;

  test('agrees with a bill of the same amounts', () => {
    expect(compareTax(estimate(), bill())).toEqual({ agree: true, differences: [] });
  });

  test('names every amount that differs, and by how much', () => {
    const other = bill((text) => text.replace('>16.32<', '>16.33<').replace('>30.14<', '>30.15<'));
    expect(compareTax(estimate(), other).differences).toEqual([
      { path: 'valueAddedTax', estimated: '30.14', billed: '30.15', difference: '0.01' },
      { path: 'lines[1].valueAddedTax', estimated: '16.32', billed: '16.33', difference: '0.01' },
    ]);
  });

  test('names lines that only one of the two has', () => {
    const other = bill((text) =>
      text.replace('<ceb:gnum>2<', '<ceb:gnum>3<').replace('<gnum>2<', '<gnum>3<'),
    );
    const paths = compareTax(estimate(), other).differences.map((d) => d.path);
    expect(paths).toContain('lines[2].taxPrice');
    expect(paths).toContain('lines[3].consumptionTax');
  });
});
