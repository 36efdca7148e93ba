import { useEffect, useRef } from 'react';
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { EChartsCoreOption } from 'echarts/core';

echarts.use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  AriaComponent,
  CanvasRenderer,
]);

interface ChartProps {
  option: EChartsCoreOption;
  height: number;
  label: string;
  /** A bar or point was clicked: its place on the axis of categories. */
  onChoose?: (index: number) => void;
}

/** An echarts picture that follows its box, on screen and on paper. */
export function Chart({ option, height, label, onChoose }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const choose = useRef(onChoose);
  useEffect(() => {
    choose.current = onChoose;
  });

  useEffect(() => {
    if (!box.current) return;
    const made = echarts.init(box.current);
    chart.current = made;
    made.on('click', ({ dataIndex }) => choose.current?.(dataIndex));
    const fit = () => made.resize();
    const watch = new ResizeObserver(fit);
    watch.observe(box.current);
    window.addEventListener('beforeprint', fit);
    return () => {
      watch.disconnect();
      window.removeEventListener('beforeprint', fit);
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} />;
}
