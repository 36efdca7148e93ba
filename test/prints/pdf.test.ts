import { describe, expect, test } from '@jest/globals';
import { pdfOf } from '../../src/prints/pdf.js';
import { rowsOf, type Paper } from '../../src/prints/paper.js';
import { pdfText } from '../support/pdfText.js';

const paper = (over: Partial<Paper> = {}): Paper => ({
  title: '跨境电子商务统计表',
  under: ['2026-01 至 2026-12（北京时间）'],
  foot: '冻结摘要 SHA-256 0f1e2d',
  madeAt: new Date('2026-11-21T04:00:00Z'),
  blocks: [
    {
      kind: 'table',
      columns: [
        { title: '企业', wide: true },
        { title: '计入（人民币）', align: 'right' },
      ],
      rows: Array.from({ length: 120 }, (_, i) => ({
        cells: [`示例企业 ${i}`, `1,234,5${String(i).padStart(2, '0')}.89`],
      })),
    },
    { kind: 'seals', seals: [{ office: '商务主管部门', signed: '' }] },
  ],
  ...over,
});

describe('a printed file', () => {
  test('says in its text exactly what the paper says, on numbered pages with the foot on each', async () => {
    const text = pdfText(await pdfOf(paper()));
    const pages = text.split('\f').filter((page) => page.trim() !== '');
    expect(pages.length).toBeGreaterThan(1);
    pages.forEach((page, at) => {
      expect(page).toContain(`第 ${at + 1} 页，共 ${pages.length} 页`);
      expect(page).toContain('冻结摘要 SHA-256 0f1e2d');
    });
    for (let i = 0; i < 120; i++)
      expect(text).toMatch(new RegExp(`示例企业 ${i} +1,234,5${String(i).padStart(2, '0')}\\.89\n`));
    expect(text).toContain('商务主管部门（盖章）');
  });

  test('the head of a table stands on every page it goes on to', async () => {
    const text = pdfText(await pdfOf(paper({ blocks: paper().blocks.slice(0, 1) })));
    const pages = text.split('\f').filter((page) => page.trim() !== '');
    expect(pages.filter((page) => page.includes('计入（人民币）'))).toHaveLength(pages.length);
  });

  test('prints rare characters of names and the signs of arithmetic', async () => {
    const said = '重庆喆垚燊商贸有限公司：12 ≥ 10 → 5 × 2% = ¥0.10 − 0';
    expect(pdfText(await pdfOf(paper({ blocks: [{ kind: 'text', text: said }] })))).toContain(said);
  });

  test('shows the mark of missing type for a character that the typeface lacks, and never leaves it out', async () => {
    const blocks = [{ kind: 'text' as const, text: '张\u{2A6D6}公司' }];
    expect(pdfText(await pdfOf(paper({ blocks })))).toContain('张〓公司');
  });

  test('is the same file for the same paper', async () => {
    const [once, again] = [await pdfOf(paper()), await pdfOf(paper())];
    expect(once.equals(again)).toBe(true);
    expect(once.subarray(0, 5).toString()).toBe('%PDF-');
    expect(rowsOf(paper())).toBe(120);
  });
});
