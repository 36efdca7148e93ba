import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultError } from '../../src/base/fault.js';
import { mappingPath } from '../../src/base/root.js';
import { createChecker } from '../../src/checks/checkOrder.js';
import { loadGoodsTables } from '../../src/checks/goodsTables.js';
import { loadRules } from '../../src/checks/rules.js';
import { loadTax } from '../../src/checks/tax.js';
import { loadRates } from '../../src/figures/rates.js';
import { loadCatalogue } from '../../src/messages/catalogue.js';
import { MessageEditions } from '../../src/messages/compile.js';
import { loadFields, verifyFields } from '../../src/orders/fields.js';
import { requiredEverywhere } from '../../src/orders/regimeFields.js';
import { loadRegimes, verifyRegimes } from '../../src/orders/regimes.js';
import { noon } from './fixtures.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  cpSync(mappingPath(), dir, { recursive: true });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Reads a whole mapping folder as the start does; what it complains about, undefined when nothing. */
function start(): string | undefined {
  try {
    const catalogue = loadCatalogue(dir);
    const fields = loadFields(join(dir, 'orders', 'fields.json'));
    const regimes = loadRegimes(join(dir, 'regimes'));
    const rates = loadRates(join(dir, 'rates', 'customs-monthly.json'), join(dir, 'codes', 'currency.json'));
    verifyFields(fields, catalogue.codes);
    verifyRegimes(regimes, catalogue);
    new MessageEditions(catalogue, { now: () => noon });
    createChecker({
      rules: loadRules(join(dir, 'rules')),
      regimes,
      rates,
      goods: loadGoodsTables(undefined, dir),
      clock: { now: () => noon },
      catalogue,
      fields,
    });
    loadTax(join(dir, 'tax'));
    requiredEverywhere(regimes, fields, catalogue);
    return undefined;
  } catch (error) {
    if (error instanceof FaultError)
      return error.faults.map((f) => `${f.code} ${f.path} ${f.message.zh} ${f.message.en}`).join('\n');
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** Changes the text of a mapping file; a change that changes nothing is the test's own mistake. */
function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(join(dir, file), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${String(from)} is not in ${file}`);
  writeFileSync(join(dir, file), after);
}

test('the shipped mappings start, and reading the messages takes less than half a second of processor time', () => {
  expect(start()).toBeUndefined();
  const times = Array.from({ length: 5 }, () => {
    const from = process.cpuUsage();
    loadCatalogue(dir);
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000;
  });
  expect(Math.min(...times)).toBeLessThan(500);
});

describe('the start is refused, and the message says where and what', () => {
  const list = 'ceb-202205/messages/CEB621Message.json';
  const cases: [what: string, change: () => void, complaint: string[]][] = [
    ['a typo in a message', () => edit(list, '"required"', '"requird"'), [list, 'requird']],
    [
      'a typo in a rule',
      () => edit('rules/goods.json', '"source"', '"sorce"'),
      ['mappings/rules/goods.json', 'sorce'],
    ],
    [
      'a typo in a regime',
      () => edit('regimes/9810.json', '"documents"', '"document"'),
      ['mappings/regimes/9810.json', 'document'],
    ],
    ['a typo in the field dictionary', () => edit('orders/fields.json', '"header"', '"haeder"'), ['header']],
    [
      'a typo in a code table',
      () => edit('codes/idType.json', '"values"', '"value"'),
      ['codes/idType.json', 'value'],
    ],
    [
      'a typo in the tax',
      () => edit('tax/retail-import.json', '"within"', '"witin"'),
      ['mappings/tax/retail-import.json', 'within'],
    ],
    [
      'a typo in the rates',
      () => edit('rates/customs-monthly.json', '"months"', '"month"'),
      ['customs-monthly.json', 'months'],
    ],
    [
      'a file that is cut off',
      () => writeFileSync(join(dir, 'regimes/9710.json'), '{ "regime":'),
      ['mappings/regimes/9710.json'],
    ],
    [
      'a rule with an unknown check function',
      () => edit('rules/goods.json', '"use": "gnumSequence"', '"use": "gnumSequenze"'),
      ['mappings/rules/goods.json', 'R401 uses gnumSequenze, which is not a check function'],
    ],
    [
      'a message with an unknown format',
      () => edit(list, '"format": "day8"', '"format": "day9"'),
      [list, 'declTime'],
    ],
    [
      'a message that names a code table that is not there',
      () => rmSync(join(dir, 'codes/idType.json')),
      ['CEB311Message.json', 'CEB411Message.json', 'idType'],
    ],
    [
      'a field of the order that names a code table that is not there',
      () => edit('orders/fields.json', '"codes": "port"', '"codes": "harbour"'),
      ['field list.pod names code table harbour'],
    ],
    [
      'two rules with one code',
      () => edit('rules/goods.json', '"code": "R402"', '"code": "R301"'),
      ['mappings/rules/goods.json: rule code R301 is already taken'],
    ],
    [
      'a rule with a path that orders do not have',
      () => edit('rules/goods.json', '"lines[].gcode"', '"lines[].hsCode"'),
      ['mappings/rules/goods.json: rule R403', 'not a path of the order model'],
    ],
    [
      'a rule of a regime that does not exist',
      () => edit('rules/transport.json', '"9810"', '"9811"'),
      ['rule R506 names regime 9811'],
    ],
    [
      'a rule of a document that no regime has',
      () => edit('rules/documents.json', '"document": "payment"', '"document": "invoice"'),
      ['names document invoice, which no regime has'],
    ],
    [
      'a regime with an unknown path',
      () => edit('regimes/1210-import.json', '"list.emsNo"', '"list.ledgerNo"'),
      ['mappings/regimes/1210-import.json', 'not a path of the order model'],
    ],
    [
      'a regime with a message that is not mapped',
      () => edit('regimes/9710.json', /CEB505Message/g, 'CEB555Message'),
      ['regime 9710-export: CEB555Message is not mapped'],
    ],
    [
      'a regime whose code no table knows',
      () => edit('regimes/9710.json', '"regime": "9710"', '"regime": "9711"'),
      ['regime 9711-export: 9711 is not in code table regime'],
    ],
    [
      'a regime with an order type that no table knows',
      () => edit('regimes/9710.json', '"orderTypes": ["B"]', '"orderTypes": ["X"]'),
      ['regime 9710-export: X is not in code table orderType'],
    ],
    [
      'two regimes of one code, direction and time',
      () => cpSync(join(dir, 'regimes/9710.json'), join(dir, 'regimes/9710-again.json')),
      ['regime 9710-export overlaps in time'],
    ],
    [
      'two messages of one name',
      () => cpSync(join(dir, list), join(dir, 'ceb-202205/messages/Copy.json')),
      ['M04', 'Copy.json'],
    ],
    [
      'a message that takes a value from a field that orders do not have',
      () => edit(list, '"order.list.assureCode"', '"order.list.guarantor"'),
      [list, 'assureCode', 'order.list.guarantor'],
    ],
    [
      'a filing that takes a value from a field of another name',
      () => edit('ceb-202205/messages/CEB607Message.json', '"filing.billNo"', '"filing.bill"'),
      ['CEB607Message.json', 'filing.bill'],
    ],
  ];

  test.each(cases)('%s', (_what, change, complaint) => {
    change();
    const said = start() ?? 'nothing';
    for (const part of complaint) expect(said).toContain(part);
    expect(said).not.toMatch(/\{\w+\}/);
  });
});
