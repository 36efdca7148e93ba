import type { Cell, CellRow, WorkbookSheet } from '../../base/workbook.js';
import { asText } from '../../awards/lines.js';
import { statusText } from '../../awards/clause.js';
import type { SheetView } from './sheet.js';

const text = (value: string | null, more: Partial<Cell> = {}): Cell => ({
  value: value ?? '',
  format: '@',
  wrap: true,
  alignVertical: 'top',
  ...(more as object),
});
const bold = (value: string): Cell => text(value, { fontWeight: 'bold' } as Partial<Cell>);

/**
 * The award sheet as a workbook: sheet 奖励表 (heading, mark, rows, pot, seal space, hash), sheet 计算过程 (every line of
 * arithmetic) and sheet 读法 (what was chosen, by whom, when). Money as text, exactly as computed.
 */
export function awardSheets(sheet: SheetView): WorkbookSheet[] {
  const foot = (label: string, value: string | null): Cell[] => [bold(label), text(value)];
  const main: CellRow[] = [
    [bold(sheet.heading.zh)],
    [text(sheet.title)],
    [bold(sheet.mark.zh)],
    [
      '统一社会信用代码',
      '企业名称',
      '结果',
      '核算金额（元）',
      '测算金额（元）',
      '拟拨付（元）',
      '适用条款',
      '记录数',
      '记录摘要 SHA-256',
    ].map(bold),
    ...sheet.rows.map((r) => [
      text(r.enterprise),
      text(r.name),
      text(statusText(r.status).zh),
      text(r.cny),
      text(r.estimateCny),
      text(r.granted),
      text(r.clauses.join('、')),
      text(String(r.records)),
      text(r.recordsSha256),
    ]),
    [bold('合计'), text(''), text(''), text(''), text(''), text(sheet.granted)],
    ...(sheet.pot ? [[bold('资金总额'), text(asText(sheet.pot.lines))]] : []),
    foot('依据', sheet.document),
    foot('数据截止（UTC）', sheet.asOf),
    foot('冻结摘要 SHA-256', sheet.hash),
    ...sheet.seals.flatMap((s) => [
      [bold(`${s.text.zh}（盖章）`), text(s.signedBy ? `${s.signedBy} ${s.signedAt ?? ''}` : ''), text('')],
      [text('')],
    ]),
  ];
  const arithmetic: CellRow[] = [
    ['统一社会信用代码', '企业名称', '计算过程'].map(bold),
    ...sheet.rows.flatMap((r) => [
      ...r.arithmetic.map((l) => [text(r.enterprise), text(r.name), text(l.zh)]),
      ...r.why.map((l) => [text(r.enterprise), text(r.name), text(`未能更多：${l.zh}`)]),
    ]),
  ];
  const readings: CellRow[] = [
    ['编号', '事项', '所选读法', '选定人', '选定时间（UTC）'].map(bold),
    ...sheet.readings.map((r) => [
      text(r.id),
      text(r.title.zh),
      text(r.text.zh),
      text(r.chosenBy),
      text(r.chosenAt),
    ]),
  ];
  const widths = (...all: number[]) => all.map((width) => ({ width }));
  return [
    {
      sheet: '奖励表',
      data: main,
      columns: widths(24, 30, 16, 18, 18, 18, 20, 10, 40),
      orientation: 'landscape' as const,
    },
    { sheet: '计算过程', data: arithmetic, columns: widths(24, 30, 90) },
    { sheet: '读法', data: readings, columns: widths(8, 24, 50, 18, 26) },
  ];
}
