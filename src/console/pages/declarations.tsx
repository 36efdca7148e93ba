import { useRef } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Empty, Table } from 'antd';
import { useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { DeclarationFilter, DeclarationSummary } from '../api/types.js';
import { useListKeys } from '../parts/list-keys.js';
import { PageHead, Panel } from '../parts/page.js';
import { Pager } from '../parts/pager.js';
import { ProblemView } from '../parts/problem.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';
import { DeclarationsFilter, SEARCH_ID } from './declarations-filter.js';
import { StateCards } from './declarations-cards.js';
import { declarationColumns } from './declarations-columns.js';

const LIMIT = 50;
const NAMES = [
  'seller',
  'delivery',
  'verdict',
  'attention',
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
] as const satisfies readonly (keyof DeclarationFilter)[];

/** Where every declaration stands: cards that count and filter, a filter bar, one dense table. */
export default function DeclarationsPage() {
  const texts = useTexts();
  const { t } = texts;
  const me = useMe();
  const navigate = useNavigate();
  const polling = usePolling();
  const list = useRef<HTMLDivElement>(null);
  const place = useUrlFilter(NAMES);
  const filter = place.filter as DeclarationFilter;
  // The cards count the selection without its state, so that all of them stay comparable.
  const unstated: DeclarationFilter = {
    ...filter,
    delivery: undefined,
    verdict: undefined,
    attention: undefined,
  };

  const counts = useQuery({
    queryKey: keys.counts(unstated),
    queryFn: ({ signal }) => api.counts(unstated, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  const page = useQuery({
    queryKey: keys.declarations(filter, place.cursor),
    queryFn: ({ signal }) => api.declarations(filter, place.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  useListKeys(list, SEARCH_ID);
  const filtered = Object.keys(place.filter).length > 0;

  return (
    <>
      <PageHead
        title={t('declarations.title')}
        sub={<span className="key-help">{t('declarations.keys')}</span>}
      />
      <StateCards
        filter={filter}
        counts={counts.data}
        onChoose={(state) => place.set({ ...noState, ...state })}
      />
      <Panel flush>
        <DeclarationsFilter filter={filter} onChange={place.set} onClear={place.clear} />
        {page.isError ? (
          <ProblemView error={page.error} onRetry={() => void page.refetch()} />
        ) : (
          <div ref={list} className="list">
            <Table<DeclarationSummary>
              size="small"
              rowKey="id"
              columns={declarationColumns(texts, me.sellers.length > 1)}
              dataSource={page.data?.items ?? []}
              loading={page.isPending || page.isPlaceholderData}
              pagination={false}
              scroll={{ x: texts.language === 'zh' ? 1236 : 1310 }}
              rowClassName={(row) => (row.attention ? 'row-attention' : '')}
              onRow={(row) => ({ onDoubleClick: () => void navigate(`/declarations/${row.id}`) })}
              locale={{
                emptyText: page.isPending ? (
                  <span className="table-wait" />
                ) : (
                  <Empty
                    image={Empty.PRESENTED_IMAGE_SIMPLE}
                    description={t(filtered ? 'declarations.noneFiltered' : 'declarations.none')}
                  >
                    {filtered ? (
                      <Button onClick={place.clear}>{t('filter.clear')}</Button>
                    ) : (
                      <Button type="primary" onClick={() => void navigate('/upload')}>
                        {t('declarations.upload')}
                      </Button>
                    )}
                  </Empty>
                ),
              }}
            />
          </div>
        )}
        <Pager
          depth={place.depth}
          next={page.data?.next ?? null}
          count={page.data?.items.length ?? 0}
          busy={page.isPlaceholderData}
          onFirst={place.onFirst}
          onPrevious={place.onPrevious}
          onNext={place.onNext}
        />
      </Panel>
    </>
  );
}

const noState = { delivery: undefined, verdict: undefined, attention: undefined };
