import { workbookOf, type Cell, type SheetData } from '../base/workbook.js';
import type { Block, Paper, TableBlock } from './paper.js';

const NUMBER = /^−?[\d,]+(\.\d+)?$/;

/** Text as text, figures of right-aligned columns as numbers with the places they are printed with. */
function cellOf(value: string, right: boolean, strong = false): Cell {
  const bold = strong ? { fontWeight: 'bold' as const } : {};
  if (!right || !NUMBER.test(value)) return { value, type: String, format: '@', wrap: true, ...bold };
  const places = value.split('.')[1]?.length ?? 0;
  return {
    value: Number(value.replaceAll(',', '').replace('−', '-')),
    type: Number,
    format: places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`,
    ...bold,
  };
}

/**
 * A paper as an Excel workbook: a sheet for every table with the same rows and columns as the printed file, and a last one with
 * what stands around them (title, period, what the figures mean).
 */
export async function xlsxOf(paper: Paper): Promise<Buffer> {
  const tables = paper.blocks.filter((block): block is TableBlock => block.kind === 'table');
  const about = [
    [cellOf(paper.title, false, true)],
    ...paper.under.map((line) => [cellOf(line, false)]),
    ...(paper.mark ? [[cellOf(paper.mark, false, true)]] : []),
    ...paper.blocks.flatMap(aboutOf),
  ];
  return workbookOf([
    ...tables.map((table, at) => ({
      sheet: tables.length === 1 ? '统计' : `表 ${at + 1}`,
      data: [
        table.columns.map(({ title }) => cellOf(title, false, true)),
        ...table.rows.map((row) =>
          table.columns.map(({ align }, i) => {
            const cell = cellOf(row.cells[i] ?? '', align === 'right', row.strong);
            return i === 0 && row.level ? { ...cell, indent: row.level } : cell;
          }),
        ),
      ] as SheetData,
      columns: table.columns.map(({ title, wide }) => ({
        width: wide ? 40 : Math.max(14, title.length * 2),
      })),
      stickyRowsCount: 1,
    })),
    { sheet: '说明', data: about as SheetData, columns: [{ width: 30 }, { width: 100 }] },
  ]);
}

const aboutOf = (block: Block): Cell[][] =>
  block.kind === 'facts'
    ? block.rows.map(([name, value]) => [cellOf(name, false, true), cellOf(value, false)])
    : block.kind === 'grid'
      ? block.cells.map(({ label, value }) => [cellOf(label, false, true), cellOf(value, false)])
      : block.kind === 'text'
        ? [[cellOf(block.text, false)]]
        : [];
