import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { zip } from '../support/handmadeXlsx.js';
import { shopExport } from '../support/shopExports.js';
import { csvTable, noFaults, readTable } from './tables.js';

const text = (cells: readonly (string | number | null)[]): SheetData[number] =>
  cells.map((value) =>
    value === null ? null : { value, type: typeof value === 'number' ? Number : String },
  );
const iconv = (to: string, content: string): Buffer =>
  execFileSync('iconv', ['-f', 'utf-8', '-t', to], { input: content });

describe('files with the odds of ERPs and spreadsheets', () => {
  test('GB 18030 with a character of four bytes, quoted line breaks, blank rows and a totals row', async () => {
    const content = csvTable([
      ['订单号', '收件人', '详细地址', '货号', '品名', '数量', '单价', '币种', '收货国家'],
      ['E1', '𠮷田', '1 Road\nUnit 2', 'S1', '㑇色毛绒熊', '1', '3.00', 'USD', '日本'],
      ['', '', '', '', '', '', '', '', ''],
      ['E2', '李', '2 Road', 'S1', '毛绒熊', '2', '3.00', 'USD', '日本'],
      ['总计', '', '', '', '', '3', '9.00', '', ''],
    ]);
    const result = await readTable(iconv('gb18030', content));
    noFaults(result);
    expect(result.asked).toEqual([]);
    expect(result.orders.map((o) => o.goodsValue)).toEqual(['3', '6']);
    expect(result.orders[0]).toMatchObject({ consignee: { name: '𠮷田' }, lines: [{ gname: '㑇色毛绒熊' }] });
  });

  test('lines ended by CR alone, as an old Mac writes them', async () => {
    const content = csvTable(
      shopExport('mabang', [
        {
          订单编号: 'M1',
          交易编号: 'T1',
          店铺名: 's',
          SKU: 'A',
          商品数量: '2',
          商品售价: '5.5',
          币种: 'EUR',
          所属国家: '法国',
        },
        {
          订单编号: 'M2',
          交易编号: 'T2',
          店铺名: 's',
          SKU: 'A',
          商品数量: '1',
          商品售价: '5.5',
          币种: 'EUR',
          所属国家: '法国',
        },
      ]),
    ).replaceAll('\r\n', '\r');
    const result = await readTable(content);
    noFaults(result);
    expect(result.orders.map((o) => [o.orderNo, o.goodsValue])).toEqual([
      ['M1', '11'],
      ['M2', '5.5'],
    ]);
  });

  test('a first line that tells Excel the separator, decimals with a comma', async () => {
    const result = await readTable(
      '\uFEFFsep=;\r\norderNo;gcode;gname;qty;unit;price;currency;country\r\nE1;9503002100;玩具;2;PCS;12,50;EUR;DE\r\n',
    );
    noFaults(result);
    expect(result.orders).toMatchObject([
      {
        orderNo: 'E1',
        currency: '300',
        goodsValue: '25',
        list: { country: '304' },
        lines: [{ price: '12.50' }],
      },
    ]);
  });

  test('“Unicode text” of Excel: UTF-16 with tabs', async () => {
    const result = await readTable(
      Buffer.from('\uFEFF订单编号\t货号\t数量\t单价\t实重kg\r\nE1\tS\t1\t2.5\t0,35\r\n', 'utf16le'),
    );
    noFaults(result);
    expect(result.orders).toMatchObject([{ waybill: { grossWeight: '0.35' }, lines: [{ price: '2.5' }] }]);
  });

  test('dates as serial numbers, numbers as text with an apostrophe, amounts with thousands', async () => {
    const result = await readTable(
      csvTable([
        ['订单号', '付款时间', '出口日期', 'SKU', '数量', '单价', '运单号'],
        ["'0012345678901234567", '46327.4305555556', '46328', "'007", "'1,000", '1，234.50', "'YT001"],
      ]),
    );
    noFaults(result);
    expect(result.orders).toEqual([
      {
        orderNo: '0012345678901234567',
        goodsValue: '1234500',
        payment: { accountingDate: '2026-11-01T02:20:00Z' },
        list: { ieDate: '2026-11-02' },
        waybill: { logisticsNo: 'YT001' },
        lines: [{ itemNo: '007', qty: '1000', price: '1234.50', totalPrice: '1234500' }],
      },
    ]);
  });

  test.each(['orderNo', '物流运单编号'])(
    '%s that a spreadsheet cut to 1.23457E+17 is a fault, told as what happened',
    async (column) => {
      const header = ['订单编号', '物流运单编号', '货号'];
      const row = column === 'orderNo' ? ['1.23457E+17', 'Y1', 'S'] : ['A1', '1.23457E+17', 'S'];
      const { read } = await readTable(csvTable([header, row]));
      expect(read[0]!.faults.map((f) => `${f.code} ${f.path}`)).toEqual([
        `I30 ${column === 'orderNo' ? 'orderNo' : 'waybill.logisticsNo'}`,
      ]);
    },
  );

  test('a merged title, a row of groups above the names, a footer: as workbook', async () => {
    const data: SheetData = [
      [
        { value: '重庆某某公司 11 月跨境订单', type: String, columnSpan: 7 },
        null,
        null,
        null,
        null,
        null,
        null,
      ],
      text(['订单信息', null, '商品信息', null, null, null, '物流信息']),
      text(['订单号', '付款时间', '商品编码', '品名', '数量', '单价(USD)', '运单号']),
      text(['E1', '2026-11-01 10:00', '9503002100', '毛绒玩具', 2, 3.5, 'YT1']),
      text(['E2', '2026/11/1 11:00', '9503002100', '毛绒玩具', 1, 3.5, 'YT2']),
      text([null, null, null, '合计', 3, null, null]),
      text(['制表：张三', null, null, null, null, null, '审核：李四']),
    ];
    const result = await readTable(await writeExcelFile(data, { sheet: '订单明细' }).toBuffer(), 'xlsx');
    noFaults(result);
    expect(result.notes.headerRow).toBe(3);
    expect(result.asked).toEqual([]);
    expect(result.orders.map((o) => [o.orderNo, o.currency, o.goodsValue])).toEqual([
      ['E1', '502', '7'],
      ['E2', '502', '3.5'],
    ]);
  });

  test('the orders on a second sheet, behind one of notes and one that is hidden', async () => {
    const result = await readTable(
      workbookOf([
        { name: '说明', rows: row(1, '使用说明') + row(2, '1. 请勿修改表头', '2. 每行一个商品') },
        { name: '旧数据', state: 'hidden', rows: row(1, '订单号', 'SKU', '数量') + row(2, 'OLD', 'S', '9') },
        { name: '导出', rows: row(1, '订单号', 'SKU', '数量', '单价') + row(2, 'E1', 'S', '1', '2') },
      ]),
      'xlsx',
    );
    noFaults(result);
    expect(result.orders.map((o) => o.orderNo)).toEqual(['E1']);
  });

  test('formulas count by their stored result, inline strings without a table of strings', async () => {
    const formula =
      '<c r="C2"><v>3</v></c><c r="D2"><v>2.5</v></c><c r="E2"><f>C2*D2</f><v>7.5</v></c></row>';
    const rows =
      row(1, '订单号', 'SKU', '数量', '单价', '小计') + row(2, 'E1', 'S').replace('</row>', formula);
    const result = await readTable(workbookOf([{ name: 'Sheet1', rows }]), 'xlsx');
    noFaults(result);
    expect(result.orders).toMatchObject([{ goodsValue: '7.5', lines: [{ qty: '3', totalPrice: '7.5' }] }]);
  });

  test.each([
    [
      '领星',
      [
        '平台单号',
        '店铺',
        'MSKU',
        'SKU',
        '品名',
        '数量',
        '单价',
        '币种',
        '国家',
        '物流商',
        '物流跟踪号',
        '实际重量(g)',
      ],
      ['MSKU'],
    ],
    [
      '易仓',
      [
        '参考单号',
        '订单号',
        '产品SKU',
        '产品数量',
        '销售单价',
        '币种',
        '收件人国家',
        '跟踪号',
        '仓库',
        '运输方式',
      ],
      ['参考单号'],
    ],
    [
      '通途',
      [
        '订单编号',
        '平台',
        '账号',
        '商品SKU',
        '商品名称',
        '件数',
        '售价',
        '货币',
        '目的国家',
        '货运单号',
        '重量kg',
      ],
      ['平台', '重量kg'],
    ],
    [
      '芒果店长',
      ['订单号', '交易号', 'SKU', '数量', '销售价', '币种', '收件国家', '收件人', '电话', '地址1', '跟踪号'],
      ['交易号', '电话', '地址1'],
    ],
    [
      'eBay',
      [
        'Sales Record Number',
        'Buyer Username',
        'Item Number',
        'Item Title',
        'Quantity',
        'Sold For',
        'Ship To Country',
        'Tracking Number',
      ],
      ['Sold For'],
    ],
  ])('%s: what is not known is asked once, nothing is refused', async (_erp, header, asked) => {
    const value = (name: string): string =>
      /数量|件数|qty|quantity/i.test(name)
        ? '2'
        : /价|sold for/i.test(name)
          ? '3.00'
          : /币|货币/.test(name)
            ? 'USD'
            : /国家|country/i.test(name)
              ? '美国'
              : /重量/.test(name)
                ? '350'
                : 'V1';
    const result = await readTable(csvTable([header, header.map(value)]));
    expect(result.read.flatMap((r) => r.faults.filter((f) => f.severity === 'fault'))).toEqual([]);
    expect(result.asked).toEqual(asked);
  });
});

/** A row of texts that stand in the sheet itself. */
function row(number: number, ...cells: readonly string[]): string {
  const inside = cells.map(
    (value, i) => `<c r="${'ABCDEFG'[i]}${number}" t="inlineStr"><is><t>${value}</t></is></c>`,
  );
  return `<row r="${number}">${inside.join('')}</row>`;
}

/** A workbook with nothing but what the format demands. */
function workbookOf(sheets: readonly { name: string; state?: string; rows: string }[]): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const names = sheets.map(
    ({ name, state = 'visible' }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}" state="${state}" r:id="rId${i + 1}"/>`,
  );
  const targets = sheets.map(
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${rel}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const files: Record<string, string> = {
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${rel}"><sheets>${names.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.join('')}</Relationships>`,
  };
  for (const [i, { rows }] of sheets.entries())
    files[`xl/worksheets/sheet${i + 1}.xml`] =
      `<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`;
  return zip(Object.fromEntries(Object.entries(files).map(([name, xml]) => [name, Buffer.from(xml)])));
}
