import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFelt, nextOf, type SiblingDocument } from '../../src/declarations/summary.js';
import { deliverySchema } from '../../src/terms/delivery.js';
import { verdictSchema } from '../../src/terms/verdict.js';

const TYPES = ['order', 'payment', 'waybill', 'list'];
const delivery = fc.constantFrom(...deliverySchema.options);
const verdict = fc.constantFrom(...verdictSchema.options);
const sibling = (messageType: string): fc.Arbitrary<SiblingDocument> =>
  fc.record({
    id: fc.constant(messageType),
    messageType: fc.constant(messageType),
    delivery,
    waitingFor: fc.constantFrom(null, 'party', 'documents', 'refused-document', 'number', 'draft'),
    verdict,
    accepted: fc.boolean(),
    elsewhere: fc.boolean(),
    discarded: fc.boolean(),
    before: fc.option(verdict),
    goesAfter: fc.subarray(TYPES.filter((t) => t !== messageType)),
    isList: fc.constant(messageType === 'list'),
  });

test('a document whose move is not felt changes neither what its declaration shows nor what a sibling may do', () => {
  let unfelt = 0;
  fc.assert(
    fc.property(
      fc.tuple(...TYPES.map(sibling)),
      fc.nat(TYPES.length - 1),
      delivery,
      (documents, which, to) => {
        const one = documents[which]!;
        fc.pre(!isFelt(one.isList, one.delivery, to));
        unfelt++;
        const after = documents.map((d) => (d === one ? { ...d, delivery: to } : d));
        expect(nextOf(after)).toEqual(nextOf(documents));
      },
    ),
    { numRuns: 3000 },
  );
  expect(unfelt).toBeGreaterThan(500);
});

test('trouble on the way, the end of trouble and every move of the list itself are felt', () => {
  expect(isFelt(false, 'queued', 'dead')).toBe(true);
  expect(isFelt(false, 'unknown', 'sent')).toBe(true);
  expect(isFelt(true, 'queued', 'sent')).toBe(true);
  expect(isFelt(false, 'queued', 'sent')).toBe(false);
});
