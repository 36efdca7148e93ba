import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import { makeFault } from '../../src/base/faults.js';
import { escapeFormula, unescapeFormula } from '../../src/orders/cellText.js';
import { columnLetters } from '../../src/orders/place.js';
import { writeErrorFile, type ErrorFileOptions, type RejectedOrder } from '../../src/orders/errorFile.js';
import type { OrderFormat } from '../../src/orders/read/format.js';
import { orderRows } from '../../src/orders/table.js';
import { sampleOrders } from '../support/sampleOrders.js';
import { brief, columns9610, readAll } from './reading.js';

const orders = [...sampleOrders({ count: 3, seed: 21 })];
const header = columns9610.map((f) => f.header.zh);
const rows = orders.flatMap((order) => orderRows(order, columns9610));

async function errorFile(rejected: readonly RejectedOrder[], options: ErrorFileOptions): Promise<Buffer> {
  const out = new PassThrough();
  const parts: Buffer[] = [];
  out.on('data', (part: Buffer) => parts.push(part));
  await writeErrorFile(rejected, out, options);
  return Buffer.concat(parts);
}

const bad = async (content: Buffer | string, format: OrderFormat) =>
  (await readAll(content, format)).filter((r) => r.faults.length > 0);

describe('a file with a fault comes back with the fault beside it, and is accepted once corrected', () => {
  const spoil = (text: string) => text.replace('2026-11-', '十一月');

  test('CSV: the same columns and delimiter and five more, readable for Excel', async () => {
    const source = stringify([header, ...rows], { delimiter: ';' });
    const spoilt = await bad(spoil(source), 'csv');
    expect(brief(spoilt[0]!.faults)).toEqual(['I28 payment.accountingDate']);
    const file = await errorFile(spoilt, { format: 'csv', delimiter: ';' });
    expect(file.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const [head, first] = parse(file, { delimiter: ';', bom: true });
    expect(head).toEqual([...header, '错误代码', '错误位置', '错误说明', '处理办法', '来源']);
    expect(first!.slice(-5, -1)).toEqual([
      'I28',
      `到账时间（${columnLetters(header.indexOf('到账时间'))}2）`,
      '“到账时间”的值读不成时间',
      '请填北京时间，例如 2026-11-03 10:20:30',
    ]);
    const corrected = await readAll(file.toString().replace('十一月', '2026-11-'), 'csv');
    expect(corrected.map((r) => [r.faults, r.order])).toEqual([[[], orders[0]]]);
  });

  test('XLSX', async () => {
    const spoiltRows = rows.map((row, i) => (i === 0 ? row.map(spoil) : row));
    const source = await writeExcelFile([header, ...spoiltRows]).toBuffer();
    const file = await errorFile(await bad(source, 'xlsx'), { format: 'xlsx' });
    const sheet = await readSheet(file);
    const corrected = sheet.map((row) =>
      row.map((cell) => (cell === null ? null : String(cell).replace('十一月', '2026-11-'))),
    );
    const read = await readAll(await writeExcelFile(corrected).toBuffer(), 'xlsx');
    expect(read.map((r) => [r.faults, r.order])).toEqual([[[], orders[0]]]);
  });

  test.each(['json', 'ndjson'] as const)('%s: an array errors in every order', async (format) => {
    const spoilt = orders.map((o) => ({ ...o, goodsValue: '约五十' }));
    const source =
      format === 'json' ? JSON.stringify(spoilt, null, 1) : spoilt.map((o) => JSON.stringify(o)).join('\n');
    const rejected = await bad(source, format);
    const file = await errorFile(rejected, { format });
    const values = (
      format === 'json'
        ? JSON.parse(file.toString())
        : file
            .toString()
            .trim()
            .split('\n')
            .map((l) => JSON.parse(l))
    ) as { errors: unknown }[];
    expect(values.map((v) => v.errors)).toEqual(rejected.map((r) => r.faults));
    // Still wrong: the file that comes back for the second time has the newer errors only.
    const again = await errorFile(await bad(file, format), { format });
    expect(again.toString()).toBe(file.toString());
  });
});

test('JSON: the corrected orders are accepted with the errors still in the file', async () => {
  const text = JSON.stringify([
    { ...orders[0], goodsValue: 'X' },
    { ...orders[1], freight: 'Y' },
  ]);
  const file = (await errorFile(await bad(text, 'json'), { format: 'json' })).toString();
  const corrected = file
    .replace('"goodsValue":"X"', `"goodsValue":"${orders[0]!.goodsValue}"`)
    .replace('"freight":"Y"', `"freight":"${orders[1]!.freight}"`);
  const read = await readAll(corrected, 'json');
  expect(read.map((r) => [r.faults, r.order])).toEqual([
    [[], orders[0]],
    [[], orders[1]],
  ]);
});

test('JSON that is not well formed comes back as it was, beside its fault', async () => {
  const file = await errorFile(await bad('[{"orderNo":"1",,},{"orderNo":12345678901234567890}]', 'json'), {
    format: 'json',
  });
  const values = JSON.parse(file.toString()) as { raw?: string; errors: { code: string }[] }[];
  expect(values[0]).toMatchObject({ raw: '{"orderNo":"1",,}', errors: [{ code: 'I11' }] });
  expect(file.toString()).toContain('"orderNo":12345678901234567890,"errors"');
});

test('no bad orders give an empty, valid file', async () => {
  expect(JSON.parse((await errorFile([], { format: 'json' })).toString())).toEqual([]);
  expect((await errorFile([], { format: 'ndjson' })).length).toBe(0);
});

test('a fault of a goods line stands in the row of that line, several faults are numbered', async () => {
  const raw = {
    kind: 'rows' as const,
    header: ['订单编号', '数量', '错误代码'],
    rows: [
      ['A1', '', 'I99'],
      ['A1', 'x', ''],
      ['A1', '1', ''],
    ],
    lines: [1, 2],
  };
  const faults = [
    makeFault('I26', 'lines[0].qty', { column: '数量' }),
    makeFault('I22', 'note', { column: '订单备注' }),
    makeFault('I30', 'orderNo', { column: '订单编号' }),
  ];
  const file = await errorFile([{ raw, faults }], { format: 'csv' });
  const table = parse(file, { bom: true });
  expect(table[0]!.slice(0, 4)).toEqual(['订单编号', '数量', '错误代码', '错误位置']);
  expect(table.slice(1).map((row) => row.slice(0, 4))).toEqual([
    ['A1', '', '1. I22\n2. I30', '1. note\n2. orderNo'],
    ['A1', 'x', 'I26', 'lines[0].qty'],
    ['A1', '1', '', ''],
  ]);
});

describe('text that a spreadsheet would run as a formula', () => {
  test.each(['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\tx', '=HYPERLINK("http://x")'])(
    '%j is escaped, and read back unchanged',
    (text) => {
      expect(escapeFormula(text)).toBe(`'${text}`);
      expect(unescapeFormula(escapeFormula(text))).toBe(text);
    },
  );
  test.each(['-5', '+5', '-1,234.50', '12', "'引号", '无', ''])('%j is not touched', (text) => {
    expect(escapeFormula(text)).toBe(text);
    expect(unescapeFormula(text)).toBe(text);
  });
  test('is escaped in the CSV that comes back', async () => {
    const rejected = await bad('订单编号,商品名称,数量\nA1,=1+1,x\n', 'csv');
    expect((await errorFile(rejected, { format: 'csv' })).toString()).toContain("A1,'=1+1,x");
  });
});

test.each(['=1+1', '+8613', '-2+3', '@sum', '＝1+1', '＋8613a', '－2+3', '＠sum', '\tx', '\rx'])(
  'what a spreadsheet would run as a formula is escaped in CSV and comes back as it was: %j',
  (text) => {
    if (text === '+8613') expect(escapeFormula(text)).toBe(text);
    else expect(escapeFormula(text)).toBe(`'${text}`);
    expect(unescapeFormula(escapeFormula(text))).toBe(text);
  },
);
