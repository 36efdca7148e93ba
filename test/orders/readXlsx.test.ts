import { describe, expect, test } from '@jest/globals';
import writeExcelFile, { type Cell, type SheetData } from 'write-excel-file/node';
import { text, workbook, zip } from '../support/handmadeXlsx.js';
import { brief, readAll, refusal } from './reading.js';

const book = (data: SheetData, sheet = '订单') =>
  writeExcelFile(data, { sheet, dateFormat: 'yyyy-mm-dd hh:mm:ss' }).toBuffer();
const header = ['订单编号', '到账时间', '商品货号', '商品编码', '数量', '单价', '计量单位'];

describe('XLSX', () => {
  test('number cells keep the digits Excel shows, date cells are Beijing time, codes get their zeros back', async () => {
    const rows: Cell[][] = [
      header.map((value) => ({ value })),
      [
        { value: 'A1' },
        { value: new Date(Date.UTC(2026, 10, 3, 10, 20, 30)), type: Date },
        { value: 1001 },
        { value: 9503002100 },
        { value: 3 },
        { value: 19.989999999999998 },
        { value: 7 },
      ],
      [null, null, { value: 'B' }, null, { value: 0.1 + 0.2 }, { value: 1e-5 }, { value: '个' }],
    ];
    const [read, ...more] = await readAll(await book(rows), 'xlsx');
    expect(more).toEqual([]);
    expect(read!.faults).toEqual([]);
    expect(read!.order!.payment.accountingDate).toBe('2026-11-03T02:20:30Z');
    expect(read!.order!.lines).toMatchObject([
      { itemNo: '1001', gcode: '9503002100', qty: '3', price: '19.99', unit: '007', totalPrice: '59.97' },
      { itemNo: 'B', qty: '0.3', price: '0.00001', unit: '007' },
    ]);
    expect(read!.lineRows).toEqual([2, 3]);
  });

  test('the sheet 订单 is read wherever it stands; without it the first one', async () => {
    const other: SheetData = [['说明'], ['不要读我']];
    const orders: SheetData = [['订单编号'], ['A1']];
    const both = await writeExcelFile([
      { sheet: '说明', data: other },
      { sheet: '订单', data: orders },
    ]).toBuffer();
    expect((await readAll(both, 'xlsx'))[0]!.order!.orderNo).toBe('A1');
    expect((await readAll(await book(orders, 'Tabelle1'), 'xlsx'))[0]!.order!.orderNo).toBe('A1');
  });

  test('of several sheets the one with order numbers is read: not an empty one, a cover or a hidden one', async () => {
    const orders: SheetData = [
      ['订单号', '数量'],
      ['A1', 1],
    ];
    for (const before of [[], [['说明'], ['请填写第二页']]] as SheetData[]) {
      const bytes = await writeExcelFile([
        { sheet: 'Sheet1', data: before },
        { sheet: '11月', data: orders },
      ]).toBuffer();
      expect((await readAll(bytes, 'xlsx')).map((r) => r.order!.orderNo)).toEqual(['A1']);
    }
    const rels = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const sheet = (number: string) =>
      Buffer.from(
        `<worksheet><sheetData><row r="1">${text('A1', '订单号')}${text('B1', '数量')}</row><row r="2">${text('A2', number)}</row></sheetData></worksheet>`,
      );
    const hidden = zip({
      '[Content_Types].xml': Buffer.from('<Types/>'),
      'xl/workbook.xml': Buffer.from(
        `<workbook xmlns:r="${rels}"><sheets><sheet name="旧" sheetId="1" state="hidden" r:id="rId1"/><sheet name="新" sheetId="2" r:id="rId2"/></sheets></workbook>`,
      ),
      'xl/_rels/workbook.xml.rels': Buffer.from(
        `<Relationships><Relationship Target="worksheets/sheet1.xml" Type="${rels}/worksheet" Id="rId1"/><Relationship Id="rId2" Type="${rels}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
      ),
      'xl/worksheets/sheet1.xml': sheet('OLD'),
      'xl/worksheets/sheet2.xml': sheet('NEW'),
    });
    expect((await readAll(hidden, 'xlsx')).map((r) => r.order!.orderNo)).toEqual(['NEW']);
  });

  test('a formula counts by its result, a formula error is a fault with its cell’s column', async () => {
    const bytes = workbook(
      `<row r="1">${text('A1', '订单编号')}${text('B1', '数量')}${text('C1', '单价')}</row>` +
        `<row r="2">${text('A2', 'A1')}<c r="B2"><f>1+2</f><v>3</v></c><c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>` +
        `<row r="3">${text('A3', 'A2')}<c r="B3"><v>4</v></c><c r="C3"><v>5</v></c></row>`,
    );
    const read = await readAll(bytes, 'xlsx');
    expect(read.map((r) => brief(r.faults))).toEqual([['I32 lines[0].price'], []]);
    expect(read[0]!.faults[0]!.message.zh).toBe('“单价”是公式错误（#DIV/0!）');
    expect(read[0]!.order!.lines[0]!.qty).toBe('3');
  });

  test('a formula error on another sheet does not matter', async () => {
    const rels = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const sheet = (rows: string) => Buffer.from(`<worksheet><sheetData>${rows}</sheetData></worksheet>`);
    const bytes = zip({
      '[Content_Types].xml': Buffer.from('<Types/>'),
      'xl/workbook.xml': Buffer.from(
        `<workbook xmlns:r="${rels}"><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/><sheet name="订单" sheetId="2" r:id="rId3"/></sheets></workbook>`,
      ),
      'xl/_rels/workbook.xml.rels': Buffer.from(
        `<Relationships><Relationship Target="worksheets/sheet2.xml" Type="${rels}/worksheet" Id="rId3"/><Relationship Id="rId7" Type="${rels}/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
      ),
      'xl/worksheets/sheet1.xml': sheet('<row r="1"/><row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'),
      'xl/worksheets/sheet2.xml': sheet(
        `<row r="1">${text('A1', '订单编号')}</row><row r="2">${text('A2', 'A1')}</row>`,
      ),
    });
    const [read] = await readAll(bytes, 'xlsx');
    expect(read!.faults).toEqual([]);
    expect(read!.order!.orderNo).toBe('A1');
  });

  test('a long number that Excel has cut is faulted', async () => {
    const [read] = await readAll(
      workbook(
        `<row r="1">${text('A1', '订单编号')}${text('B1', '数量')}</row>` +
          `<row r="2"><c r="A2"><v>2.0261101000001201E+17</v></c><c r="B2"><v>1</v></c></row>`,
      ),
      'xlsx',
    );
    expect(brief(read!.faults)).toEqual(['I31 orderNo']);
  });

  test('an archive that unpacks to more than the limit is refused while it is counted', async () => {
    const bomb = workbook(`<row r="1">${text('A1', ' '.repeat(16 * 2 ** 20))}</row>`);
    expect(bomb.length).toBeLessThan(100_000);
    const error = await refusal(readAll(bomb, 'xlsx', { limits: { maxXlsxUnpacked: 8 * 2 ** 20 } }));
    expect(brief(error.faults)).toEqual(['I08']);
    expect(error.status).toBe(413);
  });

  test('a sheet over the row limit is refused with the advice to use CSV', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [`A${i}`]);
    const error = await refusal(
      readAll(await book([['订单编号'], ...rows]), 'xlsx', { limits: { maxXlsxRows: 20 } }),
    );
    expect(brief(error.faults)).toEqual(['I09']);
    expect(error.faults[0]!.fix.zh).toContain('CSV');
  });

  test('damaged, empty and headless workbooks are refused', async () => {
    const good = await book([['订单编号'], ['A1']]);
    // One byte of the sheet's data.
    const spoilt = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const at = copy.indexOf('xl/worksheets/sheet1.xml') + 60;
      copy[at] = copy[at]! ^ 0xff;
      return copy;
    };
    for (const [bytes, code] of [
      [Buffer.alloc(0), 'I03'],
      [good.subarray(0, good.length / 2), 'I10'],
      [spoilt(good), 'I10'],
      [zip({ 'a.txt': Buffer.from('x') }), 'I10'],
      [await book([['订单编号']]), 'I04'],
      [await book([['颜色'], ['A1']]), 'I07'],
    ] as const)
      expect(brief((await refusal(readAll(bytes, 'xlsx'))).faults)).toEqual([code]);
  });

  test('a file over the size limit is refused with status 413', async () => {
    const error = await refusal(
      readAll(await book([['订单编号'], ['A1']]), 'xlsx', { limits: { maxXlsxBytes: 500 } }),
    );
    expect(brief(error.faults)).toEqual(['I08']);
    expect(error.status).toBe(413);
  });
});
