import type { z } from 'zod';
import { shanghaiText } from '../../base/clock.js';
import { groupDigits } from '../../base/decimal.js';
import type { Paper } from '../../prints/paper.js';
import type { warehouseFiguresSchema } from './shapes.js';

type Figures = z.output<typeof warehouseFiguresSchema>;
type Sums = Figures['sum'];

const GROUPINGS: Record<Figures['by'], string> = {
  warehouse: '海外仓',
  country: '国家（地区）',
  enterprise: '企业',
};
const amount = (value: string | null): string => (value === null ? '—' : groupDigits(value));

/** What is said of each line and of the sum, in this order. */
const COLUMNS: readonly { title: string; cell(sums: Sums): string }[] = [
  { title: '期末面积（平方米）', cell: ({ area }) => amount(area) },
  { title: '平均面积（平方米）', cell: ({ averageArea }) => amount(averageArea) },
  { title: '期初在库（元）', cell: ({ stock }) => amount(stock.opening.cny) },
  { title: '入仓（元）', cell: ({ stock }) => amount(stock.departed.cny) },
  { title: '销售（元）', cell: ({ stock }) => amount(stock.sold.cny) },
  { title: '退运（元）', cell: ({ stock }) => amount(stock.returned.cny) },
  { title: '损耗（元）', cell: ({ stock }) => amount(stock.lost.cny) },
  { title: '期末在库（元）', cell: ({ stock }) => amount(stock.closing.cny) },
  { title: '周转天数', cell: ({ turnoverDays }) => amount(turnoverDays) },
  { title: '平均库龄（天）', cell: ({ averageAgeDays }) => amount(averageAgeDays) },
  { title: '服务企业', cell: ({ served }) => String(served) },
];

/** Figures of overseas warehouses as a paper; `madeAt` is when they were asked. */
export function warehousePaper(figures: Figures, madeAt: Date): Paper {
  const span = `${figures.from} 至 ${figures.to}（${figures.days} 天）`;
  const at = shanghaiText(madeAt);
  return {
    title: '海外仓统计表',
    under: [span, `数据截至 ${at}（北京时间）`],
    landscape: true,
    madeAt,
    foot: `海外仓统计表 · ${span} · 数据截至 ${at}`,
    blocks: [
      ...(figures.sum.withoutRate > 0
        ? [{ kind: 'text' as const, text: `有 ${figures.sum.withoutRate} 行库存缺汇率，金额未计入。` }]
        : []),
      {
        kind: 'table',
        columns: [
          { title: GROUPINGS[figures.by], wide: true },
          ...COLUMNS.map(({ title }) => ({ title, align: 'right' as const })),
        ],
        rows: [
          ...figures.lines.map((line) => ({
            cells: [line.text.zh, ...COLUMNS.map(({ cell }) => cell(line))],
          })),
          { strong: true, cells: ['合计', ...COLUMNS.map(({ cell }) => cell(figures.sum))] },
        ],
      },
      {
        kind: 'facts',
        rows: [
          ['金额', '各行商品结关记录的离岸价（FOB），按该记录的汇率折算'],
          ['周转天数', '平均在库金额 ÷ 销售金额 × 天数；没有销售的不列'],
          ['面积与企业', '合计为全部海外仓合并计算，不是各行相加'],
        ],
      },
      {
        kind: 'seals',
        seals: [
          { office: '填报单位', signed: '' },
          { office: '复核', signed: '' },
        ],
      },
    ],
  };
}
