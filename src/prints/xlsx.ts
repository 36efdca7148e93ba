import type { Cell, CellRow, StyledCell, WorkbookSheet } from '../base/workbook.js';
import type { Block, Paper, TableBlock } from './paper.js';

const NUMBER = /^−?[\d,]+(\.\d+)?$/;

/** Text as text, figures of right-aligned columns as numbers with the places they are printed with. */
function cellOf(value: string, right: boolean, strong = false): StyledCell {
  const bold = strong ? { fontWeight: 'bold' as const } : {};
  if (!right || !NUMBER.test(value)) return { value, format: '@', wrap: true, ...bold };
  const places = value.split('.')[1]?.length ?? 0;
  return {
    value: Number(value.replaceAll(',', '').replace('−', '-')),
    format: places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`,
    ...bold,
  };
}

/**
 * A paper as the sheets of a workbook: a sheet for every table with the same rows and columns as the printed file, and a last one with
 * what stands around them (title, period, what the figures mean).
 */
export function sheetsOf(paper: Paper): WorkbookSheet[] {
  const tables = paper.blocks.filter((block): block is TableBlock => block.kind === 'table');
  const about = [
    [cellOf(paper.title, false, true)],
    ...paper.under.map((line) => [cellOf(line, false)]),
    ...(paper.mark ? [[cellOf(paper.mark, false, true)]] : []),
    ...paper.blocks.flatMap(aboutOf),
  ];
  return [
    ...tables.map((table, at) => ({
      sheet: tables.length === 1 ? '统计' : `表 ${at + 1}`,
      data: rowsOf(table),
      columns: table.columns.map(({ title, wide }) => ({
        width: wide ? 40 : Math.max(14, title.length * 2),
      })),
      stickyRowsCount: 1,
    })),
    { sheet: '说明', data: about, columns: [{ width: 30 }, { width: 100 }] },
  ];
}

function* rowsOf({ columns, rows }: TableBlock): Generator<CellRow> {
  yield columns.map(({ title }) => cellOf(title, false, true));
  for (const row of rows)
    yield columns.map(({ align }, i) => {
      const cell = cellOf(row.cells[i] ?? '', align === 'right', row.strong);
      return i === 0 && row.level ? { ...cell, indent: row.level } : cell;
    });
}

const aboutOf = (block: Block): Cell[][] =>
  block.kind === 'facts'
    ? block.rows.map(([name, value]) => [cellOf(name, false, true), cellOf(value, false)])
    : block.kind === 'grid'
      ? block.cells.map(({ label, value }) => [cellOf(label, false, true), cellOf(value, false)])
      : block.kind === 'text'
        ? [[cellOf(block.text, false)]]
        : [];
