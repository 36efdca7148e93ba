import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Tag, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { RecordSeries, Settlement, SettlementsTaken } from '../api/types.js';
import { amountText, decimalText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { RecordFilter } from '../parts/record-filter.js';
import { SeriesTable } from '../parts/series-table.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTakeBack } from '../parts/take-back.js';
import { useTexts } from '../texts/index.js';

const KINDS = ['received', 'converted'] as const;
const STATES = ['open', 'applied'] as const;
const LICENCE_COLOURS = { valid: 'green', expired: 'red', 'not-said': 'default' } as const;

/** What banks and payment institutions settled, and for which orders. */
export default function SettlementsPage() {
  const { t } = useTexts();
  const me = useMe();
  const place = useUrlFilter(['from', 'to', 'search', 'kind', 'state'] as const);
  const query = useQuery({
    queryKey: keys.settlements(place.filter, place.cursor),
    queryFn: ({ signal }) => api.settlements({ ...place.filter, cursor: place.cursor }, signal),
    placeholderData: keepPreviousData,
  });
  const days = { from: place.filter.from, to: place.filter.to };
  const series = useQuery({
    queryKey: keys.recordSeries(days),
    queryFn: ({ signal }) => api.recordSeries(days, signal),
  });
  const sheet = useSheetImport<SettlementsTaken>({
    sheet: 'settlements',
    path: '/v1/settlements/import',
    label: t('settlements.import'),
    refresh: ['records', 'declarations'],
    summary: ({ added, applied, again }) => t('settlements.taken', { added, applied, again }),
  });
  const takeBack = useTakeBack(api.withdrawSettlement, ['records', 'declarations'], 'records.withdraw');
  const several = new Set((query.data?.items ?? []).map((item) => item.seller.tenantId)).size > 1;
  const columns: TableColumnsType<Settlement> = [
    { title: t('records.day'), dataIndex: 'settledOn', className: 'num' },
    { title: t('records.kind'), key: 'kind', render: (_, item) => t(`settlements.kind.${item.kind}`) },
    {
      title: t('settlements.institution'),
      key: 'institution',
      render: (_, item) => (
        <>
          {item.institution}
          {several && <div className="quiet small">{item.seller.name}</div>}
        </>
      ),
    },
    {
      title: t('settlements.licence'),
      key: 'licence',
      render: (_, item) => (
        <>
          <span className="mono">{item.licenceNo}</span>{' '}
          <Tag color={LICENCE_COLOURS[item.licence]}>{t(`settlements.licence.${item.licence}`)}</Tag>
          {item.licenceTo !== null && <span className="quiet small num">{item.licenceTo}</span>}
        </>
      ),
    },
    { title: t('settlements.reference'), dataIndex: 'reference', className: 'mono' },
    {
      title: t('settlements.amount'),
      key: 'amount',
      align: 'right',
      className: 'num',
      render: (_, item) => `${item.currency} ${amountText(item.amount)}`,
    },
    {
      title: t('settlements.applied'),
      key: 'applied',
      align: 'right',
      className: 'num',
      render: (_, item) => amountText(item.applied),
    },
    {
      title: t('settlements.orders'),
      key: 'orders',
      render: (_, item) => (
        <ul className="plain-list">
          {item.orders.map((order) => (
            <li key={order.declarationId}>
              <Link className="mono" to={`/declarations/${order.declarationId}`}>
                {order.orderNo}
              </Link>{' '}
              <span className="quiet num">{amountText(order.amount)}</span>
            </li>
          ))}
        </ul>
      ),
    },
    {
      title: '',
      key: 'action',
      className: 'row-acts no-print',
      render: (_, item) =>
        mayAct(me.role) && (
          <Button type="link" size="small" onClick={() => takeBack.ask(item.id)}>
            {t('records.withdraw')}
          </Button>
        ),
    },
  ];
  type Row = RecordSeries['settlements'][number];
  return (
    <>
      <PageHead
        title={t('settlements.title')}
        sub={t('settlements.sub')}
        actions={
          <>
            <MadeFileButton path={withQuery('/v1/settlements/export', place.filter)}>
              {t('warehouses.export')}
            </MadeFileButton>
            {mayAct(me.role) && sheet.button}
          </>
        }
      />
      {sheet.result}
      <SeriesTable<Row>
        rows={series.data?.settlements ?? []}
        rowKey={(row) => `${row.month} ${row.kind}`}
        columns={[
          { title: t('records.kind'), key: 'kind', render: (_, row) => t(`settlements.kind.${row.kind}`) },
          { title: t('records.count'), dataIndex: 'records', align: 'right', className: 'num' },
          { title: t('records.institutions'), dataIndex: 'institutions', align: 'right', className: 'num' },
          {
            title: t('records.cny'),
            key: 'cny',
            align: 'right',
            className: 'num',
            render: (_, row) => (
              <>
                {decimalText(row.cny)}
                {row.withoutRate > 0 && (
                  <div className="quiet small">{t('records.withoutRate', { count: row.withoutRate })}</div>
                )}
              </>
            ),
          },
          {
            title: t('settlements.applied'),
            key: 'applied',
            align: 'right',
            className: 'num',
            render: (_, row) => decimalText(row.appliedCny),
          },
        ]}
      />
      <Panel flush>
        <RecordFilter
          filter={place.filter}
          set={place.set}
          choices={[
            {
              name: 'kind',
              label: t('records.kind'),
              value: place.filter.kind,
              options: KINDS.map((value) => ({ value, label: t(`settlements.kind.${value}`) })),
            },
            {
              name: 'state',
              label: t('settlements.applied'),
              value: place.filter.state,
              options: STATES.map((value) => ({ value, label: t(`settlements.state.${value}`) })),
            },
          ]}
        />
        <PagedList
          query={query}
          cursors={place}
          rowKey="id"
          columns={columns}
          empty={t('settlements.none')}
        />
      </Panel>
      {takeBack.dialog}
    </>
  );
}
