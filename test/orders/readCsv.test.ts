import { describe, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import { KeySet } from '../../src/orders/read/keySet.js';
import type { Order } from '../../src/orders/order.js';
import { orderRows } from '../../src/orders/table.js';
import { sampleOrders } from '../support/sampleOrders.js';
import { brief, columns9610, csvOf, fields, readAll, refusal } from './reading.js';

const orders = [...sampleOrders({ count: 6, seed: 8 })];
const header = columns9610.map((f) => f.header.zh);
const asCsv = (some: readonly Order[], options: Parameters<typeof stringify>[1] = {}) =>
  stringify([header, ...some.flatMap((order) => orderRows(order, columns9610))], options);
/** Byte by byte, two orders meet every boundary there is. */
const cutInto = (chunk: number) => (chunk === 1 ? orders.slice(0, 2) : orders);

/** Real GB18030 bytes, made by another program (iconv) than the decoder under test. */
async function gb18030(text: string): Promise<Buffer> {
  const { execFileSync } = await import('node:child_process');
  return execFileSync('iconv', ['-f', 'utf-8', '-t', 'gb18030'], { input: text });
}

describe('CSV', () => {
  test.each<[string, (some: readonly Order[]) => Buffer]>([
    ['UTF-8', (some) => Buffer.from(asCsv(some))],
    ['UTF-8 with byte order mark', (some) => Buffer.from(asCsv(some, { bom: true }))],
    ['semicolons', (some) => Buffer.from(asCsv(some, { delimiter: ';' }))],
    ['tabs', (some) => Buffer.from(asCsv(some, { delimiter: '\t' }))],
    ['Windows line ends', (some) => Buffer.from(asCsv(some, { record_delimiter: 'windows' }))],
    ['line ends of carriage returns alone', (some) => Buffer.from(asCsv(some, { record_delimiter: 'mac' }))],
    ['every cell quoted', (some) => Buffer.from(asCsv(some, { quoted: true }))],
    [
      'UTF-16 LE with byte order mark',
      (some) => Buffer.from(`\ufeff${asCsv(some, { delimiter: '\t' })}`, 'utf16le'),
    ],
    ['UTF-16 BE with byte order mark', (some) => Buffer.from(`\ufeff${asCsv(some)}`, 'utf16le').swap16()],
  ])('%s gives the same orders, whatever the boundaries of the chunks', async (_, bytesOf) => {
    for (const chunk of [1, 13, 4096, 1 << 20]) {
      const some = cutInto(chunk);
      const read = await readAll(bytesOf(some), 'csv', { chunk });
      expect(read.flatMap((r) => r.faults)).toEqual([]);
      expect(read.map((r) => r.order)).toEqual(some);
    }
  });

  test('GBK and GB18030, as Excel writes them on a Chinese Windows, are recognised', async () => {
    for (const chunk of [1, 1000, 1 << 20]) {
      const some = cutInto(chunk);
      const read = await readAll(await gb18030(asCsv(some)), 'csv', { chunk });
      expect(read.map((r) => r.order)).toEqual(some);
    }
  });

  test('rows are counted as a spreadsheet does: the header is row 1, a quoted line break starts none', async () => {
    const text = csvOf(
      ['订单编号', '订单备注', '数量'],
      ['A1', '"两行\n备注"', '1'],
      ['A1', '', '2'],
      ['A2', '', '3'],
    );
    const read = await readAll(text, 'csv');
    expect(read.map((r) => [r.rows, r.lineRows])).toEqual([
      [{ from: 2, to: 3 }, [2, 3]],
      [{ from: 4, to: 4 }, [4]],
    ]);
    expect(read[0]!.order!.note).toBe('两行\n备注');
  });

  test('rows of one order may leave its columns empty or repeat them', async () => {
    const text = csvOf(
      ['电商平台代码', '订单编号', '币制', '商品货号'],
      ['P', 'A1', 'USD', 'a'],
      ['P', 'A1', '', 'b'],
      ['P', 'A1', 'USD', 'c'],
      ['', '', '', 'd'],
      ['Q', 'A1', 'USD', 'e'],
    );
    const read = await readAll(text, 'csv');
    expect(read.flatMap((r) => r.faults)).toEqual([]);
    expect(read.map((r) => r.order!.lines.map((l) => l.itemNo).join(''))).toEqual(['abcd', 'e']);
  });

  test('an order column filled differently in two rows is faulted with column and both rows', async () => {
    const [read] = await readAll(
      csvOf(['订单编号', '币制', '数量'], ['A1', 'USD', '1'], ['A1', 'EUR', '2']),
      'csv',
    );
    expect(brief(read!.faults)).toEqual(['I20 currency']);
    expect(read!.faults[0]!.message.zh).toBe('“币制”在第 2 行和第 3 行填得不一样，但两行属于同一订单');
  });

  test('an order without a number does not slip into the one above it', async () => {
    const text = csvOf(['订单编号', '币制', '商品货号'], ['A1', 'USD', 'a'], ['', 'USD', 'b']);
    expect((await readAll(text, 'csv')).map((r) => r.order!.orderNo)).toEqual(['A1', undefined]);
    const parcels = csvOf(
      ['订单编号', '运单号', '币制', '商品货号'],
      ['A1', 'Y1', 'USD', 'a'],
      ['', 'Y2', 'USD', 'b'],
    );
    expect((await readAll(parcels, 'csv')).map((r) => r.order!.orderNo)).toEqual(['A1', undefined]);
  });

  test('a row that repeats the currency and leaves number and waybill to the row above continues its order', async () => {
    const text = csvOf(
      ['订单编号', '运单号', '币制', '商品货号'],
      ['A1', 'Y1', 'USD', 'a'],
      ['', '', 'USD', 'b'],
    );
    const read = await readAll(text, 'csv');
    expect(read.map((r) => r.order!.lines.length)).toEqual([2]);
  });

  test('numbers kept as text by a spreadsheet or an export are read without their marks', async () => {
    const text = '订单编号,运单号,数量\n"=""2609112233445566""",\'00123,1\nＡ２,\'ok,2\n';
    const read = await readAll(text, 'csv');
    expect(read.map((r) => [r.order!.orderNo, r.order!.waybill.logisticsNo])).toEqual([
      ['2609112233445566', '00123'],
      ['A2', "'ok"],
    ]);
  });

  test('numbers of the rows of a file are not numbers of the lines of an order', async () => {
    const text = csvOf(
      ['序号', '订单编号', '商品货号'],
      ['1', 'A1', 'a'],
      ['2', 'A1', 'b'],
      ['3', 'A2', 'c'],
    );
    const read = await readAll(text, 'csv');
    expect(read.map((r) => r.order!.lines.map((l) => l.gnum))).toEqual([['1', '2'], ['1']]);
  });

  test('rows of an order that sorting has moved apart are one order, at the place of the first', async () => {
    const text = csvOf(
      ['订单编号', '商品货号', '物流运单编号'],
      ['A1', 'a', 'Y1'],
      ['A2', 'b', 'Y2'],
      ['A1', 'c', ''],
      ['A3', 'd', 'Y3'],
    );
    const read = await readAll(text, 'csv');
    expect(read.flatMap((r) => r.faults)).toEqual([]);
    expect(read.map((r) => [r.order!.orderNo, r.order!.lines.map((l) => l.itemNo).join('')])).toEqual([
      ['A1', 'ac'],
      ['A2', 'b'],
      ['A3', 'd'],
    ]);
    expect(read[0]!.lineRows).toEqual([2, 4]);
  });

  test('a row that comes back word for word is a copy, not a second line: refused, and the first stands', async () => {
    const text = csvOf(
      ['订单编号', '商品货号'],
      ['A1', 'a'],
      ['A2', 'b'],
      ['A1', 'a'],
      ['A1', 'x'],
      ['A3', 'd'],
    );
    const read = await readAll(text, 'csv');
    expect(read.map((r) => brief(r.faults))).toEqual([[], [], ['I21 orderNo'], []]);
    expect(read[2]!.order).toBeUndefined();
    expect(read[2]!.faults[0]!.message.zh).toBe(
      '订单“A1”在前面已经出现过，第 4 行起的这几行与前面重复或相隔太远',
    );
  });

  test('rows further apart than what is held back are told, and memory stays bounded', async () => {
    const between = Array.from({ length: 10_001 }, (_, i) => [`B${i}`, 'b']);
    const read = await readAll(csvOf(['订单编号', '商品货号'], ['A1', 'a'], ...between, ['A1', 'c']), 'csv');
    expect(read.flatMap((r) => brief(r.faults))).toEqual(['I21 orderNo']);
    expect(read.at(-1)!.rows.from).toBe(10_004);
  });

  test('an order of too many rows is cut and refused', async () => {
    const many = Array.from({ length: 25 }, (_, i) => ['A1', String(i)]);
    const read = await readAll(csvOf(['订单编号', '商品货号'], ...many, ['A2', 'x']), 'csv', {
      limits: { maxOrderRows: 10 },
    });
    expect(read.map((r) => brief(r.faults))).toEqual([['I34'], ['I34', 'I21 orderNo'], ['I21 orderNo'], []]);
  });

  test('a row with values beyond the header is faulted by its number; cells that are missing are blank', async () => {
    const text = '订单编号,商品货号,数量\nA1,a,1\nA2,b\nA3,c,3,,\nA4,d,4,多\n';
    const read = await readAll(text, 'csv');
    expect(read.map((r) => brief(r.faults))).toEqual([[], [], [], ['I19 lines[0]']]);
    expect(read[1]!.order!.lines).toMatchObject([{ itemNo: 'b' }]);
    expect(read[3]!.faults[0]!.message.zh).toBe('第 5 行有 4 个单元格，比表头的 3 个多，多出的有内容');
  });

  test('values under no header are not read and refuse nothing', async () => {
    const read = await readAll('订单编号,,数量\nA1,,1\nA2,?,2\n', 'csv');
    expect(read.map((r) => [r.faults, r.order!.lines[0]!.qty])).toEqual([
      [[], '1'],
      [[], '2'],
    ]);
  });

  test('blank rows, in between and at the end, do not count', async () => {
    const read = await readAll('\n订单编号,数量\n\nA1,1\n,\n  \nA1,2\n,\n\n\n', 'csv');
    expect(read.map((r) => [r.rows, r.order!.lines.length])).toEqual([[{ from: 4, to: 7 }, 2]]);
  });

  test('quotes inside text do no harm', async () => {
    const [read] = await readAll('订单编号,商品名称\nA1,显示器 15" 宽屏\n', 'csv');
    expect(read!.order!.lines[0]!.gname).toBe('显示器 15" 宽屏');
  });

  test('a quote that is never closed is reported with its row, and the orders before it stand', async () => {
    const text = `订单编号,商品名称\nA1,a\nA2,"没有结束\n${'A3,b\n'.repeat(100)}`;
    for (const limits of [{}, { maxOrderBytes: 200 }]) {
      const read = await readAll(text, 'csv', { limits });
      expect(read[0]!.order!.orderNo).toBe('A1');
      expect(brief(read.at(-1)!.faults)).toEqual(['I25']);
      expect(read.at(-1)!.rows.from).toBe(3);
    }
  });

  test('bytes damaged in a UTF-8 file cost only their cell', async () => {
    const text = Buffer.from('订单编号,商品名称\nA1,好\nA2,坏\nA3,好\n');
    const place = text.indexOf(Buffer.from('坏'));
    text[place + 1] = 0x20;
    const read = await readAll(text, 'csv');
    expect(read.map((r) => brief(r.faults))).toEqual([[], ['I22 lines[0].gname'], []]);
  });

  test('NUL bytes are faulted by cell; a whole file of them is named a wrong encoding', async () => {
    const read = await readAll('订单编号,商品名称\nA1,a\u0000b\nA2,c\n', 'csv');
    expect(read.map((r) => brief(r.faults))).toEqual([['I23 lines[0].gname'], []]);
    const unmarked = Buffer.from('orderNo,lines[].qty\nA1,1\n', 'utf16le');
    expect(brief((await refusal(readAll(unmarked, 'csv'))).faults)).toEqual(['I35']);
  });

  test('what Excel does to numbers is named', async () => {
    const [read] = await readAll('订单编号,商品编码,数量\n2.02611E+13,9503002100,#DIV/0!\n', 'csv');
    expect(brief(read!.faults)).toEqual(['I30 orderNo', 'I32 lines[0].qty']);
  });

  test('faults name the column as the file does', async () => {
    const [read] = await readAll('orderNo,Quantity（件）\nA1,两\n', 'csv');
    expect(read!.faults[0]!.message.zh).toBe('“Quantity（件）”的值读不成数字');
  });

  test('a text that was escaped against formulas is read without the escape', async () => {
    const [read] = await readAll(`订单编号,商品名称,数量\nA1,'=危险,-1\n`, 'csv');
    expect(read!.order!.lines[0]).toMatchObject({ gname: '=危险', qty: '-1' });
  });

  test('files without orders and unusable headers are refused, all header faults at once', async () => {
    const codes = async (text: string, more = {}) =>
      brief((await refusal(readAll(text, 'csv', more))).faults);
    expect(await codes('')).toEqual(['I03']);
    expect(await codes('\n \n')).toEqual(['I03']);
    expect(await codes('订单编号,数量\n')).toEqual(['I04']);
    expect(await codes('订单编号,数量\n,\n\n')).toEqual(['I04']);
    expect(await codes('颜色,数量,qty\n红,1,1\n')).toEqual(['I07']);
    expect(await codes('<html>')).toEqual(['I07']);
  });

  test('the regime column may be missing when the upload names the regime', async () => {
    const without = columns9610.filter((f) => f.path !== 'regime');
    const text = stringify([
      without.map((f) => f.header.zh),
      ...orders.flatMap((o) => orderRows(o, without)),
    ]);
    const read = await readAll(text, 'csv', { regime: '9610' });
    expect(read.map((r) => r.order)).toEqual(orders);
  });

  test('a checkpoint goes on exactly after its order and still knows the orders before it', async () => {
    const text = csvOf(
      ['订单编号', '商品货号'],
      ['A1', 'a'],
      ['A1', 'b'],
      ['A2', 'c'],
      ['A3', 'd'],
      ['A1', 'a'],
    );
    const whole = await readAll(text, 'csv');
    for (const [i, { checkpoint }] of whole.entries())
      expect(await readAll(text, 'csv', { fromCheckpoint: checkpoint })).toEqual(whole.slice(i + 1));
    expect(brief(whole[3]!.faults)).toEqual(['I21 orderNo']);
  });
});

test('the set of order keys knows every key it was given and no other', () => {
  const set = new KeySet();
  const keys = Array.from({ length: 20_000 }, (_, i) => `order ${i}`);
  expect(keys.filter((key) => !set.add(key))).toEqual([]);
  expect(keys.filter((key) => set.add(key))).toEqual([]);
  expect(set.add('another')).toBe(true);
});

test('the dictionary’s own headers are all read', async () => {
  const headers = fields.fields.map((f) => f.header.en);
  const [read] = await readAll(
    csvOf(
      headers,
      fields.fields.map((f) => f.example.replaceAll(',', '')),
    ),
    'csv',
  );
  expect(read!.faults).toEqual([]);
});
