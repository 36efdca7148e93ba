import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select, type TableColumnsType } from 'antd';
import { Link, useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { FilingFilter, FilingSummary } from '../api/types.js';
import { Actor } from '../parts/actor.js';
import { appTypeText, filingKinds } from '../parts/filing-kinds.js';
import { decimalText, timeText } from '../parts/format.js';
import { PagedList } from '../parts/paged-list.js';
import { PageHead, Panel } from '../parts/page.js';
import { SellerSelect } from '../parts/seller-select.js';
import { deliveryLooks, verdictLooks } from '../parts/states.js';
import { DeliveryTag, StatusCode, VerdictTag } from '../parts/status.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts, type Texts } from '../texts/index.js';
import { isBusy } from './filing-batch.js';

const LIMIT = 50;
const NAMES = [
  'messageType',
  'delivery',
  'verdict',
  'seller',
  'billNo',
  'declarationId',
] as const satisfies readonly (keyof FilingFilter)[];

/** Everything declared besides the documents of single orders: arrival, bill summary, departure, withdrawal, return … */
export default function FilingsPage() {
  const texts = useTexts();
  const { t } = texts;
  const me = useMe();
  const navigate = useNavigate();
  const polling = usePolling();
  const place = useUrlFilter(NAMES);
  const filter = place.filter as FilingFilter;
  const page = useQuery({
    queryKey: keys.filings(filter, place.cursor),
    queryFn: ({ signal }) => api.filings(filter, place.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: polling,
  });
  return (
    <>
      <PageHead
        title={t('filings.title')}
        sub={t('filings.sub')}
        actions={
          mayAct(me.role) && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/filings/new')}>
              {t('filings.new')}
            </Button>
          )
        }
      />
      {mayAct(me.role) && <RecentBatches />}
      <Panel flush>
        <FilingsFilter filter={filter} set={place.set} clear={place.clear} />
        <PagedList<FilingSummary>
          query={page}
          cursors={place}
          rowKey="id"
          columns={columnsOf(texts)}
          empty={Object.keys(filter).length > 0 ? t('filings.none') : t('filings.noneYet')}
          emptyActions={
            mayAct(me.role) && Object.keys(filter).length === 0 ? (
              <Link to="/filings/new">{t('filings.new')}</Link>
            ) : undefined
          }
          width={1180}
          pathOf={(row) => `/filings/${row.id}`}
          table={{ className: 'list' }}
        />
      </Panel>
    </>
  );
}

/** Batches of drafts that still wait for somebody. */
function RecentBatches() {
  const { t, text } = useTexts();
  const query = useQuery({
    queryKey: keys.batches,
    queryFn: ({ signal }) => api.batches(undefined, 5, signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isBusy) ? 2_000 : false),
  });
  const open = (query.data?.items ?? []).filter((one) => one.counts.submitted < one.drafts || isBusy(one));
  if (open.length === 0) return null;
  return (
    <Panel title={t('batch.recent')}>
      <ul className="plain-list">
        {open.map((one) => (
          <li key={one.id}>
            <Link to={`/filings/batches/${one.id}`}>
              {text(one.title)}
              {one.month && ` ${one.month}`}
            </Link>{' '}
            <span className="quiet">
              {one.state === 'drafting' && `${t('batch.drafting')} · `}
              {one.state === 'working' && `${t('batch.working', { count: decimalText(one.waiting) })} · `}
              {t('batch.state.submitted')} {decimalText(one.counts.submitted)} / {decimalText(one.drafts)} ·{' '}
              {timeText(one.createdAt)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface FilingsFilterProps {
  filter: FilingFilter;
  set: (change: Partial<Record<(typeof NAMES)[number], string | undefined>>) => void;
  clear: () => void;
}

function FilingsFilter({ filter, set, clear }: FilingsFilterProps) {
  const { t, text } = useTexts();
  const me = useMe();
  return (
    <div className="filter no-print" role="search">
      <Select
        aria-label={t('filings.type')}
        placeholder={t('filings.type')}
        allowClear
        value={filter.messageType}
        onChange={(messageType: string | undefined) => set({ messageType })}
        options={filingKinds.map((kind) => ({ value: kind.message, label: text(kind.title) }))}
        popupMatchSelectWidth={false}
        style={{ width: 220 }}
      />
      <Select
        aria-label={t('field.delivery')}
        placeholder={t('field.delivery')}
        allowClear
        value={filter.delivery}
        onChange={(delivery: string | undefined) => set({ delivery })}
        options={Object.entries(deliveryLooks).map(([value, look]) => ({ value, label: text(look.text) }))}
        style={{ width: 140 }}
      />
      <Select
        aria-label={t('field.verdict')}
        placeholder={t('field.verdict')}
        allowClear
        value={filter.verdict}
        onChange={(verdict: string | undefined) => set({ verdict })}
        options={Object.entries(verdictLooks).map(([value, look]) => ({ value, label: text(look.text) }))}
        style={{ width: 160 }}
      />
      <Input.Search
        key={filter.billNo ?? ''}
        allowClear
        aria-label={t('return.billNo')}
        placeholder={t('return.billNo')}
        defaultValue={filter.billNo}
        onSearch={(billNo) => set({ billNo: billNo.trim() || undefined })}
        style={{ width: 220 }}
      />
      {me.sellers.length > 1 && (
        <SellerSelect
          by="code"
          allowAll
          value={filter.seller}
          onChange={(seller) => set({ seller })}
          width={220}
        />
      )}
      {Object.keys(filter).length > 0 && (
        <Button type="link" onClick={clear}>
          {t('filter.clear')}
        </Button>
      )}
    </div>
  );
}

function columnsOf({ t, text }: Texts): TableColumnsType<FilingSummary> {
  return [
    {
      title: t('filings.type'),
      key: 'title',
      width: 200,
      render: (_, one) => (
        <>
          <Link to={`/filings/${one.id}`}>{text(one.title)}</Link>{' '}
          <span className="mono quiet small">{one.messageType.replace('Message', '')}</span>
        </>
      ),
    },
    {
      title: t('filings.number'),
      key: 'number',
      width: 200,
      className: 'mono',
      render: (_, one) => one.number,
    },
    {
      title: t('return.billNo'),
      key: 'bill',
      width: 130,
      className: 'mono',
      render: (_, one) => one.billNo ?? <span className="quiet">—</span>,
    },
    {
      title: t('field.delivery'),
      key: 'delivery',
      width: 110,
      render: (_, one) => <DeliveryTag value={one.delivery} />,
    },
    {
      title: t('field.verdict'),
      key: 'verdict',
      width: 166,
      render: (_, one) => (
        <span className="verdict" title={one.status ? text(one.status.text) : undefined}>
          <VerdictTag value={one.verdict} />
          {one.status && <StatusCode status={one.status} />}
          {one.refusedChange && (
            <span className="reversal">
              {t('filings.changeRefusedMark', { kind: appTypeText(t, one.refusedChange.appType) })}
            </span>
          )}
          {one.deleted && <span className="quiet">{t('filings.deleted')}</span>}
        </span>
      ),
    },
    {
      title: t('filings.covers'),
      key: 'covers',
      width: 136,
      align: 'right',
      className: 'num',
      render: (_, one) => (
        <>
          {t('filings.coversOf', { declarations: decimalText(one.declarations) })}
          {one.parts > 1 && ` · ${t('filings.partsOf', { parts: one.parts })}`}
        </>
      ),
    },
    {
      title: t('field.createdBy'),
      key: 'by',
      width: 130,
      ellipsis: true,
      render: (_, one) => (
        <span title={one.createdBy}>
          <Actor value={one.createdBy} />
        </span>
      ),
    },
    {
      title: t('field.createdAt'),
      key: 'time',
      width: 150,
      className: 'num',
      render: (_, one) => timeText(one.createdAt),
    },
  ];
}
