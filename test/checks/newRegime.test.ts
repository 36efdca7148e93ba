import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mappingPath } from '../../src/base/root.js';
import { advise } from '../../src/checks/advise.js';
import { createChecker } from '../../src/checks/checkOrder.js';
import { loadRules } from '../../src/checks/rules.js';
import { loadRates } from '../../src/figures/rates.js';
import { Journey } from '../../src/journey.js';
import { loadCatalogue, type Catalogue } from '../../src/messages/catalogue.js';
import { Families } from '../../src/messages/families/families.js';
import { MessageEditions } from '../../src/messages/compile.js';
import { loadFields } from '../../src/orders/fields.js';
import { regimeFields } from '../../src/orders/regimeFields.js';
import { loadRegimes, verifyRegimes, type Regimes } from '../../src/orders/regimes.js';
import { makeTemplate } from '../../src/orders/template.js';
import { signingProfiles } from '../../src/signing/profiles.js';
import { brief, readAll } from '../orders/reading.js';
import { goods } from './checker.js';
import { noon, orderWith } from './fixtures.js';

/*
 * A customs regime that does not exist, 9910, is added as data: one regime file, and its code in the code tables of
 * regimes. No line of the program changes.
 */

let dir: string;
let catalogue: Catalogue;
let regimes: Regimes;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  cpSync(mappingPath(), dir, { recursive: true });
  const read = (...at: string[]) =>
    JSON.parse(readFileSync(join(dir, ...at), 'utf8')) as Record<string, unknown>;
  const write = (value: unknown, ...at: string[]) => writeFileSync(join(dir, ...at), JSON.stringify(value));

  // That of orders, and that of the messages it is written into.
  for (const table of ['regime.json', 'tradeModeCeb.json']) {
    const codes = read('codes', table) as { values: Record<string, unknown> };
    codes.values['9910'] = { zh: '虚构监管方式' };
    write(codes, 'codes', table);
  }

  const b2b = read('regimes', '9710.json');
  const [limit] = b2b.limits as object[];
  const madeUp = {
    ...b2b,
    regime: '9910',
    title: { zh: '虚构监管方式', en: 'Made-up regime' },
    source: 'test',
    statisticsFlags: ['B'],
    required: ['list.licenseNo', 'lines[].note'],
    excludes: [],
    values: [
      {
        path: 'list.trafMode',
        allowed: ['3'],
        fill: true,
        text: { zh: '只走铁路', en: 'by rail only' },
        source: 'test',
      },
    ],
    limits: [{ ...limit, id: '9910-value', maxCny: '600', otherwise: 'summary' }],
  };
  write(madeUp, 'regimes', '9910.json');

  catalogue = loadCatalogue(dir);
  regimes = loadRegimes(join(dir, 'regimes'));
  verifyRegimes(regimes, catalogue);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const clock = { now: () => noon };
const checkerOf = () =>
  createChecker({
    rules: loadRules(),
    regimes,
    rates: loadRates(),
    goods,
    clock,
    catalogue,
    fields: loadFields(),
  });
const journeyOf = () =>
  new Journey({
    clock,
    catalogue,
    messages: new MessageEditions(catalogue, clock),
    regimes,
    checker: checkerOf(),
    rates: loadRates(),
    families: new Families([]),
    signers: { find: () => undefined },
    profile: signingProfiles().named('official-202205'),
    transfer: { copCode: 'A', copName: 'A', dxpMode: 'DXP', dxpId: 'D' },
    batch: 100,
  } as unknown as ConstructorParameters<typeof Journey>[0]);

/** A valid order of the made-up regime: worth 93.60 USD, that is 662 CNY, unless cheap. */
const madeUpOrder = (changes: Record<string, string | null> = {}) =>
  orderWith({
    regime: '9910',
    orderType: 'B',
    'list.statisticsFlag': 'B',
    'list.licenseNo': '26-AB-100001',
    'list.trafMode': '3',
    'lines[0].note': 'a',
    'lines[1].note': 'b',
    'lines[2].note': 'c',
    'lines[0].price': '20.00',
    'lines[0].totalPrice': '40.00',
    goodsValue: '68.60',
    'payment.charge': null,
    ...changes,
  });

describe('a regime that is only a data file', () => {
  test('has its plan', () => {
    expect(
      journeyOf()
        .planOf('9910')
        .map((d) => [d.mapping.message, d.after]),
    ).toEqual([
      ['CEB303Message', []],
      ['CEB505Message', []],
      ['CEB603Message', ['CEB303Message', 'CEB505Message']],
    ]);
  });

  test('has its checks: required and fixed values, flags, limit, and the fields of its messages', () => {
    const check = (changes?: Record<string, string | null>) => brief(journeyOf().check(madeUpOrder(changes)));
    expect(check()).toEqual([]);
    expect(check({ 'list.licenseNo': null })).toEqual(['R105 list.licenseNo']);
    expect(check({ 'lines[1].note': null })).toEqual(['R105 lines[1].note']);
    expect(check({ 'list.trafMode': '5' })).toEqual(['R108 list.trafMode']);
    expect(check({ 'list.statisticsFlag': 'A' })).toEqual(['R103 list.statisticsFlag']);
    expect(check({ orderType: 'E' })).toEqual(['R102 orderType']);
    expect(check({ 'buyer.name': '测试甲' })).toEqual(['R111 buyer.name']);
    expect(check({ 'list.emsNo': 'T8013W000001' })).toEqual(['F03 list.emsNo']);
    expect(check({ 'lines[0].price': '29.90', 'lines[0].totalPrice': '59.80', goodsValue: '88.40' })).toEqual(
      ['R306 goodsValue'],
    );
  });

  test('has its template: the columns of its documents, its own required ones marked', async () => {
    const regime = regimes.get('9910')!;
    const fields = loadFields();
    const columns = regimeFields(regime, fields, catalogue);
    const marked = columns.filter((c) => c.required).map((c) => c.field.path);
    expect(marked).toEqual(expect.arrayContaining(['list.licenseNo', 'lines[].note']));
    expect(marked).not.toContain('list.trafMode');
    expect(columns.map((c) => c.field.path)).not.toContain('payment.charge');

    const sources = { fields, messages: catalogue, codes: catalogue.codes };
    const [read] = await readAll(await makeTemplate(regime, sources), 'xlsx', {
      regimes,
      codes: catalogue.codes,
    });
    expect(read?.faults).toEqual([]);
    expect(read?.order).toMatchObject({ regime: '9910', orderType: 'B', list: { trafMode: '3' } });
  });

  test('is among the advice', () => {
    const order = madeUpOrder();
    const parts = {
      regimes,
      rates: loadRates(),
      checker: checkerOf(),
      catalogue,
      messages: new MessageEditions(catalogue, clock),
      ways: [],
    };
    const advice = advise(order, parts).find((a) => a.regime === '9910');
    expect(advice).toMatchObject({ current: true, recommended: true, faults: [] });
  });
});
