import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { identityCheckCharacter } from '../../src/checks/identityNumber.js';
import { makeIdNumber } from '../support/identity.js';

test('the check character is that of ISO 7064 MOD 11-2, computed another way', () => {
  fc.assert(
    fc.property(fc.nat({ max: 364_999 }), (seed) => {
      const number = makeIdNumber(seed);
      expect(identityCheckCharacter(number)).toBe(number[17]);
    }),
  );
});

test('one wrong digit or two neighbours that changed places are always noticed', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 364_999 }),
      fc.nat({ max: 16 }),
      fc.integer({ min: 1, max: 9 }),
      (seed, at, by) => {
        const number = makeIdNumber(seed);
        const digit = String((Number(number[at]) + by) % 10);
        expect(identityCheckCharacter(number.slice(0, at) + digit + number.slice(at + 1))).not.toBe(
          number[17],
        );
        const [a, b] = [number[at]!, number[at + 1]!];
        if (at < 16 && a !== b)
          expect(identityCheckCharacter(number.slice(0, at) + b + a + number.slice(at + 2))).not.toBe(
            number[17],
          );
      },
    ),
  );
});
