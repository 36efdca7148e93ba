import { describe, expect, test } from '@jest/globals';
import { allFindings } from '../../src/checks/findings.js';
import { normaliseOrder } from '../../src/orders/normalise.js';
import { loadRulebook } from '../../src/rulebook.js';
import { Journey } from '../../src/journey.js';
import { signingProfiles } from '../../src/signing/profiles.js';
import { noon, orderWith, validImport, validOrder } from './fixtures.js';

const rulebook = loadRulebook({ now: () => noon });
const journey = new Journey({
  ...rulebook,
  clock: { now: () => noon },
  signers: { find: () => undefined },
  profile: signingProfiles().named('official-202205'),
  transfer: { copCode: '', copName: '', dxpMode: 'DXP', dxpId: '' },
  batch: 100,
});

/** What an order is told when it is handed in, as `fault R403 lines[0].gcode`. */
function told(changes: Record<string, string | null>, of = validOrder()): string[] {
  const { order, faults } = normaliseOrder(
    orderWith(changes, of),
    rulebook.catalogue.codes,
    rulebook.readOptions,
  );
  return allFindings(faults, journey.check(order)).map((f) => `${f.severity} ${f.code} ${f.path}`);
}

describe('one mistake gives one fault', () => {
  test.each([
    ['a decimal with a comma', { 'lines[0].price': '29,9' }, ['fault I26 lines[0].price']],
    ['day and month that cannot be told apart', { 'list.ieDate': '03/04/2026' }, ['fault I29 list.ieDate']],
    [
      'a moment of day and month',
      { 'payment.accountingDate': '03/04/2026' },
      ['fault I29 payment.accountingDate'],
    ],
    ['a word for a date', { 'list.ieDate': '明天' }, ['fault I37 list.ieDate']],
    ['letters in a commodity code', { 'lines[0].gcode': '95030O21' }, ['fault R403 lines[0].gcode']],
    [
      'the import flag on an export order',
      { ieFlag: 'I', orderType: 'I', 'list.billNo': '1' },
      ['fault R110 ieFlag'],
    ],
    ['the import flag, and the type taken from it', { ieFlag: 'I', orderType: null }, ['fault R110 ieFlag']],
  ])('%s', (_what, changes, expected) => {
    expect(told(changes).filter((one) => one.startsWith('fault'))).toEqual(expected);
  });

  test('the export flag on an import order', () => {
    expect(told({ ieFlag: 'E', orderType: null }, validImport())).toEqual(['fault R110 ieFlag']);
  });
});

describe('an order without payment is good', () => {
  const unpaid = {
    'payment.code': null,
    'payment.name': null,
    'payment.payNo': null,
    'payment.charge': null,
    'payment.accountingDate': null,
  };
  const sent = (changes: Record<string, string | null>) =>
    journey.documentsOf(orderWith(changes)).map((d) => d.mapping.message);

  test('it has no fault, and its list waits for order and waybill only', () => {
    expect(told(unpaid).filter((one) => one.startsWith('fault'))).toEqual([]);
    expect(sent(unpaid)).toEqual(['CEB303Message', 'CEB505Message', 'CEB603Message']);
  });

  test('one with payment data still sends its receipt, and one with half of them says so and goes on', () => {
    expect(sent({})).toEqual(['CEB303Message', 'CEB403Message', 'CEB505Message', 'CEB603Message']);
    expect(sent({ 'payment.charge': null })).not.toContain('CEB403Message');
    expect(told({ 'payment.charge': null })).toEqual(['notice R610 payment.charge']);
  });
});

describe('bonded import', () => {
  const bonded = {
    regime: '1210',
    'list.country': '142',
    'list.emsNo': 'T8013W000001',
    'bondedOperator.code': '91500114MA61QJ9C8J',
    'bondedOperator.name': '重庆示例保税仓储有限公司',
    'lines[0].itemRecordNo': '1',
    'lines[1].itemRecordNo': '2',
  };
  test('takes means of transport and voyage when given, and any transport mode of the code table', () => {
    expect(told(bonded, validImport())).toEqual([]);
    expect(told({ ...bonded, 'list.trafMode': '9' }, validImport())).toEqual([]);
    expect(
      told({ ...bonded, 'list.trafName': null, 'list.voyageNo': null, 'list.billNo': null }, validImport()),
    ).toEqual([]);
  });
});
