import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Dec } from '../../src/base/decimal.js';
import { prorate } from '../../src/figures/proration.js';
import { takenBack, type Grant } from '../../src/figures/reversals.js';
import { countedLine } from '../support/countedLine.js';

let n = 0;
const grant = (kind: Grant['kind'], at: string, ...qty: string[]): Grant => ({
  documentId: `document-${++n}`,
  declarationId: 'list',
  kind,
  at: new Date(at),
  lines: qty.map((q) => ({ gnum: 1, qty: q })),
});
const line = (over = {}) =>
  countedLine({ qty: '3.00000', amount: '100.01000', cny: '700.10', usd: '100.01', ...over });

test('three returns of a third each take back exactly what was counted, to the fen and the cent', () => {
  const rows = takenBack(
    [line()],
    ['01', '02', '03'].map((day) => grant('returned', `2026-11-${day}T00:00:00Z`, '1')),
  );
  expect(rows.map((r) => r.cny)).toEqual(['233.37', '233.36', '233.37']);
  expect(rows.map((r) => r.usd)).toEqual(['33.34', '33.33', '33.34']);
  expect(rows.map((r) => r.amount)).toEqual(['33.33667', '33.33666', '33.33667']);
});

test('the month of a reversal is that of the grant in Shanghai, not that of the record', () => {
  const [row] = takenBack([line()], [grant('withdrawn', '2026-11-30T16:00:00Z')]);
  expect(row).toMatchObject({
    measure: 'withdrawn',
    month: '2026-12',
    cny: '700.10',
    qty: '3.00000',
    lead: true,
  });
});

test('a withdrawal after a return takes back only what was left, and nothing is taken twice', () => {
  const rows = takenBack(
    [line()],
    [
      grant('withdrawn', '2026-11-05T00:00:00Z'),
      grant('returned', '2026-11-01T00:00:00Z', '1'),
      grant('returned', '2026-11-09T00:00:00Z', '1'),
    ],
  );
  expect(rows.map((r) => [r.measure, r.cny])).toEqual([
    ['returned', '233.37'],
    ['withdrawn', '466.73'],
  ]);
});

test('several return lines of one goods line add up', () => {
  const [row] = takenBack([line()], [grant('returned', '2026-11-01T00:00:00Z', '1', '0.5', '1.5')]);
  expect(row).toMatchObject({ qty: '3.00000', cny: '700.10', usd: '100.01' });
});

test('a record without a rate is taken back without money, never with a guess', () => {
  const [row] = takenBack(
    [line({ cny: null, usd: null, rateId: null })],
    [grant('returned', '2026-11-01T00:00:00Z', '1')],
  );
  expect(row).toMatchObject({ amount: '33.33667', cny: null, usd: null });
});

test('a line that is only pending has nothing to take back', () => {
  expect(takenBack([line({ measure: 'pending' })], [grant('returned', '2026-11-01T00:00:00Z', '1')])).toEqual(
    [],
  );
});

test('a document counts as returned once, however often and in how many lines goods come back', () => {
  const rows = takenBack(
    [line({ line: 2, lead: false }), line({ line: 1 })],
    [
      { ...grant('returned', '2026-11-02T00:00:00Z'), lines: [{ gnum: 1, qty: '1' }] },
      {
        ...grant('returned', '2026-11-01T00:00:00Z'),
        lines: [
          { gnum: 2, qty: '1' },
          { gnum: 1, qty: '1' },
        ],
      },
    ],
  );
  expect(rows).toHaveLength(3);
  expect(rows.filter((r) => r.lead)).toEqual([
    expect.objectContaining({ line: 1, countedAt: new Date('2026-11-01T00:00:00Z') }),
  ]);
});

const hundredths = fc.integer({ min: 1, max: 1_000_000 }).map((i) => new Dec(i).div(100));
test('shares of a whole add up to the value, never exceed what is left and never change sign', () => {
  fc.assert(
    fc.property(hundredths, fc.array(hundredths, { minLength: 1, maxLength: 12 }), (value, parts) => {
      const whole = parts.reduce((sum, p) => sum.plus(p), new Dec(0));
      const shares = prorate(value, parts, whole, 2);
      expect(shares.reduce((sum, s) => sum.plus(s), new Dec(0)).toFixed(2)).toBe(value.toFixed(2));
      for (const share of shares) expect(share.gte(0)).toBe(true);
      // More than the whole takes nothing more.
      expect(
        prorate(value, [...parts, new Dec(7)], whole, 2)
          .at(-1)
          ?.toFixed(2),
      ).toBe('0.00');
    }),
  );
});

test('grants in any order give the same reversals, and an added return never raises what is left', () => {
  const grants = fc.array(
    fc.record({ day: fc.integer({ min: 1, max: 28 }), qty: fc.integer({ min: 1, max: 200 }) }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(grants, fc.integer(), (drawn, seed) => {
      const all = drawn.map((g, i): Grant => ({
        ...grant(
          'returned',
          `2026-11-${String(g.day).padStart(2, '0')}T00:00:00Z`,
          new Dec(g.qty).div(100).toFixed(2),
        ),
        documentId: `d${i}`,
      }));
      const rows = takenBack([line()], all);
      const shuffled = [...all].sort((a, b) => (a.documentId + seed < b.documentId + seed ? 1 : -1));
      expect(takenBack([line()], shuffled)).toEqual(rows);
      const taken = (some: Grant[]) =>
        takenBack([line()], some).reduce((sum, r) => sum.plus(r.cny ?? 0), new Dec(0));
      expect(taken(all).gte(taken(all.slice(1)))).toBe(true);
      expect(taken(all).lte('700.10')).toBe(true);
    }),
  );
});
