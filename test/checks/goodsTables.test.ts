import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGoodsTables } from '../../src/checks/goodsTables.js';
import { importTable } from '../../src/commands/tariff.js';
import { checkerWith } from './checker.js';
import { sampleOrders, sampleRegimes } from '../support/sampleOrders.js';
import { orderWith, validImport } from './fixtures.js';

const dir = mkdtempSync(join(tmpdir(), 'tariff-'));
afterAll(() => rmSync(dir, { recursive: true }));
const flags = { validFrom: '2026-01-01', source: '海关总署公告（测试）', list: 'tariff' as const };
const file = (name: string, text: string | Buffer) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const told = (
  goods: ReturnType<typeof loadGoodsTables>,
  order = orderWith({ 'lines[0].gcode': '9503009999' }),
) =>
  checkerWith({ goods })
    .check(order)
    .map((fault) => `${fault.severity} ${fault.code} ${fault.path}`);

describe('sample tables never refuse', () => {
  test('a code that the sample does not hold is no doubt about the order', () => {
    const order = orderWith({ 'lines[0].gcode': '9503009999', 'lines[1].gcode': '9503009998' });
    expect(told(loadGoodsTables(), order).filter((one) => one.includes('R411'))).toEqual([]);
  });

  test('wrong legal units are one notice a line, which names both units and says that it is a sample', () => {
    const order = orderWith({ 'lines[0].gcode': '6912001000', 'lines[2].gcode': '9503009999' });
    const [first, ...others] = checkerWith({ goods: loadGoodsTables() })
      .check(order)
      .filter((fault) => fault.code === 'R412' && fault.path.startsWith('lines[0]'));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ severity: 'notice', path: 'lines[0].unit1' });
    expect(first!.message.zh).toMatch(/法定计量单位是“千克”（035），没有第二单位.*样例/);
  });

  test('a good order has nothing to be told on the sample tables, and the sample orders neither', () => {
    const goods = loadGoodsTables();
    expect(told(goods, orderWith({}))).toEqual([]);
    for (const regime of sampleRegimes)
      for (const order of sampleOrders({ count: 20, seed: 412, batch: 'U', regime }))
        expect(told(goods, order).filter((one) => /R41\d/.test(one))).toEqual([]);
  });

  test('nor do the units and the positive list of a sample', () => {
    const goods = loadGoodsTables();
    const odd = orderWith({ 'lines[0].gcode': '0101210010' }, validImport());
    expect(told(goods, odd).every((one) => one.startsWith('notice'))).toBe(true);
    expect(told(goods, odd)).toContain('notice R415 lines[0].gcode');
  });
});

describe('an official table that was imported refuses', () => {
  const header = '商品编码,商品名称,法定第一单位,法定第二单位,海关监管条件,检验检疫类别';
  const rows = [
    '9503.00.21.00,毛绒动物玩具,个,千克,,',
    '9503006000,智力玩具,套,千克,,',
    '0902109000,绿茶,千克,无,B,N/',
  ];

  test('codes it does not hold, from the day it is in force', async () => {
    const csv = file('tariff.csv', [`海关商品编码表,,,,,`, header, '9503,玩具,,,,', ...rows].join('\r\n'));
    expect(await importTable(csv, flags, dir)).toMatchObject({ codes: 3, validFrom: '2026-01-01' });
    const goods = loadGoodsTables(dir);
    expect(told(goods)).toEqual(['fault R411 lines[0].gcode']);
    expect(told(goods, orderWith({}))).toEqual([]);
    expect(told(goods, orderWith({ 'lines[0].unit1': '011' }))).toEqual(['fault R412 lines[0].unit1']);
    expect(goods.tariffOn('2025-12-31')?.sample).toBeDefined();
  });

  test('lists of goods that it asks export duty of, by the provisional rate where there is one', async () => {
    const rated = (text: string) =>
      file(
        'rated.csv',
        [`${header},出口税率,出口暂定税率`, ...rows.map((row, i) => row + (i === 0 ? text : ',,'))].join(
          '\n',
        ),
      );
    const of = async (text: string, order = orderWith({})) => {
      await importTable(rated(text), flags, dir);
      return told(loadGoodsTables(dir), order);
    };
    const b2b = orderWith({ regime: '9710', orderType: 'B', 'list.statisticsFlag': 'B' });
    expect(await of(',40%,')).toEqual(['fault R416 lines[0].gcode']);
    expect(checkerWith({ goods: loadGoodsTables(dir) }).formOf(b2b)).toMatchObject({
      form: 'goods-declaration',
      reasons: [{ id: 'R414' }, { id: 'R417', source: expect.stringContaining('2020年第75号') }],
    });
    expect(await of(',40,0')).toEqual([]);
    await expect(of(',若干,')).rejects.toMatchObject({ faults: [{ code: 'K02' }] });
    expect(await of(',,')).toEqual([]);
  });

  test('a goods declaration without the inspection category that the code has, which is named', () => {
    const tea = orderWith({ 'lines[0].gcode': '0902109000', regime: '0110' });
    const found = (goods: ReturnType<typeof loadGoodsTables>) =>
      checkerWith({ goods })
        .check(tea)
        .filter(({ code }) => code === 'R428');
    const [fault] = found(loadGoodsTables(dir));
    expect(fault).toMatchObject({ severity: 'fault', path: 'lines[0].inspType' });
    expect(fault?.message.zh).toContain('监管条件 B');
    expect(fault?.message.zh).toContain('N/');
    // On the sample it is said, and refuses nothing.
    expect(new Set(found(loadGoodsTables()).map(({ severity }) => severity))).toEqual(new Set(['notice']));
  });

  test('the positive list likewise', async () => {
    const list = file('positive.csv', '税则号列,货品名称\n19011010,奶粉\n22042100,葡萄酒\n');
    await importTable(list, { ...flags, list: 'positive' }, dir);
    const goods = { ...loadGoodsTables(), positiveOn: loadGoodsTables(dir).positiveOn };
    expect(told(goods, validImport()).filter((one) => one.includes('R415'))).toEqual([]);
    const odd = orderWith({ 'lines[0].gcode': '9503006000' }, validImport());
    expect(told(goods, odd)).toContain('fault R415 lines[0].gcode');
  });

  test('a file in GB 18030 is read', async () => {
    // 商品编码,法定单位 / 9503002100,千克
    const gbk = Buffer.from('c9ccc6b7b1e0c2eb2cb7a8b6a8b5a5cebb0a393530333030323130302cc7a7bfcb0a', 'hex');
    expect(await importTable(file('gbk.csv', gbk), { ...flags, validFrom: '2027-01-01' }, dir)).toMatchObject(
      {
        codes: 1,
      },
    );
  });

  test('a row that cannot be read is named, and nothing is written', async () => {
    const bad = file('bad.csv', `${header}\n9503002100,玩具,斛,,,\n`);
    await expect(importTable(bad, { ...flags, validFrom: '2028-01-01' }, dir)).rejects.toMatchObject({
      faults: [{ code: 'K02', path: 'row 2' }],
    });
    expect(loadGoodsTables(dir).tariffOn('2028-01-02')?.get('9503002100')?.unit1).toBe('035');
    await expect(importTable(file('none.csv', 'a,b\n1,2\n'), flags, dir)).rejects.toMatchObject({
      faults: [{ code: 'K01' }],
    });
  });
});

test('every prohibition names its law, and says whether the source was seen', () => {
  const { prohibited } = loadGoodsTables();
  expect(prohibited.length).toBeGreaterThanOrEqual(8);
  for (const entry of prohibited) {
    expect(entry.source).not.toBe('');
    expect(typeof entry.seen).toBe('boolean');
  }
});
