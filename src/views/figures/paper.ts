import { shanghaiText } from '../../base/clock.js';
import { groupDigits } from '../../base/decimal.js';
import type { Paper, TableBlock } from '../../prints/paper.js';
import { DIMENSION_TITLES, sourceNotes } from './exchange.js';
import type { Figures } from './figures.js';
import type { GroupedLine } from './grouped.js';

type Sums = Pick<Figures['sum'], 'gross' | 'withdrawn' | 'returned' | 'net' | 'pending' | 'yearOnYear'>;

interface Column {
  title: string;
  cell(sums: Sums): string;
}

/** The columns of the page: those that hold nothing anywhere are left out. */
function columnsOf({ sum }: Figures): Column[] {
  const taken = (kind: 'withdrawn' | 'returned', title: string): Column[] =>
    sum[kind].lines === 0
      ? []
      : [{ title, cell: (s) => (s[kind].lines === 0 ? '—' : `−${groupDigits(s[kind].cny)}`) }];
  return [
    { title: '票数', cell: ({ gross }) => groupDigits(String(gross.documents)) },
    { title: '计入（人民币）', cell: ({ gross }) => groupDigits(gross.cny) },
    { title: '计入（美元）', cell: ({ gross }) => groupDigits(gross.usd) },
    ...taken('withdrawn', '撤单（人民币）'),
    ...taken('returned', '退货（人民币）'),
    { title: '净额（人民币）', cell: ({ net }) => groupDigits(net.cny) },
    { title: '净额（美元）', cell: ({ net }) => groupDigits(net.usd) },
    ...(sum.yearOnYear ? [{ title: '净额同比', cell: (s: Sums) => growthText(s.yearOnYear?.net.cny) }] : []),
    ...(sum.pending.lines > 0
      ? [
          {
            title: '已放行未结关',
            cell: ({ pending }: Sums) => (pending.lines === 0 ? '—' : groupDigits(pending.cny)),
          },
        ]
      : []),
  ];
}

/** `-0.1234` → `−12.34%`; a dash where there is no base to compare with. */
function growthText(rate: string | null | undefined): string {
  if (rate === null || rate === undefined) return '—';
  const negative = rate.startsWith('-');
  const [whole = '0', fraction = ''] = rate.replace('-', '').split('.');
  const digits = `${whole}${fraction.padEnd(4, '0')}`;
  const at = whole.length + 2;
  return `${negative ? '−' : '+'}${groupDigits(String(Number(digits.slice(0, at))))}.${digits.slice(at)}%`;
}

const DIRECTIONS: Readonly<Record<string, string>> = { E: '出口', I: '进口' };

/** Totals as a paper: groups with subtotals, the grand total once at the end, what the figures mean and where they come from. */
export function figuresPaper(figures: Figures, rows: readonly GroupedLine[], chosen: string[]): Paper {
  const columns = columnsOf(figures);
  const titleOf = (d: string) => DIMENSION_TITLES[d] ?? d;
  const table: TableBlock = {
    kind: 'table',
    columns: [
      { title: figures.by.map(titleOf).join(' › '), wide: true },
      ...columns.map(({ title }) => ({ title, align: 'right' as const })),
    ],
    rows: [
      ...rows.map(({ line, dimension, level, group }) => ({
        level,
        strong: group,
        cells: [
          line.text[dimension]?.zh || (line.key[dimension] ?? ''),
          ...columns.map(({ cell }) => cell(line)),
        ],
      })),
      { strong: true, cells: ['合计', ...columns.map(({ cell }) => cell(figures.sum))] },
    ],
  };
  const { sum, status } = figures;
  const asOf = shanghaiText(new Date(figures.asOf));
  const revision = status.revision > 0 ? `，第 ${status.revision} 版` : '';
  return {
    title: '跨境电子商务统计表',
    under: [
      `${figures.from} 至 ${figures.to}（北京时间）${chosen.map((c) => ` · ${c}`).join('')}`,
      `${status.text.zh}${revision}${status.changedSince ? '（确认之后又有记录变化）' : ''} · 数据截至 ${asOf}`,
    ],
    landscape: columns.length > 5,
    madeAt: new Date(figures.asOf),
    foot: `跨境电子商务统计表 · ${figures.from} 至 ${figures.to} · 数据截至 ${asOf}`,
    blocks: [
      ...(figures.rates.official
        ? []
        : [{ kind: 'text' as const, text: '当前汇率不是官方汇率，金额仅供参考，不得用于申领奖励。' }]),
      ...(sum.gross.withoutRate > 0
        ? [{ kind: 'text' as const, text: `有 ${sum.gross.withoutRate} 行商品缺当月汇率，金额未计入。` }]
        : []),
      table,
      {
        kind: 'facts',
        rows: [
          ['企业数', `${figures.enterprises} 家`],
          ...(sum.pending.lines > 0
            ? [
                [
                  '已放行未结关',
                  `${sum.pending.documents} 票，${groupDigits(sum.pending.cny)} 元（不计入以上各数）`,
                ] as const,
              ]
            : []),
          [
            '统计口径',
            `${figures.rule.basis.zh} ${figures.rule.text.zh}${figures.rule.seen ? '' : '（依据原文尚未核对）'}`,
          ],
          ['口径依据', figures.rule.source],
          ...(figures.sum.yearOnYear?.text ? [['同比', figures.sum.yearOnYear.text.zh] as const] : []),
          ...sourceNotes(figures),
          ['汇率来源', figures.rates.source],
        ],
      },
      {
        kind: 'seals',
        seals: [
          { office: '统计单位', signed: '' },
          { office: '复核', signed: '' },
        ],
      },
    ],
  };
}

/** What the figures are narrowed to, in words. */
export const chosenWords = (
  chosen: Readonly<Record<string, readonly string[] | undefined>>,
  nameOf: (dimension: string, code: string) => string,
): string[] => [
  ...(chosen.direction ? chosen.direction.map((d) => DIRECTIONS[d] ?? d) : ['进出口']),
  ...Object.entries(chosen)
    .filter(([d]) => d !== 'direction')
    .map(
      ([d, values]) => `${DIMENSION_TITLES[d] ?? d}：${(values ?? []).map((v) => nameOf(d, v)).join('、')}`,
    ),
];
