import { useEffect, useRef, useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useLocation, useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { DeclarationFilter, DeclarationQuery, DeclarationSummary } from '../api/types.js';
import { hiddenColumns, rememberHiddenColumns, rememberList } from '../api/views.js';
import { useListKeys } from '../parts/list-keys.js';
import { PagedList } from '../parts/paged-list.js';
import { PageHead, Panel } from '../parts/page.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';
import { DeclarationsFilter, SEARCH_ID } from './declarations-filter.js';
import { BulkBar } from './declarations-bulk.js';
import { declarationColumns, hiddenAtFirst, SORTED } from './declarations-columns.js';
import { StageCards } from './declarations-stages.js';
import { DeclarationsTools } from './declarations-tools.js';

const LIMIT = 50;
const NAMES = [
  'seller',
  'delivery',
  'verdict',
  'stage',
  'attention',
  'sort',
  'regime',
  'from',
  'to',
  'code',
  'q',
  'month',
  'reversedMonth',
  'refused',
  'country',
  'importId',
] as const satisfies readonly (keyof DeclarationQuery)[];

/** Rows one may act on at once. */
const MOST = 500;

/** Where every declaration stands: cards that count and filter, a filter bar, one dense table to work through. */
export default function DeclarationsPage() {
  const texts = useTexts();
  const { t, language } = texts;
  const me = useMe();
  const navigate = useNavigate();
  const polling = usePolling();
  const list = useRef<HTMLDivElement>(null);
  const place = useUrlFilter(NAMES);
  const { search } = useLocation();
  const query = place.filter as DeclarationQuery;
  const { sort, ...filter }: DeclarationQuery = query;
  const withSeller = me.sellers.length > 1;
  const [hiddenChoice, setHidden] = useState(hiddenColumns);
  const hidden = hiddenChoice ?? hiddenAtFirst(withSeller, language);
  const [chosen, setChosen] = useState<DeclarationSummary[]>([]);
  // The cards count the selection without its state, so that all of them stay comparable.
  const unstated: DeclarationFilter = {
    ...filter,
    delivery: undefined,
    verdict: undefined,
    stage: undefined,
    attention: undefined,
  };

  const counts = useQuery({
    queryKey: keys.counts(unstated),
    queryFn: ({ signal }) => api.counts(unstated, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  const page = useQuery({
    queryKey: keys.declarations(query, place.cursor),
    queryFn: ({ signal }) => api.declarations(query, place.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  useListKeys(list, SEARCH_ID);
  const filtered = Object.keys(filter).length > 0;
  const items = page.isPlaceholderData ? undefined : page.data?.items;
  useEffect(() => {
    if (items) rememberList({ search, ids: items.map((one) => one.id) });
  }, [items, search]);
  const every = declarationColumns(texts, withSeller);
  const columns = every
    .filter((column) => !hidden.includes(String(column.key)))
    .map((column) => {
      const name = SORTED[String(column.key)];
      if (!name) return column;
      const sortOrder = sort === name ? 'ascend' : sort === `-${name}` ? 'descend' : null;
      return { ...column, sorter: true, sortOrder } as typeof column;
    });
  const width = columns.reduce((sum, column) => sum + Number(column.width ?? 160), 40);

  return (
    <>
      <PageHead
        title={t('declarations.title')}
        sub={<span className="key-help">{t('declarations.keys')}</span>}
      />
      <StageCards
        filter={filter}
        counts={counts.data}
        onChoose={(stage) => {
          setChosen([]);
          place.set({ ...noState, ...stage });
        }}
      />
      <Panel flush>
        <DeclarationsFilter
          filter={filter}
          onChange={(change) => {
            setChosen([]);
            place.set(change);
          }}
          onClear={() => {
            setChosen([]);
            place.clear();
          }}
          tools={
            <DeclarationsTools
              query={query}
              columns={every.slice(1).map(({ key, title }) => ({ key: String(key), title: String(title) }))}
              hidden={hidden}
              onHide={(keys) => {
                setHidden(keys);
                rememberHiddenColumns(keys);
              }}
            />
          }
        />
        {mayAct(me.role) && <BulkBar rows={chosen} onClear={() => setChosen([])} />}
        <div ref={list} className="list">
          <PagedList<DeclarationSummary>
            query={page}
            cursors={place}
            rowKey="id"
            columns={columns}
            empty={t(filtered ? 'declarations.noneFiltered' : 'declarations.none')}
            emptyActions={
              filtered ? (
                <Button onClick={place.clear}>{t('filter.clear')}</Button>
              ) : (
                <Button type="primary" onClick={() => void navigate('/upload')}>
                  {t('declarations.upload')}
                </Button>
              )
            }
            width={width}
            pathOf={(row) => `/declarations/${row.id}`}
            table={{
              ...(mayAct(me.role) && {
                rowSelection: {
                  selectedRowKeys: chosen.map(({ id }) => id),
                  preserveSelectedRowKeys: true,
                  columnWidth: 40,
                  onChange: (_ids: React.Key[], rows: DeclarationSummary[]) => setChosen(rows.slice(0, MOST)),
                },
              }),
              showSorterTooltip: false,
              onChange: (_page, _filters, sorter) => {
                const { order, columnKey } = Array.isArray(sorter) ? {} : sorter;
                const name = SORTED[String(columnKey)];
                place.set({ sort: name && order ? `${order === 'descend' ? '-' : ''}${name}` : undefined });
              },
              rowClassName: (row) => (row.attention ? 'row-attention' : ''),
            }}
          />
        </div>
      </Panel>
    </>
  );
}

const noState = { delivery: undefined, verdict: undefined, stage: undefined, attention: undefined };
