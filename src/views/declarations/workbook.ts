import type { Cell, CellRow, WorkbookSheet } from '../../base/workbook.js';
import type { Catalogue } from '../../messages/catalogue.js';
import type { Queryable } from '../../store/store.js';
import { stageTexts } from '../../terms/stage.js';
import type { View } from '../view.js';
import {
  listDeclarations,
  type DeclarationFilter,
  type DeclarationSort,
  type DeclarationSummary,
} from './queries.js';

/** More rows than this are cut off, and the second sheet says so. */
const LIMIT = 20_000;
const STEP = 200;

const shanghai = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});
const timeOf = (iso: string | null) => (iso === null ? '' : shanghai.format(new Date(iso)));

const COLUMNS: [title: string, width: number, value: (d: DeclarationSummary) => string][] = [
  ['订单编号', 24, (d) => d.orderNo],
  ['阶段', 12, (d) => stageTexts[d.stage].zh],
  ['原因', 40, (d) => (d.cause ? `${d.cause.document.zh}：${d.cause.text.zh}` : '')],
  ['代码', 10, (d) => d.cause?.code ?? ''],
  ['处理办法', 40, (d) => d.cause?.remedy?.zh ?? ''],
  ['最近回执', 10, (d) => d.status?.status ?? ''],
  ['回执含义', 24, (d) => d.status?.text.zh ?? ''],
  ['状态时间（北京时间）', 20, (d) => timeOf(d.statusTime)],
  ['清单编号', 22, (d) => d.invtNo ?? ''],
  ['预录入编号', 22, (d) => d.preNo ?? ''],
  ['企业内部编号', 24, (d) => d.copNo],
  ['电商企业代码', 20, (d) => d.seller.code],
  ['电商企业', 28, (d) => d.seller.name],
  ['电商平台', 28, (d) => d.platform.name],
  ['监管方式', 10, (d) => d.regime],
  ['运抵国（启运国）', 16, (d) => d.country.text.zh],
  ['币制', 8, (d) => d.value.currency],
  ['提交时间（北京时间）', 20, (d) => timeOf(d.createdAt)],
  ['放行时间（北京时间）', 20, (d) => timeOf(d.releasedAt)],
];

/**
 * The declarations of a filter as the sheets of a workbook for people, in the order of the list: codes and numbers as text, values
 * as numbers, times in Asia/Shanghai. At most 20,000 rows; a second sheet says what was asked for and what was left out.
 */
export async function declarationSheets(
  db: Queryable,
  tenants: readonly string[],
  filter: DeclarationFilter,
  sort: DeclarationSort,
  view: View,
  catalogue: Catalogue,
): Promise<WorkbookSheet[]> {
  const text = (value: string, bold = false): Cell => ({
    value,
    format: '@',
    ...(bold ? { fontWeight: 'bold' } : {}),
  });
  const data: CellRow[] = [[...COLUMNS.map(([title]) => text(title, true)), text('货值', true)]];
  let cursor: string | undefined;
  let more = false;
  for (;;) {
    const page = await listDeclarations(db, tenants, filter, { cursor, limit: STEP, sort }, view, catalogue);
    for (const one of page.items)
      data.push([
        ...COLUMNS.map(([, , value]) => text(value(one))),
        { value: Number(one.value.amount), format: '#,##0.00' },
      ]);
    cursor = page.next ?? undefined;
    if (cursor === undefined) break;
    if (data.length > LIMIT) {
      more = true;
      break;
    }
  }
  const asked = Object.entries(filter).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  const about: [string, string][] = [
    ['筛选条件', asked.join('，') || '全部'],
    ['票数', String(data.length - 1)],
    ['完整', more ? `否：超过 ${LIMIT} 票，只导出了列表最前面的部分，请缩小筛选范围` : '是'],
    ['生成时间（北京时间）', timeOf(new Date().toISOString())],
  ];
  return [
    {
      data,
      sheet: '申报',
      columns: [...COLUMNS.map(([, width]) => ({ width })), { width: 14 }],
      stickyRowsCount: 1,
    },
    {
      data: about.map(([name, value]) => [text(name, true), text(value)]),
      sheet: '说明',
      columns: [{ width: 22 }, { width: 100 }],
    },
  ];
}
