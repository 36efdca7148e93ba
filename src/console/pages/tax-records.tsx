import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Tag, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { RecordSeries, TaxRecord, TaxRecordsTaken } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { RecordFilter } from '../parts/record-filter.js';
import { SeriesTable } from '../parts/series-table.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTakeBack } from '../parts/take-back.js';
import { useTexts } from '../texts/index.js';

const KINDS = ['rebate', 'advance', 'exempt', 'exempt-without-invoice'] as const;
const STATUSES = ['applied', 'granted', 'paid', 'settled', 'refused', 'repaid'] as const;
const COLOURS = {
  applied: 'blue',
  granted: 'cyan',
  paid: 'green',
  settled: 'green',
  refused: 'red',
  repaid: 'gold',
} as const;

/** Statuses of rebates and exemptions of orders. */
export default function TaxRecordsPage() {
  const { t } = useTexts();
  const me = useMe();
  const place = useUrlFilter(['from', 'to', 'search', 'kind', 'status'] as const);
  const query = useQuery({
    queryKey: keys.taxRecords(place.filter, place.cursor),
    queryFn: ({ signal }) => api.taxRecords({ ...place.filter, cursor: place.cursor }, signal),
    placeholderData: keepPreviousData,
  });
  const days = { from: place.filter.from, to: place.filter.to };
  const series = useQuery({
    queryKey: keys.recordSeries(days),
    queryFn: ({ signal }) => api.recordSeries(days, signal),
  });
  const sheet = useSheetImport<TaxRecordsTaken>({
    sheet: 'taxRecords',
    path: '/v1/tax-records/import',
    label: t('tax.import'),
    refresh: ['records', 'declarations'],
    summary: ({ added, again }) => t('tax.taken', { added, again }),
  });
  const takeBack = useTakeBack(api.withdrawTaxRecord, ['records', 'declarations'], 'records.withdraw');
  const several = new Set((query.data?.items ?? []).map((item) => item.seller.tenantId)).size > 1;
  const columns: TableColumnsType<TaxRecord> = [
    { title: t('records.day'), dataIndex: 'happenedOn', className: 'num' },
    {
      title: t('records.order'),
      key: 'order',
      render: (_, item) => (
        <>
          <Link className="mono" to={`/declarations/${item.declarationId}`}>
            {item.orderNo}
          </Link>
          {several && <div className="quiet small">{item.seller.name}</div>}
        </>
      ),
    },
    { title: t('records.kind'), key: 'kind', render: (_, item) => t(`tax.kind.${item.kind}`) },
    {
      title: t('records.status'),
      key: 'status',
      render: (_, item) => (
        <>
          <Tag color={item.standing ? COLOURS[item.status] : 'default'}>{t(`tax.status.${item.status}`)}</Tag>
          {!item.standing && <span className="quiet small">{t('tax.superseded')}</span>}
        </>
      ),
    },
    {
      title: t('records.cny'),
      key: 'cny',
      align: 'right',
      className: 'num',
      render: (_, item) => decimalText(item.cny),
    },
    { title: t('tax.reference'), dataIndex: 'reference', className: 'mono' },
    { title: t('tax.office'), dataIndex: 'office' },
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
  type Row = RecordSeries['tax'][number];
  return (
    <>
      <PageHead
        title={t('tax.title')}
        sub={t('tax.sub')}
        actions={
          <>
            <MadeFileButton path={withQuery('/v1/tax-records/export', place.filter)}>
              {t('warehouses.export')}
            </MadeFileButton>
            {mayAct(me.role) && sheet.button}
          </>
        }
      />
      {sheet.result}
      <SeriesTable<Row>
        rows={series.data?.tax ?? []}
        rowKey={(row) => `${row.month} ${row.kind} ${row.status}`}
        columns={[
          { title: t('records.kind'), key: 'kind', render: (_, row) => t(`tax.kind.${row.kind}`) },
          { title: t('records.status'), key: 'status', render: (_, row) => t(`tax.status.${row.status}`) },
          { title: t('records.count'), dataIndex: 'records', align: 'right', className: 'num' },
          {
            title: t('records.cny'),
            key: 'cny',
            align: 'right',
            className: 'num',
            render: (_, row) => decimalText(row.cny),
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
              options: KINDS.map((value) => ({ value, label: t(`tax.kind.${value}`) })),
            },
            {
              name: 'status',
              label: t('records.status'),
              value: place.filter.status,
              options: STATUSES.map((value) => ({ value, label: t(`tax.status.${value}`) })),
            },
          ]}
        />
        <PagedList query={query} cursors={place} rowKey="id" columns={columns} empty={t('tax.none')} />
      </Panel>
      {takeBack.dialog}
    </>
  );
}
