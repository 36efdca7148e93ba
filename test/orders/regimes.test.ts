import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mappingPath } from '../../src/base/root.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { isAlwaysSent, isSent, needOn } from '../../src/orders/documentNeed.js';
import { ieFlagOf, loadRegimes, regimeName, verifyRegimes } from '../../src/orders/regimes.js';
import { validOrder } from '../checks/fixtures.js';

const shipped = JSON.parse(readFileSync(mappingPath('regimes', '9610-export.json'), 'utf8')) as Record<
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

test.each([
  ['9610', 'E', ['CEB303Message', 'CEB403Message', 'CEB505Message'], 'CEB603Message'],
  ['1210', 'E', ['CEB303Message', 'CEB403Message', 'CEB505Message'], 'CEB603Message'],
  ['9710', 'E', ['CEB303Message', 'CEB505Message'], 'CEB603Message'],
  ['9810', 'E', ['CEB303Message', 'CEB505Message'], 'CEB603Message'],
  ['9610', 'I', ['CEB311Message', 'CEB411Message', 'CEB511Message'], 'CEB621Message'],
  ['1210', 'I', ['CEB311Message', 'CEB411Message', 'CEB511Message'], 'CEB621Message'],
] as const)('%s %s sends its list after the documents it refers to', (code, ieFlag, before, list) => {
  const regime = loadRegimes().regimeOn(code, ieFlag, '2026-11-20');
  expect(regime?.documents.map((d) => d.message)).toEqual([...before, list]);
  expect(regime?.documents.at(-1)?.after).toEqual(before);
  expect(regime?.paymentReceipt).toBe(before.length === 3);
});

describe('a regime is found by code and direction', () => {
  const regimes = loadRegimes();

  test('one code in two directions is two regimes', () => {
    expect(regimes.regimeOn('9610', 'E', '2026-11-20')?.orderTypes).toEqual(['E']);
    expect(regimes.regimeOn('9610', 'I', '2026-11-20')?.orderTypes).toEqual(['I']);
    expect(regimes.regimeOn('9710', 'I', '2026-11-20')).toBeUndefined();
  });

  test('by name the export regime is meant unless import is said', () => {
    expect(regimes.get('9610')?.ieFlag).toBe('E');
    expect(regimes.get('9610-import')?.ieFlag).toBe('I');
    expect(regimes.get('9999')).toBeUndefined();
  });

  test.each([
    [{}, 'E'],
    [{ orderType: 'I' }, 'I'],
    [{ orderType: 'B' }, 'E'],
    [{ ieFlag: 'I', orderType: 'E' }, 'I'],
    [{ ieFlag: 'E', orderType: 'I' }, 'E'],
  ] as const)('an order of %j goes the way %s', (order, ieFlag) => {
    expect(ieFlagOf(order)).toBe(ieFlag);
  });
});

describe('a regime and its messages fit together, or the start is refused', () => {
  const catalogue = loadCatalogue();
  const documents = shipped.documents as { message: string }[];

  test('the shipped regimes do', () => {
    expect(() => verifyRegimes(loadRegimes(), catalogue)).not.toThrow();
  });

  test.each([
    ['a message that is not mapped', 'CEB921Message', 'CEB921Message is not mapped'],
    ['a receipt', 'CEB604Message', 'CEB604Message is not written from an order'],
    ['a filing', 'CEB607Message', 'CEB607Message is not written from an order'],
    ['a message of the other direction', 'CEB621Message', 'CEB621Message belongs to the other flow'],
  ])('%s', (_what, message, complaint) => {
    const wrong = load({ ...shipped, documents: [{ ...documents[0], message }] });
    expect(() => verifyRegimes(wrong, catalogue)).toThrow(`regime 9610-export: ${complaint}`);
  });

  test('a payment receipt that its documents lack', () => {
    const wrong = load({ ...shipped, documents: documents.slice(0, 1) });
    expect(() => verifyRegimes(wrong, catalogue)).toThrow(
      'paymentReceipt is true, which its documents contradict',
    );
  });
});

describe('a regime is found by its day', () => {
  const old = { ...shipped, validTo: '2026-12-31' };
  const next = { ...shipped, validFrom: '2027-01-01', statisticsFlags: ['A'] };

  test('the version in force on the day is the one found', () => {
    const regimes = load(old, next);
    expect(regimes.regimeOn('9610', 'E', '2026-12-31')?.statisticsFlags).toEqual(['A', 'B']);
    expect(regimes.regimeOn('9610', 'E', '2027-01-01')?.statisticsFlags).toEqual(['A']);
    expect(regimes.inForceOn('2027-06-01').map(regimeName)).toEqual(['9610-export']);
    expect(regimes.newest('9610', 'E')?.validFrom).toBe('2027-01-01');
  });

  test('before its first day there is none', () => {
    expect(load(old).regimeOn('9610', 'E', '2022-05-16')).toBeUndefined();
    expect(load(old).inForceOn('2022-05-16')).toEqual([]);
  });

  test('two versions in force on one day stop the start', () => {
    expect(() => load(shipped, next)).toThrow('mappings/regimes/1.json: regime 9610-export overlaps in time');
  });
});

test.each([
  ['a path that orders do not have', { forbidden: ['list.ledgerNo'] }, 'not a path of the order model'],
  [
    'a document after one that never comes',
    { documents: [{ message: 'CEB603Message', by: { zh: '例', en: 'x' }, after: ['CEB303Message'] }] },
    'CEB603Message comes after CEB303Message',
  ],
  [
    'a limit that is not a number',
    { limits: [{ ...(shipped.limits as object[])[0], maxCny: '5,000' }] },
    'plain decimal',
  ],
  ['a group that orders do not have', { forbidden: ['ledger'] }, 'not a path of the order model'],
  [
    'a required path that orders do not have',
    { required: ['list.ledgerNo'] },
    'not a path of the order model',
  ],
  [
    'a value that is neither allowed nor refused',
    { values: [{ path: 'currency', text: { zh: '例', en: 'x' }, source: 'x' }] },
    'either allowed or refused',
  ],
  [
    'a value to fill in where two are allowed',
    {
      values: [
        { path: 'currency', allowed: ['142', '502'], fill: true, text: { zh: '例', en: 'x' }, source: 'x' },
      ],
    },
    'only one allowed value',
  ],
  ['a direction that does not exist', { ieFlag: 'X' }, 'ieFlag'],
  ['a word the shape does not know', { forbid: [] }, 'forbid'],
])('%s stops the start and the file is named', (_what, change, message) => {
  expect(() => load({ ...shipped, ...change })).toThrow('mappings/regimes/0.json');
  expect(() => load({ ...shipped, ...change })).toThrow(message);
});

describe('documents that the law asks for from and to a day', () => {
  const retail = loadRegimes().regimeOn('9610', 'E', '2026-11-20')!;
  const receipt = retail.documents.find((d) => d.message === 'CEB403Message')!;

  test('the payment receipt was required to 14 December 2024 and is optional since', () => {
    expect(needOn(receipt, '2024-12-14')).toBe('required');
    expect(needOn(receipt, '2024-12-15')).toBe('optional');
    expect(isAlwaysSent(receipt)).toBe(false);
  });

  test('an optional document goes when all its data are there, a required one always, one that is none never', () => {
    const order = validOrder();
    expect(isSent(order, receipt, '2026-11-20')).toBe(true);
    const unpaid = { ...order, payment: {} };
    expect(isSent(unpaid, receipt, '2026-11-20')).toBe(false);
    expect(isSent(unpaid, receipt, '2024-12-14')).toBe(true);
    const never = { ...receipt, needs: [{ ...receipt.needs[0]!, is: 'none' as const, validTo: undefined }] };
    expect(isSent(order, never, '2026-11-20')).toBe(false);
  });

  test('1239 as export is off, and says why in its file', () => {
    expect(loadRegimes().get('1239-export')).toBeUndefined();
  });
});
