import { expect, test } from '@jest/globals';
import readXlsxFile, { readSheet } from 'read-excel-file/node';
import { pdfOf } from '../../src/prints/pdf.js';
import { workbookOf } from '../../src/base/workbook.js';
import { sheetsOf } from '../../src/prints/xlsx.js';
import { warehousePaper } from '../../src/views/warehouses/paper.js';
import { pdfText } from '../support/pdfText.js';

const flow = (cny: string) => ({ cny, usd: '0.00' });
const sums = (closing: string, served: number) => ({
  warehouses: 1,
  lines: 3,
  withoutRate: 0,
  area: '3000.00',
  averageArea: '2000.50',
  stock: {
    opening: flow('100000.00'),
    departed: flow('2345678.90'),
    sold: flow('1234567.80'),
    returned: flow('0.00'),
    lost: flow('1.10'),
    moved_in: flow('0.00'),
    moved_out: flow('0.00'),
    closing: flow(closing),
  },
  averageStockCny: '500000.00',
  turnoverDays: '148.2',
  averageAgeDays: null,
  ages: [],
  served,
  servedOthers: 1,
});

test('warehouse figures say the same in print and in Excel, where amounts are numbers', async () => {
  const paper = warehousePaper(
    {
      by: 'warehouse',
      from: '2026-01-01',
      to: '2026-11-21',
      days: 325,
      lines: [{ key: 'w1', text: { zh: '洛杉矶一号仓', en: 'LA 1' }, ...sums('1211110.00', 4) }],
      sum: sums('1211110.00', 4),
    },
    new Date('2026-11-21T12:00:00Z'),
  );
  const text = pdfText(await pdfOf(paper));
  for (const wanted of [
    '海外仓统计表',
    '数据截至 2026-11-21 20:00:00',
    '1,234,567.80',
    '148.2',
    '填报单位（盖章）',
  ])
    expect(text).toContain(wanted);
  expect(text).toMatch(/洛杉矶一号仓\s+3,000\.00\s+2,000\.50\s+100,000\.00\s+2,345,678\.90/);

  const [head, first, sum] = await readSheet(await workbookOf(sheetsOf(paper)));
  expect(head?.slice(0, 3)).toEqual(['海外仓', '期末面积（平方米）', '平均面积（平方米）']);
  expect(first).toEqual([
    '洛杉矶一号仓',
    3000,
    2000.5,
    100000,
    2345678.9,
    1234567.8,
    0,
    1.1,
    1211110,
    148.2,
    '—',
    4,
  ]);
  expect(sum?.[0]).toBe('合计');
  const sheets = await readXlsxFile(await workbookOf(sheetsOf(paper)));
  expect(sheets.map(({ sheet }) => sheet)).toEqual(['统计', '说明']);
});
