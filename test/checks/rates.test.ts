import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dec, decimal } from '../../src/base/decimal.js';
import { loadRates } from '../../src/figures/rates.js';

const table = {
  kind: 'customs-monthly',
  title: { zh: '例', en: 'example' },
  source: 'example',
  official: false,
  months: [
    { month: '2026-10', cnyPerUnit: { USD: '7.1000', EUR: '8.3000', JPY: '0.04700' } },
    { month: '2026-11', cnyPerUnit: { USD: '7.0000', JPY: '0.04657' } },
  ],
};

function load(content: unknown) {
  const dir = mkdtempSync(join(tmpdir(), 'rates-'));
  try {
    writeFileSync(join(dir, 'rates.json'), JSON.stringify(content));
    return loadRates(join(dir, 'rates.json'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
const rates = load(table);

describe('a record is converted at the rate of its month', () => {
  test('100 US dollars are 710.00 CNY in October and 700.00 CNY in November', () => {
    expect(rates.toCny(decimal('100'), '502', '2026-10')?.toFixed(2)).toBe('710.00');
    expect(rates.toCny(decimal('100'), '502', '2026-11')?.toFixed(2)).toBe('700.00');
  });

  test('euro become US dollars through CNY of the same month', () => {
    expect(rates.toUsd(decimal('100'), '300', '2026-10')?.toFixed(2)).toBe('116.90');
  });

  test('CNY and US dollars stay what they are', () => {
    expect(rates.toCny(decimal('88.40'), '142', '2026-11')?.toFixed(2)).toBe('88.40');
    expect(rates.toUsd(decimal('88.40'), '502', '2026-11')?.toFixed(2)).toBe('88.40');
  });

  test('the second decimal is rounded half-up, once', () => {
    expect(rates.toCny(decimal('0.005'), '142', '2026-11')?.toFixed()).toBe('0.01');
    expect(rates.toCny(decimal('0.00499'), '142', '2026-11')?.toFixed()).toBe('0');
    // 1 JPY is 0.04657 CNY: rounded to 0.05 CNY on the way, 10 JPY would be 0.07 USD
    expect(rates.toUsd(decimal('1'), '116', '2026-11')?.toFixed()).toBe('0.01');
    expect(rates.toUsd(decimal('0.7'), '116', '2026-11')?.toFixed()).toBe('0');
  });

  test('a large amount loses no fen', () => {
    const amount = decimal('12345678901234.56789');
    expect(rates.toCny(amount, '502', '2026-10')?.toFixed()).toBe('87654320198765.43');
  });
});

describe('what the table lacks', () => {
  test('has no rate, no amount and no rate id', () => {
    for (const [code, month] of [
      ['300', '2026-11'],
      ['502', '2026-12'],
      ['999', '2026-11'],
    ] as const) {
      expect(rates.toCny(decimal('1'), code, month)).toBeUndefined();
      expect(rates.toUsd(decimal('1'), code, month)).toBeUndefined();
      expect(rates.rateId(month, code)).toBeUndefined();
    }
    expect(rates.on('2026-11', 'EUR')).toBeUndefined();
  });
});

test('a rate is named by table, month and currency', () => {
  expect(rates.rateId('2026-11', '502')).toBe('customs-monthly:2026-11:USD');
  expect(rates.rateId('2026-11', '142')).toBe('customs-monthly:2026-11:CNY');
});

test('customs codes and ISO letters name the same currencies', () => {
  expect([rates.iso('502'), rates.iso('142'), rates.currencyCode('EUR')]).toEqual(['USD', 'CNY', '300']);
  expect([rates.iso('000'), rates.currencyCode('XXX')]).toEqual([undefined, undefined]);
});

test('the shipped table is sample data, says so, and has a dollar rate for every month', () => {
  const shipped = loadRates();
  expect(shipped.official).toBe(false);
  expect(shipped.source).toContain('示例数据');
  expect(shipped.on('2026-11', 'USD')?.eq(new Dec('7.0645'))).toBe(true);
});

test.each([
  ['a month twice', { months: [table.months[0], table.months[0]] }, '2026-10 stands there twice'],
  ['a rate of zero', { months: [{ month: '2026-10', cnyPerUnit: { USD: '0' } }] }, 'above 0'],
  ['a rate as a float', { months: [{ month: '2026-10', cnyPerUnit: { USD: 7.1 } }] }, 'USD'],
  ['a month that does not exist', { months: [{ month: '2026-13', cnyPerUnit: { USD: '7.1' } }] }, 'month'],
  [
    'CNY at another rate than 1',
    { months: [{ month: '2026-10', cnyPerUnit: { CNY: '1.01' } }] },
    'CNY rate other than 1',
  ],
  ['no word whether it is official', { official: undefined }, 'official'],
])('%s stops the start', (_what, change, message) => {
  expect(() => load({ ...table, ...change })).toThrow(message);
});
