import { useQuery } from '@tanstack/react-query';
import { Alert, DatePicker, Empty, Segmented, Table, Tag, type TableColumnsType } from 'antd';
import dayjs from 'dayjs';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import type { RebatePosition, WarehouseFigures } from '../api/types.js';
import { areaText, dateText, decimalText } from '../parts/format.js';
import { MadeFileMenu } from '../parts/made-file.js';
import { Panel } from '../parts/page.js';
import { SourceText } from '../parts/source.js';
import { ProblemView } from '../parts/problem.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts, type TextKey } from '../texts/index.js';

type Line = WarehouseFigures['lines'][number];
type Figure = WarehouseFigures['sum'];
const GROUPINGS = ['warehouse', 'country', 'enterprise'] as const;
const NAMES = {
  warehouse: 'warehouses.name',
  country: 'warehouses.country',
  enterprise: 'registry.name',
} as const satisfies Record<string, TextKey>;
const DAY = 'YYYY-MM-DD';

/** Figures of warehouses for some days: of all by a grouping, or of one of them. */
export function FiguresView({ warehouse }: { warehouse?: { id: string; seller: string } }) {
  const { t, text } = useTexts();
  const place = useUrlFilter(['from', 'to', 'by'] as const);
  const to = place.filter.to ?? dateText(new Date().toISOString());
  const from = place.filter.from ?? `${to.slice(0, 4)}-01-01`;
  const by = warehouse ? 'warehouse' : (GROUPINGS.find((one) => one === place.filter.by) ?? 'warehouse');
  const asked = { from, to, by, seller: warehouse?.seller };
  const query = useQuery({
    queryKey: keys.warehouseFigures(asked),
    queryFn: ({ signal }) => api.warehouseFigures(asked, signal),
  });
  const lines = (query.data?.lines ?? []).filter((line) => !warehouse || line.key === warehouse.id);
  const sum = query.data?.sum;
  const money = (value: string) => decimalText(value);
  const number = (title: TextKey, of: (figure: Figure) => string | number | null) => ({
    title: t(title),
    key: title,
    align: 'right' as const,
    className: 'num',
    render: (_: unknown, line: Figure) => of(line) ?? '—',
  });
  const numbers = [
    number('wfigures.area', (f) => areaText(f.area)),
    number('wfigures.average', (f) => areaText(f.averageArea)),
    number('wfigures.opening', (f) => money(f.stock.opening.cny)),
    number('wfigures.departed', (f) => money(f.stock.departed.cny)),
    number('wfigures.sold', (f) => money(f.stock.sold.cny)),
    number('wfigures.out', (f) => `${money(f.stock.returned.cny)} / ${money(f.stock.lost.cny)}`),
    number('wfigures.moved', (f) => `${money(f.stock.moved_in.cny)} / ${money(f.stock.moved_out.cny)}`),
    number('wfigures.closing', (f) => money(f.stock.closing.cny)),
    number('wfigures.turnover', (f) => f.turnoverDays),
    number('wfigures.age', (f) => f.averageAgeDays),
    number('wfigures.served', (f) => `${f.served} (${f.servedOthers})`),
  ];
  const columns: TableColumnsType<Line> = [
    {
      title: t(NAMES[by]),
      key: 'name',
      className: 'wrap-text',
      render: (_, line) => text(line.text),
    },
    ...numbers,
  ];
  return (
    <>
      <div className="filter no-print" role="search">
        <DatePicker.RangePicker
          aria-label={t('wfigures.days')}
          allowClear={false}
          value={[dayjs(from), dayjs(to)]}
          onChange={(days) => place.set({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
        />
        {!warehouse && (
          <Segmented
            aria-label={t('figures.by')}
            value={by}
            onChange={(value) => place.set({ by: value })}
            options={GROUPINGS.map((value) => ({ value, label: t(`figures.by.${value}`) }))}
          />
        )}
        {!warehouse && (
          <MadeFileMenu
            files={[
              { path: withQuery('/v1/warehouses/figures.xlsx', asked), label: 'Excel' },
              { path: withQuery('/v1/warehouses/figures.pdf', asked), label: 'PDF' },
            ]}
          >
            {t('totals.export')}
          </MadeFileMenu>
        )}
      </div>
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Table<Line>
          size="small"
          rowKey="key"
          dataSource={lines}
          columns={columns}
          loading={query.isPending}
          pagination={false}
          tableLayout="auto"
          className="totals-table dense"
          scroll={{ x: 'max-content' }}
          locale={{
            emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('wfigures.none')} />,
          }}
          summary={() =>
            sum &&
            !warehouse &&
            lines.length > 0 && (
              <Table.Summary.Row className="sum-row">
                <Table.Summary.Cell index={0}>{t('wfigures.sum')}</Table.Summary.Cell>
                {numbers.map((column, at) => (
                  <Table.Summary.Cell key={column.key} index={at + 1} align="right" className="num">
                    {column.render(undefined, sum)}
                  </Table.Summary.Cell>
                ))}
              </Table.Summary.Row>
            )
          }
        />
      )}
      {sum !== undefined && sum.withoutRate > 0 && (
        <Alert type="warning" showIcon title={t('wfigures.withoutRate', { count: sum.withoutRate })} />
      )}
      <Ages figures={warehouse ? lines : sum ? [sum] : []} />
      {warehouse && <p className="quiet small">{t('wfigures.sub')}</p>}
    </>
  );
}

/** Stock by days since the exit. */
function Ages({ figures }: { figures: readonly Figure[] }) {
  const { t } = useTexts();
  const [one] = figures;
  if (!one || one.averageAgeDays === null) return null;
  return (
    <p className="under-table">
      {t('wfigures.ages')} ·{' '}
      {one.ages
        .map(({ upTo, cny }) =>
          [upTo === null ? t('wfigures.longer') : t('wfigures.upTo', { days: upTo }), decimalText(cny)].join(
            ' ',
          ),
        )
        .join(' · ')}
    </p>
  );
}

const STATE_COLOURS = { open: 'blue', due: 'gold', overdue: 'red', done: 'green' } as const;

/** 离境即退税: where each year of exit stands, with the last day for settling it. */
export function RebatesView({ warehouse }: { warehouse?: string }) {
  const { t, text } = useTexts();
  const query = useQuery({
    queryKey: keys.rebates(warehouse),
    queryFn: ({ signal }) => api.rebates(warehouse, signal),
  });
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  const { rule, years = [] } = query.data ?? {};
  type Year = RebatePosition['years'][number];
  const amount = (title: TextKey, key: 'departedCny' | 'soldCny' | 'otherCny' | 'unsoldCny') => ({
    title: t(title),
    key,
    align: 'right' as const,
    className: 'num',
    render: (_: unknown, year: Year) => decimalText(year[key]),
  });
  return (
    <Panel title={t('rebates.title')}>
      {rule && (
        <p className="quiet">
          {text(rule.text)} · <SourceText source={rule.source} />
        </p>
      )}
      <Table<Year>
        size="small"
        rowKey="year"
        pagination={false}
        dataSource={years}
        loading={query.isPending}
        tableLayout="auto"
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('warehouse.nothing') }}
        columns={[
          { title: t('rebates.year'), dataIndex: 'year', className: 'num' },
          amount('rebates.departed', 'departedCny'),
          amount('rebates.sold', 'soldCny'),
          amount('rebates.other', 'otherCny'),
          amount('rebates.unsold', 'unsoldCny'),
          {
            title: t('rebates.claimed'),
            key: 'claimed',
            align: 'right',
            className: 'num',
            render: (_, year) =>
              year.claimed === 0
                ? '—'
                : t('rebates.claims', { count: year.claimed, cny: decimalText(year.claimedCny) }),
          },
          { title: t('rebates.settled'), dataIndex: 'settled', align: 'right', className: 'num' },
          {
            title: t('rebates.by'),
            key: 'by',
            render: (_, year) => (
              <>
                <span className="num">{year.settleBy ?? '—'}</span>{' '}
                <Tag color={STATE_COLOURS[year.state]}>{t(`rebates.${year.state}`)}</Tag>
                {year.daysLeft !== null && year.state !== 'done' && (
                  <span className="quiet small">
                    {year.daysLeft >= 0
                      ? t('rebates.left', { days: year.daysLeft })
                      : t('rebates.passed', { days: -year.daysLeft })}
                  </span>
                )}
              </>
            ),
          },
        ]}
      />
    </Panel>
  );
}
