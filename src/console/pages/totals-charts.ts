import type { EChartsCoreOption } from 'echarts/core';
import type { TotalsLine } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import type { Texts } from '../texts/index.js';
import { FONT, type Palette } from '../theme.js';

interface Sum {
  name: string;
  cny: number;
  orders: number;
}

/**
 * Sums for the pictures only, where a pixel is coarser than a float's error. Every figure shown as a figure comes
 * from the gateway as decimal text.
 */
function sums(lines: TotalsLine[], nameOf: (line: TotalsLine) => string): Sum[] {
  const found = new Map<string, Sum>();
  for (const line of lines) {
    const name = nameOf(line);
    const sum = found.get(name) ?? { name, cny: 0, orders: 0 };
    sum.cny += Number(line.cny);
    sum.orders += line.orders;
    found.set(name, sum);
  }
  return [...found.values()];
}

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

/** Value by month as bars, number of orders as a line on its own axis. */
export function monthOption(
  lines: TotalsLine[],
  language: Texts['language'],
  t: Texts['t'],
  palette: Palette,
): EChartsCoreOption {
  const axisLook = axisLookOf(palette);
  const months = sums(lines, (line) => line.month).sort((a, b) => a.name.localeCompare(b.name));
  return {
    ...baseOf(palette),
    color: [palette.primary, palette.warn],
    grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
    legend: {
      top: 0,
      left: 'center',
      icon: 'roundRect',
      itemWidth: 12,
      itemHeight: 8,
      textStyle: { color: palette.quiet },
    },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'category', data: months.map((month) => month.name), ...axisLook },
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
      {
        name: t('totals.cny'),
        type: 'bar',
        barMaxWidth: 36,
        itemStyle: { borderRadius: [3, 3, 0, 0] },
        data: months.map((month) => month.cny),
        tooltip: { valueFormatter: money },
      },
      {
        name: t('totals.orders'),
        type: 'line',
        yAxisIndex: 1,
        symbolSize: 7,
        lineStyle: { width: 2 },
        data: months.map((month) => month.orders),
      },
    ],
  };
}

const TOP = 8;

/** Value by destination: the largest eight, the others together. */
export function countryOption(
  lines: TotalsLine[],
  language: Texts['language'],
  t: Texts['t'],
  palette: Palette,
): EChartsCoreOption {
  const axisLook = axisLookOf(palette);
  const all = sums(lines, (line) => line.country.text[language]).sort((a, b) => b.cny - a.cny);
  const others = all.slice(TOP).reduce((sum, one) => sum + one.cny, 0);
  const shown = all.slice(0, TOP).map((one) => ({ name: one.name, value: one.cny }));
  if (others > 0) shown.push({ name: t('totals.others'), value: others });
  shown.reverse();
  return {
    ...baseOf(palette),
    color: [palette.accent],
    grid: { left: 8, right: 84, top: 8, bottom: 4, containLabel: true },
    tooltip: { trigger: 'item', valueFormatter: money },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category',
      data: shown.map((one) => one.name),
      ...axisLook,
      axisLabel: { color: palette.ink },
    },
    series: [
      {
        name: t('totals.cny'),
        type: 'bar',
        barMaxWidth: 18,
        itemStyle: { borderRadius: [0, 3, 3, 0] },
        label: {
          show: true,
          position: 'right',
          color: palette.quiet,
          formatter: ({ value }: { value: number }) => short(language)(value),
        },
        data: shown.map((one) => one.value),
      },
    ],
  };
}
