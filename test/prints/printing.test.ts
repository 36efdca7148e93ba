import { afterAll, describe, expect, test } from '@jest/globals';
import readXlsxFile from 'read-excel-file/node';
import { FaultError } from '../../src/base/fault.js';
import { workbookOf, type WorkbookSheet } from '../../src/base/workbook.js';
import { pdfOf } from '../../src/prints/pdf.js';
import type { Paper } from '../../src/prints/paper.js';
import { Printing, printLimits } from '../../src/prints/printing.js';
import { eventually } from '../support/gateway.js';
import { helpersOf } from '../support/helperProcesses.js';

const printing = new Printing();
afterAll(() => printing.close());

const paper: Paper = {
  title: '跨境电子商务统计表',
  under: ['2026-01 至 2026-12（北京时间）'],
  mark: undefined,
  foot: '摘要 0f1e2d',
  madeAt: new Date('2026-11-21T04:00:00Z'),
  blocks: [
    { kind: 'facts', rows: [['企业', '重庆喆垚燊商贸有限公司']] },
    { kind: 'table', columns: [{ title: '净值', align: 'right' }], rows: [{ cells: ['1.20'], level: 1 }] },
  ],
};
const sheets = (rows: number): WorkbookSheet[] => [
  {
    sheet: '申报',
    data: Array.from({ length: rows }, (_, i) => [{ value: `=1+${i}`, format: '@' }, { value: 0.1 }, null]),
    columns: [{ width: 20 }],
    stickyRowsCount: 1,
  },
  { sheet: '说明', data: [[{ value: '完整' }]] },
];
const codeOf = (error: unknown) => (error instanceof FaultError ? error.faults[0]?.code : error);

describe('files made apart', () => {
  test('are what they would be here: papers byte for byte, workbooks of many slices cell for cell', async () => {
    expect((await printing.pdf(paper)).equals(await pdfOf(paper))).toBe(true);
    // A workbook says when it was made.
    const read = await readXlsxFile(await printing.workbook(sheets(2_000)));
    expect(read).toEqual(await readXlsxFile(await workbookOf(sheets(2_000))));
    expect(read.map(({ sheet, data }) => [sheet, data.length])).toEqual([
      ['申报', 2_000],
      ['说明', 1],
    ]);
    expect(read[0]!.data.at(-1)).toEqual(['=1+1999', 0.1]);
  });

  test('of several people take turns: who asks for one does not wait for all of who asks for many', async () => {
    const done: string[] = [];
    const ask = (who: string) => printing.workbook(sheets(1), { who }).then(() => done.push(who));
    await Promise.all([...Array.from({ length: 5 }, () => ask('many')), ask('one')]);
    expect(done.indexOf('one')).toBeLessThan(3);
    expect(done).toHaveLength(6);
  });

  test('more than one person may have waiting are refused at once; those that wait are made', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, () => printing.workbook(sheets(1), { who: 'greedy' })),
    );
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [codeOf(one.reason)] : []));
    expect(refused).toEqual(['A29', 'A29', 'A29']);
  });

  test('are not made for who is gone, whether waiting or at work, and the next is', async () => {
    const gone = new AbortController();
    const { signal } = gone;
    const left = [printing.pdf(paper, { signal }), printing.pdf(paper, { signal })];
    gone.abort();
    for (const one of await Promise.allSettled(left))
      expect(one).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } });
    expect((await printing.pdf(paper)).length).toBeGreaterThan(1_000);
  });

  test('that take too long or too much memory are refused in words, and nothing of them goes on', async () => {
    const before = helpersOf('prints');
    for (const limits of [
      { ...printLimits, answerMs: 1 },
      { ...printLimits, memoryMb: 8 },
    ]) {
      const tight = new Printing(limits);
      expect(codeOf(await tight.pdf(paper).catch((error: unknown) => error))).toBe('Y06');
      tight.close();
    }
    await eventually(
      async () => helpersOf('prints'),
      (now) => now.every((pid) => before.includes(pid)),
    );
  });
});
