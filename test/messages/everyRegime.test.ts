import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { generateXsd } from '../../src/messages/xsd.js';
import type { Field } from '../../src/orders/fields.js';
import type { Order } from '../../src/orders/order.js';
import { regimeFields, type RegimeField } from '../../src/orders/regimeFields.js';
import type { Regime } from '../../src/orders/regimes.js';
import { documentFaults } from '../orders/documents.js';
import { brief, fields, regimes } from '../orders/reading.js';
import { sampleOrders, sampleRegimes } from '../support/sampleOrders.js';
import { asFile, catalogue, documentFacts, envelope, hollowSignature, message } from './fixtures.js';
import { schemaJudge } from './judge.js';

/** Reads or writes the leaf of a field; of the line given for fields of lines. */
const holderOf = (order: Order, field: Field, line: number): Record<string, string | undefined> =>
  (field.ofLine
    ? order.lines[line]
    : field.group === undefined
      ? order
      : (order as unknown as Record<string, unknown>)[field.group]) as Record<string, string | undefined>;
const placeOf = (field: Field, line: number): string => field.path.replace('[]', `[${line}]`);

/** The first field of an element's sources that the order fills: a change elsewhere would not be seen. */
const isSeen = ({ field, uses }: RegimeField, order: Order, line: number): boolean =>
  uses.length > 0 && holderOf(order, field, line)[field.leaf] !== undefined;

const documents = (regime: Regime) => regime.documents.map((d) => d.message);

describe.each(sampleRegimes)('orders of %s', (name) => {
  const regime = regimes.get(name) as Regime;
  const columns = regimeFields(regime, fields, catalogue);
  const seeds = fc.nat({ max: 100_000 });
  const orderOf = (seed: number) => [...sampleOrders({ count: 1, seed, regime: name })][0] as Order;
  const place = fc.tuple(seeds, fc.nat(), fc.nat());
  /** One of the fields, and a line of the order. */
  const pick = (order: Order, from: readonly RegimeField[], n: number, m: number) => ({
    column: from[n % from.length] as RegimeField,
    line: m % order.lines.length,
  });

  test('a valid one makes messages that the schema accepts', () => {
    const judge = schemaJudge(generateXsd(catalogue));
    try {
      fc.assert(
        fc.property(seeds, (seed) => {
          const order = orderOf(seed);
          expect(documentFaults(order)).toEqual([]);
          for (const type of documents(regime)) {
            const unsigned = message(type).write([{ order, document: documentFacts() }], envelope);
            expect(judge.objection(asFile(unsigned, hollowSignature))).toBeUndefined();
          }
        }),
        { numRuns: 40 },
      );
    } finally {
      judge.dispose();
    }
  });

  test('without any one required field it has exactly that fault', () => {
    // An order that does not say which regime it is of, or which way it goes, is another question.
    const required = columns.filter((c) => c.required && c.field.path !== 'regime');
    fc.assert(
      fc.property(place, ([seed, n, m]) => {
        const order = orderOf(seed);
        const { column, line } = pick(order, required, n, m);
        delete holderOf(order, column.field, line)[column.field.leaf];
        const [fault, ...more] = documentFaults(order);
        expect(more.map((f) => `${f.code} ${f.path}`)).toEqual([]);
        expect(fault).toMatchObject({
          code: expect.stringMatching(/^(F01|F02|R105)$/),
          path: placeOf(column.field, line),
        });
      }),
      { numRuns: 150 },
    );
  });

  test('with any one text too long it has exactly that fault', () => {
    const texts = columns.filter(
      (c) => c.field.format === 'text' && c.uses.some((u) => /\.\.\d+$/.test(u.type)),
    );
    // Codes of parties and identity numbers have rules about what they are, which a long text breaks as well.
    const free = texts.filter(({ field }) => !/\.code$|idNumber$|gcode$|regNo$/.test(field.path));
    fc.assert(
      fc.property(place, ([seed, n, m]) => {
        const order = orderOf(seed);
        const { column, line } = pick(order, free, n, m);
        fc.pre(isSeen(column, order, line) && column.field.path !== 'list.assureCode');
        holderOf(order, column.field, line)[column.field.leaf] = '渝'.repeat(2000);
        const found = brief(documentFaults(order)).filter(
          (f) => !f.startsWith('R205') && !f.startsWith('R609'),
        );
        expect(found).toEqual([`F04 ${placeOf(column.field, line)}`]);
      }),
      { numRuns: 120 },
    );
  });

  test('with any one code that no table knows it has exactly that fault', () => {
    const codes = columns.filter(
      (c) => c.uses.some((u) => u.codes !== undefined) && c.field.path !== 'regime',
    );
    fc.assert(
      fc.property(place, ([seed, n, m]) => {
        const order = orderOf(seed);
        const { column, line } = pick(order, codes, n, m);
        fc.pre(isSeen(column, order, line));
        holderOf(order, column.field, line)[column.field.leaf] = '~~~';
        const found = brief(documentFaults(order));
        expect(found).toEqual([`F12 ${placeOf(column.field, line)}`]);
      }),
      { numRuns: 120 },
    );
  });

  test('with any one amount or quantity that is no number it has exactly that fault', () => {
    const numbers = columns.filter((c) => ['decimal', 'integer'].includes(c.field.format));
    fc.assert(
      fc.property(place, ([seed, n, m]) => {
        const order = orderOf(seed);
        const { column, line } = pick(order, numbers, n, m);
        fc.pre(isSeen(column, order, line));
        holderOf(order, column.field, line)[column.field.leaf] = '1,5';
        const found = brief(documentFaults(order));
        expect(found).toEqual([expect.stringMatching(/^F(07|10) /)]);
        expect(found[0]?.slice(4)).toBe(placeOf(column.field, line));
      }),
      { numRuns: 120 },
    );
  });
});
