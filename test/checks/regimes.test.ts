import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappingPath } from '../../src/base/root.js';
import { loadRegimes } from '../../src/checks/regimes.js';

const shipped = JSON.parse(readFileSync(mappingPath('regimes', '9610.json'), 'utf8')) as Record<
  string,
  unknown
>;

function load(...files: Record<string, unknown>[]) {
  const dir = mkdtempSync(join(tmpdir(), 'regimes-'));
  try {
    files.forEach((file, i) => writeFileSync(join(dir, `${i}.json`), JSON.stringify(file)));
    return loadRegimes(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('9610 sends order, payment and waybill before the list', () => {
  const regime = loadRegimes().regimeOn('9610', '2026-11-20');
  expect(regime?.documents.at(-1)).toEqual({
    message: 'CEB603Message',
    after: ['CEB303Message', 'CEB403Message', 'CEB505Message'],
  });
});

describe('a regime is found by its day', () => {
  const old = { ...shipped, validTo: '2026-12-31' };
  const next = { ...shipped, validFrom: '2027-01-01', statisticsFlags: ['A'] };

  test('the version in force on the day is the one found', () => {
    const regimes = load(old, next);
    expect(regimes.regimeOn('9610', '2026-12-31')?.statisticsFlags).toEqual(['A', 'B']);
    expect(regimes.regimeOn('9610', '2027-01-01')?.statisticsFlags).toEqual(['A']);
    expect(regimes.codesOn('2027-06-01')).toEqual(['9610']);
  });

  test('before its first day there is none', () => {
    expect(load(old).regimeOn('9610', '2022-05-16')).toBeUndefined();
    expect(load(old).codesOn('2022-05-16')).toEqual([]);
  });

  test('two versions in force on one day stop the start', () => {
    expect(() => load(shipped, next)).toThrow('mappings/regimes/1.json: regime 9610 overlaps in time');
  });
});

test.each([
  ['a path that orders do not have', { forbidden: ['list.ledgerNo'] }, 'not a path of the order model'],
  [
    'a document after one that never comes',
    { documents: [{ message: 'CEB603Message', after: ['CEB303Message'] }] },
    'CEB603Message comes after CEB303Message',
  ],
  [
    'a limit that is not a number',
    { limits: [{ ...(shipped.limits as object[])[0], maxCny: '5,000' }] },
    'plain decimal',
  ],
  ['a word the shape does not know', { forbid: [] }, 'forbid'],
])('%s stops the start and the file is named', (_what, change, message) => {
  expect(() => load({ ...shipped, ...change })).toThrow('mappings/regimes/0.json');
  expect(() => load({ ...shipped, ...change })).toThrow(message);
});
