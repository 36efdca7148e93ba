import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mappingPath } from '../../src/base/root.js';
import { loadCatalogue, MappingError } from '../../src/messages/catalogue.js';
import { compileMessage } from '../../src/messages/compile.js';
import { readMessage } from '../../src/messages/reader.js';
import { generateXsd } from '../../src/messages/xsd.js';
import { asFile, catalogue, envelope, goldenOrder, hollowSignature, input } from './fixtures.js';
import { canonicalForm, schemaObjection } from './judge.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  for (const part of ['ceb-202205', 'codes', 'orders'])
    cpSync(mappingPath(part), join(dir, part), { recursive: true });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const list = 'ceb-202205/messages/CEB603Message.json';

/** Changes the text of a mapping file; a change that changes nothing is the test's own mistake. */
function edit(file: string, from: string | RegExp, to: string, target = file): void {
  const before = readFileSync(join(dir, file), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${String(from)} is not in ${file}`);
  writeFileSync(join(dir, target), after);
}

/** What the start complains about, as `code path`. */
function complaints(): string[] {
  try {
    loadCatalogue(dir);
    return [];
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    expect(JSON.stringify(error.faults)).not.toMatch(/\{\w+\}/);
    return error.faults.map((f) => `${f.code} ${f.path}`);
  }
}

test('the untouched mappings start', () => {
  expect(complaints()).toEqual([]);
});

describe('the start is refused, with file and place, when a mapping', () => {
  test('is not JSON', () => {
    writeFileSync(join(dir, list), '{');
    expect(complaints()).toEqual([`M01 ${list}`]);
  });
  test('has a mistyped key', () => {
    edit(list, '"codes": "feeFlag"', '"code": "feeFlag"');
    expect(complaints()).toEqual([`M02 ${list} Inventory/InventoryHead/fFlag`]);
  });
  test('names an unknown format', () => {
    edit(list, '"date8"', '"date9"');
    expect(complaints()).toEqual([`M02 ${list} Inventory/InventoryHead/ieDate format`]);
  });
  test('has a type that does not exist', () => {
    edit(list, '"N19,5"', '"D19,5"');
    expect(complaints()).toEqual([`M02 ${list} Inventory/InventoryHead/freight type`]);
  });
  test('stands in the folder of another edition', () => {
    edit(list, '"edition": "202205"', '"edition": "201811"');
    expect(complaints()).toEqual([`M03 ${list} edition`]);
  });
  test('has the name of another', () => {
    edit(list, '"validFrom"', '"validFrom"\n', 'ceb-202205/messages/Copy.json');
    expect(complaints()).toEqual(['M04 ceb-202205/messages/Copy.json message']);
  });
  test('names a receipt that is not there', () => {
    rmSync(join(dir, 'ceb-202205/messages/CEB604Message.json'));
    expect(complaints()).toEqual([`M05 ${list} receipt`]);
  });
  test('names a receipt that answers another message', () => {
    edit(
      'ceb-202205/messages/CEB604Message.json',
      '"receiptOf": "CEB603Message"',
      '"receiptOf": "CEB303Message"',
    );
    expect(complaints()).toEqual([
      `M06 ${list} receipt`,
      'M06 ceb-202205/messages/CEB604Message.json receiptOf',
    ]);
  });
  test('has a key field that the document lacks', () => {
    edit(list, /"key": \[\s*"agentCode"/, '"key": ["agentcode"');
    expect(complaints()).toEqual([`M07 ${list} key`]);
  });
  test('names an order path that does not exist', () => {
    edit(list, '"order.list.netWeight"', '"order.list.nettWeight"');
    edit(list, '"line.gmodel"', '"line.model"');
    edit(list, '"document.copNo"', '"document.copno"');
    expect(complaints()).toEqual([
      `M08 ${list} Inventory/InventoryHead/copNo from`,
      `M08 ${list} Inventory/InventoryHead/netWeight from`,
      `M08 ${list} Inventory/InventoryList/gmodel from`,
    ]);
  });
  test('uses the name of a list item outside of the list', () => {
    edit(list, '"order.list.netWeight"', '"line.qty"');
    expect(complaints()).toEqual([`M08 ${list} Inventory/InventoryHead/netWeight from`]);
  });
  test('repeats over a list that does not exist', () => {
    edit(list, '"order.lines"', '"order.goods"');
    expect(complaints()).toContain(`M08 ${list} Inventory/InventoryList each`);
  });
  test('names a code table that is not there', () => {
    rmSync(join(dir, 'codes/wrapType.json'));
    expect(complaints()).toEqual([
      `M09 ${list} Inventory/InventoryHead/wrapType codes`,
      'M09 ceb-202205/messages/CEB621Message.json Inventory/InventoryHead/wrapType codes',
    ]);
  });
  test('fixes a value that its code table lacks', () => {
    edit(list, '"fixed": "E"', '"fixed": "X"');
    expect(complaints()).toEqual([`M10 ${list} Inventory/InventoryHead/ieFlag`]);
  });
  test('repeats over a list without naming its item', () => {
    edit(list, '"as": "line",', '');
    expect(complaints()).toContain(`M11 ${list} Inventory/InventoryList as`);
  });
  test('repeats without naming a list', () => {
    edit(list, '"each": "transfer.subscriptions",', '');
    expect(complaints()).toContain(`M12 ${list} BaseSubscribe`);
  });
  test('has one field twice', () => {
    edit(list, '"name": "emsNo"', '"name": "iacCode"');
    expect(complaints()).toEqual([`M14 ${list} Inventory/InventoryHead/iacCode`]);
  });
  test('has a fixed value and a source for one field', () => {
    edit(list, '"fixed": "E",', '"fixed": "E", "from": "order.regime",');
    expect(complaints()).toEqual([`M15 ${list} Inventory/InventoryHead/ieFlag`]);
  });
  test('requires a field always and by regime', () => {
    edit(list, /"required": false,(\s*"requiredIn")/, '"required": true,$1');
    expect(complaints()).toEqual([`M17 ${list} Inventory/InventoryHead/iacCode requiredIn`]);
  });
  test('has no place for the signature', () => {
    edit(list, '"ds:Signature"', '"Signature"');
    expect(complaints()).toEqual([`M13 ${list} ds:Signature`]);
  });
  test('has a required field without a source', () => {
    edit(list, '"from": "order.list.netWeight",', '');
    expect(complaints()).toEqual([`M16 ${list} Inventory/InventoryHead/netWeight`]);
  });
});

test('one error lists the problems of all files', () => {
  edit(list, '"order.list.netWeight"', '"order.list.nettWeight"');
  edit('ceb-202205/messages/CEB303Message.json', '"order.goodsValue"', '"order.value"');
  expect(complaints()).toEqual([
    'M08 ceb-202205/messages/CEB303Message.json Order/OrderHead/goodsValue from',
    `M08 ${list} Inventory/InventoryHead/netWeight from`,
  ]);
});

test('a new edition takes over on its day, in Beijing time, and not before', () => {
  cpSync(join(dir, 'ceb-202205'), join(dir, 'ceb-202701'), { recursive: true });
  for (const name of readdirSync(join(dir, 'ceb-202701/messages'))) {
    const file = `ceb-202701/messages/${name}`;
    edit(file, '"edition": "202205"', '"edition": "202701"');
    edit(file, '"validFrom": "2022-05-17"', '"validFrom": "2027-01-01"');
  }
  const both = loadCatalogue(dir);
  expect(both.message('CEB603Message', new Date('2026-12-31T15:59:59Z'))?.edition).toBe('202205');
  expect(both.message('CEB603Message', new Date('2026-12-31T16:00:00Z'))?.edition).toBe('202701');
  expect(both.message('CEB603Message', new Date('2022-05-16T15:59:59Z'))).toBeUndefined();
});

describe('nothing is specific to the messages of today', () => {
  /** An import-like message: the signature stands last, the list has no upper bound, numbers are xs:int. */
  function importLike() {
    const file = 'ceb-202205/messages/CEB921Message.json';
    renameSync(join(dir, 'ceb-202205/messages/CEB303Message.json'), join(dir, file));
    edit(file, '"CEB303Message"', '"CEB921Message"');
    edit(file, '"receipt": "CEB304Message",', '');
    rmSync(join(dir, 'ceb-202205/messages/CEB304Message.json'));
    edit(
      file,
      /(\{\s*"node": "ds:Signature",\s*"repeat": ")0\.\.1("\s*\}),\s*(\{\s*"node": "ExtendMessage"[\s\S]*)\]\s*\}\s*$/,
      '$3, $11$2]}',
    );
    edit(file, '"type": "N5"', '"type": "I"');
    edit(file, /("node": "OrderList",\s*"repeat": )"1\.\.100"/, '$1"0..n"');
    edit(file, '"repeat": "1..100"', '"repeat": "1"');
    const loaded = loadCatalogue(dir);
    const mapping = loaded.message('CEB921Message');
    if (!mapping) throw new Error('the mapping was not loaded');
    return { loaded, compiled: compileMessage(mapping, loaded) };
  }
  const transfer = {
    ...envelope.transfer,
    extensions: [{ name: 'x', version: '1', content: { name: 'e', namespace: 'urn:x' } }],
  };

  test('a signature that stands last is put last', () => {
    const { loaded, compiled } = importLike();
    const unsigned = compiled.write([input()], { ...envelope, transfer });
    expect(unsigned.tail).toBe('</ceb:CEB921Message>');
    const file = asFile(unsigned, hollowSignature);
    expect(schemaObjection(generateXsd(loaded), file)).toBeUndefined();
    expect(schemaObjection(generateXsd(loaded), asFile(unsigned))).toMatch(/Missing child element/);
    expect(canonicalForm(asFile(unsigned))).toBe(unsigned.head + unsigned.tail);
    expect(readMessage(Buffer.from(file), loaded).signature).toEqual({
      present: true,
      suite: 'rsa-sha1',
      keyName: '0a1b',
    });
  });

  test('a list without bounds may be empty or long, xs:int is checked, one document is one', () => {
    const { compiled } = importLike();
    const order = goldenOrder();
    const [line] = order.lines;
    order.lines = [];
    expect(compiled.check(input(order), '9610')).toEqual([]);
    order.lines = Array.from({ length: 1000 }, () => ({ ...line, gnum: '-1' }));
    expect(compiled.check(input(order), '9610')).toEqual([]);
    order.lines = [
      { ...line, gnum: '2147483648' },
      { ...line, gnum: '1.0' },
    ];
    expect(compiled.check(input(order), '9610').map((f) => `${f.code} ${f.path}`)).toEqual([
      'F18 lines[0].gnum',
      'F10 lines[1].gnum',
    ]);
    expect(compiled.limit).toBe(1);
    expect(() => compiled.write([input(), input()], envelope)).toThrow(RangeError);
  });
});

describe('code tables', () => {
  const { codes } = catalogue;
  test.each([
    ['currency', 'USD', '502'],
    ['currency', 'usd', '502'],
    ['currency', '美元', '502'],
    ['currency', '502', '502'],
    ['country', 'USA', '502'],
    ['country', '美国', '502'],
    ['country', 'United States', '502'],
    ['unit', '个', '007'],
    ['unit', ' 千克 ', '035'],
    ['customs', '8013', '8013'],
  ])('%s: %s is understood as %s', (table, given, code) => {
    expect(codes.get(table).resolve(given)).toBe(code);
  });

  test('what no code or more than one bears is not guessed', () => {
    expect(codes.get('currency').resolve('第纳尔')).toBeUndefined();
    expect(codes.get('currency').resolve('')).toBeUndefined();
    expect(codes.get('currency').resolve('constructor')).toBeUndefined();
    const names = [...codes.get('port').values.values()].map((v) => v.zh);
    const twice = names.find((name, i) => name !== undefined && names.indexOf(name) !== i);
    expect(twice).toBeDefined();
    expect(codes.get('port').resolve(String(twice))).toBeUndefined();
  });

  test('a code has a text in both languages, an unknown one has none', () => {
    expect(codes.get('currency').text('502')).toEqual({ zh: '美元', en: 'US Dollar' });
    expect(codes.get('country').text('502')).toEqual({ zh: '美国', en: 'United States' });
    expect(codes.get('country').text('000')).toBeUndefined();
    expect(codes.get('country').has('toString')).toBe(false);
  });

  test('a table that is not there is an error, not an empty table', () => {
    expect(() => codes.get('colour')).toThrow(RangeError);
  });
});
