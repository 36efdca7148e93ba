import { useMemo } from 'react';
import { LockOutlined, PrinterOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Alert, Button, Empty, Skeleton, Tag, Tooltip } from 'antd';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import { Chart } from '../parts/chart.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { MadeFileMenu } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useScheme } from '../parts/scheme.js';
import { useTexts } from '../texts/index.js';
import { barsOf, barsOption, monthOption } from './totals-charts.js';
import { TotalsFilter } from './totals-filter.js';
import {
  askTotals,
  dimensionKey,
  isKnown,
  placeOf,
  queryOf,
  secondOf,
  type TotalsPlace,
  type TotalsShown,
} from './totals-query.js';
import { TotalsTable } from './totals-table.js';

/** Names of dimensions: the console's own words, and the names of country groups from the counting rule. */
export function useDimensions() {
  const { t, text } = useTexts();
  const rule = useQuery({
    queryKey: keys.figureRule,
    queryFn: ({ signal }) => api.figureRule(signal),
    staleTime: Infinity,
  });
  const groups = rule.data?.groups ?? [];
  const nameOf = (dimension: string): string =>
    isKnown(dimension)
      ? t(dimensionKey(dimension))
      : text(groups.find(({ id }) => id === dimension)?.text) || dimension;
  return { nameOf, groups: groups.map(({ id }) => id) };
}

/** Figures of customs by any dimensions, in groups with subtotals; every figure leads to the records behind it. */
export default function TotalsPage() {
  const { t, text } = useTexts();
  const me = useMe();
  const polling = usePolling();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const dimensions = useDimensions();
  const place = placeOf(search, monthNow());
  const go = (change: Partial<TotalsPlace>) =>
    void navigate({ search: `?${queryOf({ ...place, ...change }).toString()}` });
  const totals = useQuery({
    queryKey: keys.totals(place),
    queryFn: ({ signal }) => askTotals(place, signal),
    placeholderData: keepPreviousData,
    refetchInterval: place.asOf === undefined && polling && polling * 4,
  });
  const figures = totals.data?.figures;
  const file = (kind: 'xlsx' | 'csv' | 'pdf') =>
    `/v1/figures.${kind}?${queryOf({ ...place, asOf: figures?.asOf ?? place.asOf }).toString()}`;
  const closes = me.role === 'officer' || me.role === 'operator';

  return (
    <>
      <PageHead
        title={t('totals.title')}
        sub={
          <>
            {t('totals.sub', {
              from: place.from,
              to: place.to,
              direction: t(`direction.${directionOf(place.direction)}`),
            })}{' '}
            {figures && (
              <Tooltip title={figures.status.changedSince ? t('totals.changedSince') : undefined}>
                <Tag color={figures.status.state === 'final' ? 'green' : 'gold'}>
                  {text(figures.status.text)}
                  {figures.status.revision > 0 &&
                    ` · ${t('totals.revision', { count: figures.status.revision })}`}
                  {figures.status.changedSince && ' *'}
                </Tag>
              </Tooltip>
            )}
            {place.asOf && <Tag color="purple">{t('totals.asOf', { time: timeText(place.asOf) })}</Tag>}
          </>
        }
        actions={
          <>
            <MadeFileMenu
              files={[
                { path: file('xlsx'), label: 'Excel' },
                { path: file('pdf'), label: 'PDF' },
                { path: file('csv'), label: 'CSV' },
              ]}
            >
              {t('totals.export')}
            </MadeFileMenu>
            {closes && (
              <Link to={`/reports?${queryOf(place).toString()}`}>
                <Button icon={<LockOutlined />}>{t('totals.freeze')}</Button>
              </Link>
            )}
            <Button icon={<PrinterOutlined />} disabled={false} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      <Panel flush className="no-print">
        <TotalsFilter place={place} dimensions={dimensions} go={go} />
      </Panel>
      {totals.isError ? (
        <ProblemView error={totals.error} onRetry={() => void totals.refetch()} />
      ) : totals.data ? (
        <div className={totals.isPlaceholderData ? 'stale' : ''}>
          <TotalsView shown={totals.data} nameOf={dimensions.nameOf} place={place} go={go} />
        </div>
      ) : (
        <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />
      )}
    </>
  );
}

const directionOf = (value: string) => (value === 'I' || value === 'all' ? value : 'E');

interface ViewProps {
  shown: TotalsShown;
  nameOf: (dimension: string) => string;
  place: TotalsPlace;
  go: (change: Partial<TotalsPlace>) => void;
}

function TotalsView({ shown, nameOf, place, go }: ViewProps) {
  const texts = useTexts();
  const { t, text } = texts;
  const { palette } = useScheme();
  const { figures, months, second } = shown;
  const dimension = secondOf(figures.by);
  const byMonth = useMemo(() => monthOption(months.lines, texts, palette), [months, texts, palette]);
  const bars = useMemo(() => barsOf(second.lines), [second]);
  const bySecond = useMemo(
    () => barsOption(bars, dimension, texts, palette),
    [bars, dimension, texts, palette],
  );
  /** One value of a dimension; a period moves the months instead. */
  const choose = (of: string, code: string) =>
    go(
      of === 'month'
        ? { from: code, to: code }
        : of === 'direction'
          ? { direction: code }
          : { chosen: { ...place.chosen, [of]: code } },
    );
  const { sum } = figures;
  return (
    <>
      {!figures.rates.official && (
        <Alert type="warning" showIcon className="rates-alert" title={t('totals.unofficial')} />
      )}
      {figures.imported.lines > 0 && (
        <Alert
          type="info"
          showIcon
          className="rates-alert"
          title={
            <>
              {t('totals.imported', {
                count: decimalText(String(figures.imported.lines)),
                cny: decimalText(figures.imported.gross.cny),
              })}{' '}
              <Link
                to={`/totals/records?${figures.imported.records.split('?')[1] ?? ''}`}
                className="no-print"
              >
                {t('totals.importedRecords')}
              </Link>
            </>
          }
        />
      )}
      {figures.comparison?.text && (
        <Alert type="info" showIcon className="rates-alert" title={text(figures.comparison.text)} />
      )}
      {sum.gross.withoutRate > 0 && (
        <Alert
          type="warning"
          showIcon
          className="rates-alert"
          title={t('totals.withoutRate', { count: sum.gross.withoutRate })}
        />
      )}
      <div className="tiles totals-tiles">
        <Figure label={t('totals.grossCny')} value={sum.gross.cny} unit="CNY" />
        <Figure label={t('totals.grossUsd')} value={sum.gross.usd} unit="USD" />
        <Figure label={t('totals.netCny')} value={sum.net.cny} unit="CNY" />
        <Figure
          label={t('totals.orders')}
          value={String(sum.gross.documents)}
          unit={t('totals.ordersUnit')}
        />
        <Figure
          label={t('totals.enterprises')}
          value={String(figures.enterprises)}
          unit={t('totals.enterprisesUnit')}
        />
        {sum.pending.lines > 0 && (
          <Figure
            label={t('totals.pending', { count: decimalText(sum.pending.documents) })}
            value={sum.pending.cny}
            unit="CNY"
          />
        )}
      </div>
      {figures.lines.length === 0 ? (
        <Panel>
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('totals.none')} />
        </Panel>
      ) : (
        <>
          <div className="charts">
            <Panel title={t('totals.byMonth')}>
              <Chart
                option={byMonth}
                height={260}
                label={t('totals.byMonth')}
                onChoose={(at) => {
                  const month = months.lines[at]?.key.month;
                  if (month) choose('month', month);
                }}
              />
            </Panel>
            <Panel title={t('totals.byWhat', { what: nameOf(dimension) })}>
              <Chart
                option={bySecond}
                height={260}
                label={t('totals.byWhat', { what: nameOf(dimension) })}
                onChoose={(at) => {
                  const line = bars[at]?.line;
                  if (line) choose(dimension, line.key[dimension] ?? '');
                }}
              />
            </Panel>
          </div>
          <TotalsTable shown={shown} nameOf={nameOf} onChoose={choose} />
        </>
      )}
      <p className="quiet small">
        {t('totals.rule')} {text(figures.rule.basis)} {text(figures.rule.text)}{' '}
        {!figures.rule.seen && t('totals.ruleUnseen')}
        <br />
        {t('totals.rates')} {figures.rates.official ? figures.rates.source : t('rates.sampleSource')} ·{' '}
        {t('totals.asOf', { time: timeText(figures.asOf) })}
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
