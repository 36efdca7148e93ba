import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { DatePicker, Empty, Select, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { RefusalFilter, RefusalGroup } from '../api/types.js';
import { codesOf } from '../parts/codes.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { SellerSelect } from '../parts/seller-select.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';
import { BulkModal, ofGroup } from './refusals-bulk.js';
import { RefusalTable } from './refusals-table.js';
import { UnknownCodes } from './refusals-unknown.js';

const NAMES = [
  'seller',
  'regime',
  'from',
  'to',
  'importId',
] as const satisfies readonly (keyof RefusalFilter)[];
const DAY = 'YYYY-MM-DD';

/** What stands refused or failed now, by code: why, what to do, and how to declare all of one code again. */
export default function RefusalsPage() {
  const texts = useTexts();
  const { t } = texts;
  const polling = usePolling();
  const place = useUrlFilter(NAMES);
  const [bulk, setBulk] = useState<RefusalGroup | null>(null);
  const refusals = useQuery({
    queryKey: keys.refusals(place.filter),
    queryFn: ({ signal }) => api.refusals(place.filter, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  const filtered = Object.keys(place.filter).length > 0;
  return (
    <>
      <PageHead
        title={t('refusals.title')}
        sub={
          refusals.data
            ? t('refusals.sub', { total: refusals.data.total, codes: refusals.data.items.length })
            : t('refusals.subWait')
        }
      />
      <Panel flush className="no-print">
        <RefusalsFilter filter={place.filter} set={place.set} />
      </Panel>
      {refusals.isError ? (
        <ProblemView error={refusals.error} onRetry={() => void refusals.refetch()} />
      ) : !refusals.data ? (
        <Skeleton active paragraph={{ rows: 8 }} className="page-skeleton" />
      ) : refusals.data.items.length === 0 ? (
        <Panel>
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={t(filtered ? 'refusals.noneFiltered' : 'refusals.none')}
          />
        </Panel>
      ) : (
        <Panel flush>
          <RefusalTable groups={refusals.data.items} onBulk={setBulk} />
        </Panel>
      )}
      <UnknownCodes />
      {bulk && (
        <BulkModal
          key={`${bulk.messageType}/${bulk.code}`}
          of={ofGroup(bulk, texts)}
          onClose={() => setBulk(null)}
        />
      )}
    </>
  );
}

interface RefusalsFilterProps {
  filter: RefusalFilter;
  set: (change: Partial<Record<(typeof NAMES)[number], string | undefined>>) => void;
}

function RefusalsFilter({ filter, set }: RefusalsFilterProps) {
  const { t, text } = useTexts();
  const me = useMe();
  return (
    <div className="filter" role="search">
      {me.sellers.length > 1 && (
        <SellerSelect
          by="code"
          allowAll
          value={filter.seller}
          onChange={(seller) => set({ seller })}
          width={240}
        />
      )}
      <Select
        aria-label={t('field.regime')}
        placeholder={t('field.regime')}
        allowClear
        value={filter.regime}
        onChange={(regime: string | undefined) => set({ regime })}
        options={codesOf('regime').map(({ code, text: name }) => ({
          value: code,
          label: code,
          title: text(name),
        }))}
        style={{ width: 120 }}
      />
      <DatePicker.RangePicker
        aria-label={t('filter.days')}
        placeholder={[t('filter.from'), t('filter.to')]}
        allowEmpty={[true, true]}
        value={[filter.from ? dayjs(filter.from) : null, filter.to ? dayjs(filter.to) : null]}
        onChange={(days) => set({ from: days?.[0]?.format(DAY), to: days?.[1]?.format(DAY) })}
        style={{ width: 240 }}
      />
    </div>
  );
}
