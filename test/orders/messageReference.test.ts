import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/base/root.js';
import {
  messageReference,
  referenceMarkdown,
  referencePages,
  referenceTable,
  requiredText,
  typeText,
} from '../../src/orders/messageReference.js';
import { catalogue, fields } from './reading.js';

const sources = { fields, codes: catalogue.codes };
const mapping = (name: string) => catalogue.message(name)!;
const row = (message: string, path: string) =>
  messageReference(mapping(message), sources).find((r) => r.path === path)!;

describe('the field reference of a message', () => {
  test('says where a value comes from, in the order’s words and in the order of the sources', () => {
    expect(row('CEB603Message', 'Inventory/InventoryHead/freight').from).toEqual([
      { path: 'order.list.freight', text: { zh: '清单运费', en: 'List freight' } },
      { path: 'order.waybill.freight', text: { zh: '运单运费', en: 'Waybill freight' } },
    ]);
    expect(row('CEB621Message', 'Inventory/InventoryList/country').from).toEqual([
      { path: 'order.lines[].originCountry', text: { zh: '原产国', en: 'Country of origin' } },
    ]);
    expect(row('CEB507Message', 'Arrival/ArrivalList/logisticsNo').from).toEqual([
      { path: 'filing.list[].logisticsNo', text: { zh: '报送数据', en: 'data of the filing' } },
    ]);
  });

  test('says what is required, always or under which regimes', () => {
    expect(requiredText(row('CEB603Message', 'Inventory/InventoryHead/orderNo')).zh).toBe('必填');
    expect(requiredText(row('CEB603Message', 'Inventory/InventoryHead/emsNo')).en).toBe(
      'required under 1210, 1239, left out otherwise',
    );
    expect(requiredText(row('CEB603Message', 'Inventory/InventoryHead/note')).zh).toBe('');
  });

  test.each([
    ['C36', '36 个字符'],
    ['C..60', '至多 60 个字符'],
    ['C18..20', '18 至 20 个字符'],
    ['N19,5', '至多 14 位整数、5 位小数'],
    ['N5', '至多 5 位整数'],
    ['I', '整数'],
  ])('says %s in words', (type, words) => {
    expect(typeText(type).zh).toBe(words);
  });

  test('of a receipt has no column for where values come from', () => {
    expect(referenceTable(mapping('CEB604Message'), sources, 'en')[0]).not.toContain('Value from');
    expect(referenceTable(mapping('CEB603Message'), sources, 'en')[0]).toContain('Value from');
  });

  test('is a well-formed table: every row has the cells of the header', () => {
    for (const message of catalogue.messages()) {
      const lines = referenceMarkdown(message, sources)
        .split('\n')
        .filter((l) => l.startsWith('|'));
      const cells = lines.map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(cells).size).toBe(1);
    }
  });
});

test('docs/messages is what the mappings say today', () => {
  const dir = join(projectRoot, 'docs', 'messages');
  const pages = referencePages(catalogue.messages(), sources);
  expect(readdirSync(dir).sort()).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readFileSync(join(dir, file), 'utf8')).toBe(text);
});
