import { describe, expect, test } from '@jest/globals';
import writeExcelFile from 'write-excel-file/node';
import { detectFormat, sniff, sniffLength } from '../../src/orders/read/format.js';
import { brief, streamOf } from './reading.js';

const found = (content: Buffer | string, name?: string, type?: string): string => {
  const result = detectFormat(typeof content === 'string' ? Buffer.from(content) : content, name, type);
  if ('format' in result) return result.format;
  expect(brief([result.refused])).toHaveLength(1);
  return `${result.refused.code} ${result.refused.message.zh}`;
};

describe('the format of a file is told by its first bytes', () => {
  test.each([
    ['[{"orderNo":1}]', 'json'],
    ['\ufeff \n {"orders":[', 'json'],
    ['{"orderNo":"1",\n"note":"x"}', 'json'],
    ['{"orderNo":"1"}\n{"orderNo":"2"}\n', 'ndjson'],
    ['{"orderNo":"1"}\n\n{"orderNo', 'ndjson'],
    ['订单编号,数量\n1,2', 'csv'],
    ['orderNo\tqty\n', 'csv'],
  ])('%j', (content, format) => expect(found(content)).toBe(format));

  test('UTF-16 text with a byte order mark', () => {
    expect(found(Buffer.from('\ufeff[{"orderNo":"1"}]', 'utf16le'))).toBe('json');
    expect(found(Buffer.from('\ufeff订单编号,数量', 'utf16le').swap16())).toBe('csv');
  });

  test('a name or content type tells NDJSON from JSON where one order alone leaves it open', () => {
    expect(found('{"orderNo":"1"}')).toBe('json');
    expect(found('{"orderNo":"1"}', 'orders.ndjson')).toBe('ndjson');
    expect(found('{"orderNo":"1"}', '', 'application/x-ndjson; charset=utf-8')).toBe('ndjson');
  });

  test('a real workbook', async () => {
    const bytes = await writeExcelFile([['订单编号']]).toBuffer();
    expect(found(bytes.subarray(0, sniffLength))).toBe('xlsx');
  });
});

describe('what is not accepted is refused with its name', () => {
  test.each([
    ['', 'I03'],
    ['  \n', 'I03'],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'I01 不接受 .xls（旧版 Excel） 文件'],
    [
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]),
      'I57 这个 Excel 文件设有打开密码，读不出内容',
    ],
    ['%PDF-1.7', 'I01 不接受 PDF 文件'],
    [Buffer.from('504b0304140000000800', 'hex'), 'I01 不接受 ZIP 压缩 文件'],
    [Buffer.from('1f8b0800', 'hex'), 'I01 不接受 GZIP 压缩 文件'],
    ['<html><table>', 'I01 不接受 HTML 或 XML 文件'],
    [Buffer.from('orderNo,qty\n', 'utf16le'), 'I35'],
  ])('%s', (content, refusal) => expect(found(content)).toContain(refusal));

  test('the name does not make a PDF a table', () =>
    expect(found('%PDF-1.7', 'orders.csv', 'text/csv')).toContain('PDF'));
});

test('looking at the first bytes takes nothing from the stream', async () => {
  for (const length of [0, 10, sniffLength - 1, sniffLength * 3 + 7]) {
    const content = Buffer.alloc(length, 'abc');
    const { head, stream } = await sniff(streamOf(content, 1000));
    expect(head.equals(content.subarray(0, sniffLength))).toBe(true);
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  }
});
