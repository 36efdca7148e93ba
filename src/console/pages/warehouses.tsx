import { useQuery } from '@tanstack/react-query';
import { DatePicker, type TableColumnsType } from 'antd';
import dayjs from 'dayjs';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Warehouse, WarehousesTaken } from '../api/types.js';
import { areaText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { useSellerChoice } from '../parts/seller-select.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';
import { ofWarehouse } from './warehouse-words.js';

/** The register of overseas warehouses as of a day. */
export default function WarehousesPage() {
  const { t, text } = useTexts();
  const me = useMe();
  const place = useUrlFilter(['on'] as const);
  const { on } = place.filter;
  const { seller, select } = useSellerChoice();
  const query = useQuery({
    queryKey: keys.warehouses(on),
    queryFn: async ({ signal }) => ({ ...(await api.warehouses(on, signal)), next: null }),
  });
  const sheet = useSheetImport<WarehousesTaken>({
    sheet: 'warehouses',
    path: withQuery('/v1/warehouses/import', { seller }),
    label: t('warehouses.import'),
    refresh: ['warehouses'],
    summary: ({ added, changed, same }) => t('warehouses.entered', { added, changed, same }),
  });
  const several = new Set((query.data?.items ?? []).map((w) => w.seller.tenantId)).size > 1;
  const columns: TableColumnsType<Warehouse> = [
    {
      title: t('warehouses.name'),
      key: 'name',
      render: (_, w) => (
        <>
          <Link to={`/warehouses/${w.id}`}>{w.name}</Link>
          {several && <div className="quiet small">{w.seller.name}</div>}
        </>
      ),
    },
    {
      title: t('warehouses.country'),
      key: 'country',
      render: (_, w) => [text(w.country), w.data.city].filter(Boolean).join(' · '),
    },
    { title: t('warehouses.kind'), key: 'kind', render: (_, w) => t(ofWarehouse('kind', w.data.kind)) },
    {
      title: t('warehouses.acquisition'),
      key: 'acquisition',
      render: (_, w) => t(ofWarehouse('acquisition', w.data.acquisition)),
    },
    {
      title: t('warehouses.area'),
      key: 'area',
      align: 'right',
      className: 'num',
      render: (_, w) => areaText(w.area),
    },
    {
      title: t('warehouses.averageArea'),
      key: 'average',
      align: 'right',
      className: 'num',
      render: (_, w) => areaText(w.averageArea),
    },
    {
      title: t('warehouses.share'),
      key: 'share',
      align: 'right',
      className: 'num',
      render: (_, w) => (w.share === null ? '—' : `${w.share}%`),
    },
    { title: t('warehouses.enterprises'), dataIndex: 'enterprises', align: 'right', className: 'num' },
    { title: t('warehouses.lines'), dataIndex: 'lines', align: 'right', className: 'num' },
    { title: t('warehouses.papers'), dataIndex: 'evidence', align: 'right', className: 'num' },
  ];
  return (
    <>
      <PageHead
        title={t('warehouses.title')}
        sub={t('warehouses.sub')}
        actions={
          <>
            <MadeFileButton path="/v1/warehouses/export">{t('warehouses.export')}</MadeFileButton>
            {mayAct(me.role) && select}
            {mayAct(me.role) && sheet.button}
          </>
        }
      />
      {sheet.result}
      <Panel flush>
        <div className="filter no-print" role="search">
          <DatePicker
            aria-label={t('warehouses.asOf')}
            placeholder={t('warehouses.asOf')}
            value={on ? dayjs(on) : null}
            onChange={(day) => place.set({ on: day?.format('YYYY-MM-DD') })}
          />
        </div>
        <PagedList query={query} rowKey="id" columns={columns} empty={t('warehouses.none')} />
      </Panel>
    </>
  );
}
