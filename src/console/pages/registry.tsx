import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Checkbox, Input, Select, Tag, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { FactsTaken, RegistryLine } from '../api/types.js';
import { MadeFileButton } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { useSheetImport } from '../parts/sheet-import.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';

/** The registry of enterprises: searched, filtered, in and out as Excel. */
export default function RegistryPage() {
  const { t, text } = useTexts();
  const me = useMe();
  const manages = me.role === 'officer' || me.role === 'operator';
  const place = useUrlFilter(['search', 'kind', 'hits'] as const);
  const { search, kind, hits } = place.filter;
  const query = useQuery({
    queryKey: keys.registry(place.filter, place.cursor),
    queryFn: ({ signal }) => api.registry({ search, kind, hits, cursor: place.cursor }, signal),
    placeholderData: keepPreviousData,
  });
  const kinds = useQuery({
    queryKey: keys.registryKinds,
    queryFn: ({ signal }) => api.registryKinds(signal),
  });
  const counts = useQuery({
    queryKey: keys.registryCounts,
    queryFn: ({ signal }) => api.registryCounts(signal),
    enabled: manages,
  });
  const sheet = useSheetImport<FactsTaken>({
    sheet: 'registry',
    path: '/v1/registry/import',
    label: t('registry.import'),
    refresh: ['registry'],
    summary: ({ added, replaced, same, ended, recounted }) =>
      t('registry.taken', { added, replaced, same, ended, recounted }),
  });
  const columns: TableColumnsType<RegistryLine> = [
    {
      title: t('registry.name'),
      key: 'name',
      render: (_, line) => <Link to={`/registry/${line.code}`}>{line.name ?? t('registry.unnamed')}</Link>,
    },
    { title: t('registry.code'), dataIndex: 'code', className: 'mono' },
    { title: t('registry.types'), key: 'types', render: (_, line) => line.types.map(text).join('、') },
    {
      title: t('registry.place'),
      key: 'place',
      render: (_, line) => [line.district, line.park].filter(Boolean).join(' / ') || '—',
    },
    {
      title: t('registry.lists'),
      key: 'lists',
      render: (_, line) =>
        line.lists.length === 0 ? '—' : line.lists.map((list) => <Tag key={list.en}>{text(list)}</Tag>),
    },
    {
      title: t('registry.credit'),
      key: 'hits',
      render: (_, line) =>
        line.hits.length === 0
          ? '—'
          : line.hits.map((hit) => (
              <Tag key={`${hit.text.en} ${hit.since}`} color="red" title={hit.source}>
                {text(hit.text)} {hit.since}
              </Tag>
            )),
    },
    { title: t('registry.facts'), dataIndex: 'facts', align: 'right', className: 'num' },
  ];
  return (
    <>
      <PageHead
        title={t('registry.title')}
        sub={
          <>
            {t('registry.sub')}
            {counts.data && ` · ${t('registry.known', { count: counts.data.enterprises })}`}
          </>
        }
        actions={
          <>
            <MadeFileButton path={withQuery('/v1/registry/export', { kind })}>
              {t('registry.export')}
            </MadeFileButton>
            {manages && sheet.button}
          </>
        }
      />
      {sheet.result}
      <Panel flush>
        <div className="filter no-print" role="search">
          <Input.Search
            allowClear
            defaultValue={search}
            aria-label={t('registry.search')}
            placeholder={t('registry.search')}
            style={{ maxWidth: 300 }}
            onSearch={(value) => place.set({ search: value || undefined })}
          />
          <Select
            allowClear
            aria-label={t('registry.kind')}
            placeholder={t('registry.kind')}
            value={kind}
            onChange={(value?: string) => place.set({ kind: value })}
            options={(kinds.data?.items ?? []).map((one) => ({ value: one.id, label: text(one.text) }))}
            style={{ minWidth: 200 }}
          />
          <Checkbox
            checked={hits === 'true'}
            onChange={(event) => place.set({ hits: event.target.checked ? 'true' : undefined })}
          >
            {t('registry.hits')}
          </Checkbox>
        </div>
        <PagedList query={query} cursors={place} rowKey="code" columns={columns} empty={t('registry.none')} />
      </Panel>
    </>
  );
}
