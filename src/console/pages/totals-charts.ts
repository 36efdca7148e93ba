import type { EChartsCoreOption } from 'echarts/core';
import type { FigureLine } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import type { Texts } from '../texts/index.js';
import { FONT, type Palette } from '../theme.js';

// Numbers in pictures only, where a pixel is coarser than a float's error; every figure shown as text is the gateway's.
const cnyOf = (line: FigureLine): number => Number(line.gross.cny);

const baseOf = (palette: Palette) => ({
  textStyle: { fontFamily: FONT, color: palette.ink },
  animationDuration: 250,
  aria: { enabled: true },
});
const axisLookOf = (palette: Palette) => ({
  axisLabel: { color: palette.quiet },
  axisLine: { lineStyle: { color: palette.line } },
  axisTick: { show: false },
});
/** Axis numbers in the words of the language: 120万, 1.2M. */
const short = (language: Texts['language']) => {
  const words = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', {
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  return (value: number): string => words.format(value);
};
const money = (value: number): string => decimalText(value.toFixed(2));

/** Value by month as bars, number of documents as a line on its own axis; the year before as a pale bar where asked. */
export function monthOption(
  months: readonly FigureLine[],
  { language, t }: Pick<Texts, 'language' | 't'>,
  palette: Palette,
): EChartsCoreOption {
  const axisLook = axisLookOf(palette);
  const before = months.some((line) => line.yearOnYear);
  return {
    ...baseOf(palette),
    color: before ? [palette.line, palette.primary, palette.warn] : [palette.primary, palette.warn],
    // Room for the names of the axes below the legend, which a phone has no room for beside it.
    grid: { left: 8, right: 8, top: 52, bottom: 4, containLabel: true },
    legend: {
      top: 0,
      left: 'center',
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 8,
      textStyle: { color: palette.quiet },
    },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'category', data: months.map((line) => line.key.month), ...axisLook },
    yAxis: [
      {
        type: 'value',
        name: 'CNY',
        ...axisLook,
        axisLabel: { color: palette.quiet, formatter: short(language) },
        splitLine: { lineStyle: { color: palette.line } },
      },
      {
        type: 'value',
        name: t('totals.ordersUnit'),
        minInterval: 1,
        ...axisLook,
        splitLine: { show: false },
      },
    ],
    series: [
      ...(before
        ? [
            {
              name: t('totals.yearBefore'),
              type: 'bar',
              barMaxWidth: 24,
              itemStyle: { borderRadius: [3, 3, 0, 0] },
              data: months.map((line) => Number(line.yearOnYear?.previous.gross.cny ?? 0)),
              tooltip: { valueFormatter: money },
            },
          ]
        : []),
      {
        name: t('totals.cny'),
        type: 'bar',
        barMaxWidth: 36,
        cursor: 'pointer',
        itemStyle: { borderRadius: [3, 3, 0, 0] },
        data: months.map(cnyOf),
        tooltip: { valueFormatter: money },
      },
      {
        name: t('totals.orders'),
        type: 'line',
        yAxisIndex: 1,
        symbolSize: 7,
        lineStyle: { width: 2 },
        data: months.map((line) => line.gross.documents),
      },
    ],
  };
}

const TOP = 8;

/** The bars of the second chart from below: the largest eight lines, under them the others together (no line). */
export function barsOf(lines: readonly FigureLine[]): { line: FigureLine | undefined; cny: number }[] {
  const all = lines.map((line) => ({ line, cny: cnyOf(line) })).sort((a, b) => b.cny - a.cny);
  const others = all.slice(TOP).reduce((sum, one) => sum + one.cny, 0);
  const rest = others > 0 ? [{ line: undefined, cny: others }] : [];
  return [...all.slice(0, TOP), ...rest].reverse();
}

/** Value by one dimension: the largest eight, the others together. */
export function barsOption(
  bars: ReturnType<typeof barsOf>,
  dimension: string,
  { language, t, text }: Texts,
  palette: Palette,
): EChartsCoreOption {
  return {
    ...baseOf(palette),
    color: [palette.accent],
    grid: { left: 8, right: 84, top: 8, bottom: 4, containLabel: true },
    tooltip: { trigger: 'item', valueFormatter: money },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category',
      data: bars.map(({ line }) => (line ? text(line.text[dimension]) : t('totals.others'))),
      ...axisLookOf(palette),
      axisLabel: { color: palette.ink, width: 150, overflow: 'truncate' },
    },
    series: [
      {
        name: t('totals.cny'),
        type: 'bar',
        barMaxWidth: 18,
        cursor: 'pointer',
        itemStyle: { borderRadius: [0, 3, 3, 0] },
        label: {
          show: true,
          position: 'right',
          color: palette.quiet,
          formatter: ({ value }: { value: number }) => short(language)(value),
        },
        data: bars.map(({ cny }) => cny),
      },
    ],
  };
}
