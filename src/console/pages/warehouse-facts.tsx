import { Button, Table, type TableColumnsType } from 'antd';
import { api } from '../api/calls.js';
import { mayAct, useMe } from '../api/session.js';
import type { WarehouseDetail, WarehouseFact, WarehouseFactsTaken } from '../api/types.js';
import { areaText, timeText } from '../parts/format.js';
import { Facts } from '../parts/page.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useTakeBack } from '../parts/take-back.js';
import { useTexts } from '../texts/index.js';
import { ofWarehouse } from './warehouse-words.js';

/** What is registered of a warehouse: its data, areas, holder chain and the enterprises it serves, with what came before. */
export function WarehouseFacts({ one }: { one: WarehouseDetail }) {
  const { t, text } = useTexts();
  const me = useMe();
  const sheet = useSheetImport<WarehouseFactsTaken>({
    sheet: 'warehouseFacts',
    path: `/v1/warehouses/facts/import?seller=${one.seller.tenantId}`,
    label: t('warehouse.importFacts'),
    refresh: ['warehouses'],
    summary: ({ added, replaced, same }) => t('warehouse.factsTaken', { added, replaced, same }),
  });
  const { data } = one;
  const wordsOf = ({ data: values, country }: WarehouseDetail['versions'][number]) =>
    [
      text(country),
      ...[values.city, values.address, values.code],
      t(ofWarehouse('kind', values.kind)),
      t(ofWarehouse('acquisition', values.acquisition)),
      ...(values.area === undefined ? [] : [`${areaText(values.area)} m²（${values.areaFrom ?? ''}）`]),
      ...[
        values.operatingFrom,
        values.leaseFrom,
        values.leaseTo,
        values.certificate,
        values.system,
        values.note,
      ],
    ].filter(Boolean);
  const lease = [data.leaseFrom, data.leaseTo].some(Boolean)
    ? `${data.leaseFrom ?? '…'} – ${data.leaseTo ?? '…'}`
    : '';
  return (
    <>
      <Facts
        columns={3}
        items={[
          [t('warehouses.country'), [text(one.country), data.city].filter(Boolean).join(' · ')],
          [t('warehouse.address'), data.address],
          [t('warehouse.code'), data.code],
          [t('warehouses.kind'), t(ofWarehouse('kind', data.kind))],
          [t('warehouses.acquisition'), t(ofWarehouse('acquisition', data.acquisition))],
          [t('warehouse.operatingFrom'), data.operatingFrom],
          [t('warehouses.area'), areaText(one.area)],
          [t('warehouses.averageArea'), areaText(one.averageArea)],
          [t('warehouse.lease'), lease],
          [t('warehouse.certificate'), data.certificate],
          [t('warehouse.system'), data.system],
          [t('registry.note'), data.note],
        ]}
      />
      {mayAct(me.role) && <div className="tab-actions no-print">{sheet.button}</div>}
      {sheet.result}
      <h3>{t('warehouse.holding')}</h3>
      <p className="quiet">
        {one.share === null ? t('warehouse.noShare') : t('warehouse.holdingHelp', { share: `${one.share}%` })}
      </p>
      <FactsTable
        facts={one.facts.filter((fact) => fact.kind === 'holding')}
        before={[
          { title: t('warehouse.holder'), dataIndex: 'subject' },
          { title: t('warehouse.held'), dataIndex: 'object' },
          {
            title: t('warehouses.share'),
            key: 'share',
            align: 'right',
            className: 'num',
            render: (_, { share }) => `${share ?? ''}%`,
          },
        ]}
      />
      <h3>{t('warehouse.served')}</h3>
      <FactsTable
        facts={one.facts.filter((fact) => fact.kind === 'served')}
        before={[
          { title: t('registry.code'), dataIndex: 'subject', className: 'mono' },
          { title: t('registry.name'), dataIndex: 'object' },
        ]}
      />
      <h3>{t('warehouse.areas')}</h3>
      <Table
        size="small"
        rowKey="from"
        pagination={false}
        dataSource={one.areas}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('warehouse.nothing') }}
        columns={[
          { title: t('warehouse.from'), dataIndex: 'from', className: 'num' },
          {
            title: t('warehouses.area'),
            key: 'area',
            align: 'right',
            className: 'num',
            render: (_, area) => areaText(area.squareMetres),
          },
          { title: t('registry.recorded'), key: 'by', render: (_, area) => area.changedBy || '—' },
        ]}
      />
      <h3>{t('warehouse.versions')}</h3>
      <ul className="plain-list">
        {one.versions.map((version) => (
          <li key={version.version}>
            <b>{t('warehouse.version', { version: version.version })}</b> · {timeText(version.changedAt)}
            {version.changedBy && ` · ${version.changedBy}`}
            <div className="quiet small">{wordsOf(version).join(' · ')}</div>
          </li>
        ))}
      </ul>
    </>
  );
}

function FactsTable({ facts, before }: { facts: WarehouseFact[]; before: TableColumnsType<WarehouseFact> }) {
  const { t } = useTexts();
  const me = useMe();
  const takeBack = useTakeBack(api.withdrawWarehouseFact, ['warehouses']);
  const columns: TableColumnsType<WarehouseFact> = [
    ...before,
    { title: t('warehouse.from'), dataIndex: 'validFrom', className: 'num' },
    { title: t('warehouse.to'), key: 'to', className: 'num', render: (_, fact) => fact.validTo ?? '—' },
    { title: t('warehouse.source'), dataIndex: 'source' },
    {
      title: t('registry.recorded'),
      key: 'by',
      render: (_, fact) =>
        fact.withdrawnWhy === null ? (
          `${fact.recordedBy} · ${timeText(fact.recordedAt)}`
        ) : (
          <span className="quiet">{t('warehouse.takenBack', { why: fact.withdrawnWhy })}</span>
        ),
    },
    {
      title: '',
      key: 'action',
      className: 'row-acts no-print',
      render: (_, fact) =>
        mayAct(me.role) &&
        fact.withdrawnAt === null && (
          <Button type="link" size="small" onClick={() => takeBack.ask(fact.id)}>
            {t('warehouse.takeBack')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <Table
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={facts}
        columns={columns}
        scroll={{ x: 'max-content' }}
        rowClassName={(fact) => (fact.withdrawnAt === null ? '' : 'row-withdrawn')}
        locale={{ emptyText: t('warehouse.nothing') }}
      />
      {takeBack.dialog}
    </>
  );
}
