import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { headerKey, loadFields, matchHeaders } from '../../src/orders/fields.js';
import { orderSchema } from '../../src/orders/order.js';
import { brief, fields, required } from './reading.js';

interface JsonSchema {
  type?: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

/** Every leaf path of the order model, from the JSON Schema that zod derives of it. */
function leafPaths(schema: JsonSchema, prefix = ''): string[] {
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([key, member]) =>
      leafPaths(member, prefix === '' ? key : `${prefix}.${key}`),
    );
  return schema.items ? leafPaths(schema.items, `${prefix}[]`) : [prefix];
}

const paths = (headers: string[]) =>
  matchHeaders(headers, fields).columns.map((c) => (typeof c === 'string' ? c : c.path));

/** The dictionary in a file of its own, changed. */
function withDictionary(
  change: (entries: Record<string, unknown>[]) => void,
  load: (file: string) => void,
): void {
  const dir = mkdtempSync(join(tmpdir(), 'fields-'));
  try {
    const entries = fields.fields.map(({ group: _g, leaf: _l, ofLine: _o, ...entry }) => ({ ...entry }));
    change(entries as unknown as Record<string, unknown>[]);
    const file = join(dir, 'fields.json');
    writeFileSync(file, JSON.stringify({ validFrom: '2022-05-17', source: 'test', fields: entries }));
    load(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('the field dictionary', () => {
  test('has exactly the fields of the order model', () => {
    const schema = z.toJSONSchema(orderSchema, { io: 'input' }) as unknown as JsonSchema & {
      $defs: { Order: JsonSchema };
    };
    const model = leafPaths(schema.$defs.Order);
    expect([...fields.byPath.keys()].sort()).toEqual(model.sort());
  });

  test('is refused when a header would mean two fields, a path comes twice, or a key is unknown', () => {
    withDictionary(
      (entries) => (entries[0]!.aliases = ['订单编号']),
      (file) => expect(() => loadFields(file)).toThrow('订单编号'),
    );
    withDictionary(
      (entries) => entries.push({ ...entries[0]! }),
      (file) => expect(() => loadFields(file)).toThrow('comes twice'),
    );
    withDictionary(
      (entries) => (entries[0]!.lenght = 4),
      (file) => expect(() => loadFields(file)).toThrow('lenght'),
    );
  });
});

describe('column headers', () => {
  test('are known by Chinese name, English name, alias and path', () => {
    expect(paths(['订单编号', 'Order number', '电商订单编号', 'orderNo'])).toEqual(Array(4).fill('orderNo'));
    expect(paths(['lines[].qty', '数量', 'Quantity'])).toEqual(Array(3).fill('lines[].qty'));
  });

  test('are known whatever their case, width, spaces, stars and notes in brackets', () => {
    expect(
      paths(['* 订单 编号（必填）', 'ＯＲＤＥＲ　number', 'ebpcode', '运抵国（地区）*', '数量[必填]']),
    ).toEqual(['orderNo', 'orderNo', 'platform.code', 'list.country', 'lines[].qty']);
    expect(headerKey(' ＊商品编码【10位】')).toBe('商品编码');
  });

  test('a header that is no field is faulted with the nearest one', () => {
    const { faults } = matchHeaders(['订单编码', 'Oder number', '颜色'], fields);
    expect(faults.map((f) => f.code)).toEqual(['I05', 'I05', 'I05']);
    expect(faults[0]!.message.zh).toBe('第 1 列的表头“订单编码”不是订单字段，是否应为“订单编号”？');
    expect(faults[1]!.message.en).toContain('did you mean "Order number"?');
    expect(faults[2]!.message.zh).toBe('第 3 列的表头“颜色”不是订单字段');
  });

  test('two columns for one field are faulted', () => {
    const { faults } = matchHeaders(['订单编号', '数量', 'orderNo'], fields);
    expect(brief(faults)).toEqual(['I06 orderNo']);
    expect(faults[0]!.message.zh).toBe('第 1 列和第 3 列都是“订单编号”');
  });

  test('missing required columns are named all at once', () => {
    const { faults } = matchHeaders(['订单编号', '数量'], fields, required);
    expect(brief(faults)).toEqual(['I07']);
    for (const name of ['监管方式', '商品编码', '申报地海关', '净重'])
      expect(faults[0]!.message.zh).toContain(name);
    for (const filled of ['申报企业代码', '条形码', '总价', '商品序号'])
      expect(faults[0]!.message.zh).not.toContain(filled);
  });

  test('the columns of an error file are skipped', () => {
    expect(paths(['订单编号', '错误代码', '错误位置', '错误说明', '处理办法', '来源'])).toEqual([
      'orderNo',
      ...Array<string>(5).fill('skip'),
    ]);
  });
});
