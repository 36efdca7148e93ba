import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  hasUsccForm,
  isRegistrationCode,
  isUscc,
  usccCheckCharacter,
} from '../../src/checks/enterpriseCode.js';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const code = '91500103MA5YQ00A09';

describe('统一社会信用代码 (GB 32100-2015)', () => {
  test('the published example 91350100M000100Y43 is right', () => {
    expect(isUscc('91350100M000100Y43')).toBe(true);
  });

  test.each([
    ['91500000MA5U0ABC9', 'U'],
    ['91500103MA5YQ00A0', '9'],
    ['91500112MA5UL6G14', 'W'],
  ])('the check character of %s is %s', (body, check) => {
    expect(usccCheckCharacter(body)).toBe(check);
  });

  test('any one wrong character is found', () => {
    fc.assert(
      fc.property(fc.nat({ max: 17 }), fc.constantFrom(...alphabet), (place, character) => {
        fc.pre(code[place] !== character);
        expect(isUscc(code.slice(0, place) + character + code.slice(place + 1))).toBe(false);
      }),
    );
  });

  test('any two neighbours that changed places are found', () => {
    for (let i = 0; i < 17; i++) {
      const changed = code.slice(0, i) + code[i + 1]! + code[i]! + code.slice(i + 2);
      expect(isUscc(changed)).toBe(code[i] === code[i + 1]);
    }
  });

  test.each([
    ['91500103ma5yq00a09'],
    ['91500103MA5YQ00A0'],
    ['91500103MA5YQ00A099'],
    ['9150O103MA5YQ00A09'],
    [''],
  ])('%s has not its form', (wrong) => {
    expect(hasUsccForm(wrong)).toBe(false);
    expect(isUscc(wrong)).toBe(false);
  });
});

test('a customs registration code has ten characters, the first four digits', () => {
  expect(['5012960001', '5012W60001', '50129600AB'].every(isRegistrationCode)).toBe(true);
  expect(['501296000', '50129600011', 'A012960001', '5012w60001'].some(isRegistrationCode)).toBe(false);
});
