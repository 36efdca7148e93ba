import { useMemo } from 'react';
import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Empty, Select, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { Totals, TotalsQuery } from '../api/types.js';
import { Chart } from '../parts/chart.js';
import { codesOf } from '../parts/codes.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useScheme } from '../parts/scheme.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';
import { countryOption, monthOption } from './totals-charts.js';
import { TotalsTable } from './totals-table.js';

const NAMES = ['from', 'to', 'seller', 'regime', 'country'] as const satisfies readonly (keyof TotalsQuery)[];
const MONTH = 'YYYY-MM';

/** Cleared declarations in figures, each line leading to the declarations it counts. */
export default function TotalsPage() {
  const { t } = useTexts();
  const polling = usePolling();
  const place = useUrlFilter(NAMES);
  const thisMonth = monthNow();
  const query: TotalsQuery = {
    ...place.filter,
    from: place.filter.from ?? `${thisMonth.slice(0, 4)}-01`,
    to: place.filter.to ?? thisMonth,
  };
  const totals = useQuery({
    queryKey: keys.totals(query),
    queryFn: ({ signal }) => api.totals(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling && polling * 4,
  });

  return (
    <>
      <PageHead
        title={t('totals.title')}
        sub={t('totals.sub', { from: query.from, to: query.to })}
        actions={
          <>
            <Button icon={<DownloadOutlined />} href={withQuery('/v1/totals.csv', { ...query })} download>
              {t('totals.csv')}
            </Button>
            <Button icon={<PrinterOutlined />} disabled={false} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      <Panel flush className="no-print">
        <TotalsFilter query={query} set={place.set} />
      </Panel>
      {totals.isError ? (
        <ProblemView error={totals.error} onRetry={() => void totals.refetch()} />
      ) : totals.data ? (
        <div className={totals.isPlaceholderData ? 'stale' : ''}>
          <TotalsView totals={totals.data} />
        </div>
      ) : (
        <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />
      )}
    </>
  );
}

interface TotalsFilterProps {
  query: TotalsQuery;
  set: (change: Partial<Record<(typeof NAMES)[number], string | undefined>>) => void;
}

function TotalsFilter({ query, set }: TotalsFilterProps) {
  const { t, text } = useTexts();
  const me = useMe();
  return (
    <div className="filter" role="search">
      <DatePicker.RangePicker
        picker="month"
        allowClear={false}
        aria-label={t('totals.months')}
        value={[dayjs(query.from), dayjs(query.to)]}
        onChange={(months) => set({ from: months?.[0]?.format(MONTH), to: months?.[1]?.format(MONTH) })}
        style={{ width: 220 }}
      />
      {me.sellers.length > 1 && (
        <SellerSelect
          by="code"
          allowAll
          value={query.seller}
          onChange={(seller) => set({ seller })}
          width={260}
        />
      )}
      <Select
        aria-label={t('field.regime')}
        placeholder={t('field.regime')}
        allowClear
        value={query.regime}
        onChange={(regime: string | undefined) => set({ regime })}
        options={codesOf('tradeModeCeb').map(({ code, text: name }) => ({
          value: code,
          label: code,
          title: text(name),
        }))}
        style={{ width: 120 }}
      />
      <Select
        aria-label={t('field.country')}
        placeholder={t('field.country')}
        allowClear
        value={query.country}
        onChange={(country: string | undefined) => set({ country })}
        showSearch={{ optionFilterProp: 'search' }}
        popupMatchSelectWidth={240}
        options={codesOf('country').map(({ code, text: name }) => ({
          value: code,
          label: text(name),
          search: `${code} ${name.zh} ${name.en}`,
        }))}
        style={{ width: 180 }}
      />
    </div>
  );
}

function TotalsView({ totals }: { totals: Totals }) {
  const { t, text, language } = useTexts();
  const { palette } = useScheme();
  const byMonth = useMemo(
    () => monthOption(totals.lines, language, t, palette),
    [totals.lines, language, t, palette],
  );
  const byCountry = useMemo(
    () => countryOption(totals.lines, language, t, palette),
    [totals.lines, language, t, palette],
  );
  return (
    <>
      {!totals.rates.official && (
        <Alert type="warning" showIcon className="rates-alert" title={t('totals.unofficial')} />
      )}
      {totals.sum.withoutRate > 0 && (
        <Alert
          type="warning"
          showIcon
          className="rates-alert"
          title={t('totals.withoutRate', { count: totals.sum.withoutRate })}
        />
      )}
      <div className="tiles totals-tiles">
        <Figure label={t('totals.cny')} value={totals.sum.cny} unit="CNY" />
        <Figure label={t('totals.usd')} value={totals.sum.usd} unit="USD" />
        <Figure label={t('totals.netCny')} value={totals.sum.net.cny} unit="CNY" />
        <Figure label={t('totals.orders')} value={String(totals.sum.orders)} unit={t('totals.ordersUnit')} />
        {totals.pending.orders > 0 && (
          <Figure
            label={t('totals.pending', { count: decimalText(totals.pending.orders) })}
            value={totals.pending.cny}
            unit="CNY"
          />
        )}
      </div>
      {totals.lines.length === 0 ? (
        <Panel>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('totals.none')} />
        </Panel>
      ) : (
        <>
          <div className="charts">
            <Panel title={t('totals.byMonth')}>
              <Chart option={byMonth} height={260} label={t('totals.byMonth')} />
            </Panel>
            <Panel title={t('totals.byCountry')}>
              <Chart option={byCountry} height={260} label={t('totals.byCountry')} />
            </Panel>
          </div>
          <TotalsTable totals={totals} />
        </>
      )}
      <p className="quiet small">
        {t('totals.rule')} {text(totals.rule)}
        <br />
        {t('totals.rates')} {totals.rates.source} · {t('totals.asOf', { time: timeText(totals.asOf) })}
      </p>
    </>
  );
}

function Figure({ label, value, unit }: { label: string; value: string; unit: string }) {
  return (
    <div className="tile">
      <span>{label}</span>
      <b className="num">
        {decimalText(value)} <small>{unit}</small>
      </b>
    </div>
  );
}
