import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { mappingPath } from '../../src/base/root.js';

test('no text of a rule or fault speaks of a field without naming it', () => {
  for (const folder of ['rules', 'faults'])
    for (const file of readdirSync(mappingPath(folder)))
      expect({ file, bare: readFileSync(mappingPath(folder, file), 'utf8').includes('该项') }).toEqual({
        file,
        bare: false,
      });
});

test('the code that a person may have meant is suggested, and nothing where none is near', () => {
  const { codes } = loadCatalogue();
  expect(codes.get('country').nearest('美利坚')).toBeUndefined();
  expect(codes.get('currency').nearest('英傍')).toBe('303');
  expect(codes.get('country').nearest('Germny')).toBe('304');
  expect(codes.get('unit').nearest('完全不是单位的文字')).toBeUndefined();
});
