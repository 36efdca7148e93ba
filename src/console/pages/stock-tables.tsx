import { useState } from 'react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Drawer, Input, Segmented, Tag, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { StockEntry, StockLine } from '../api/types.js';
import { useCursors } from '../parts/cursors.js';
import { decimalText, timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { PagedList } from '../parts/paged-list.js';
import { useFailure } from '../parts/problem.js';
import { useTexts, type TextKey } from '../texts/index.js';

const STATES = ['all', 'in-stock', 'gone'] as const;
const STATE_TEXTS: Record<(typeof STATES)[number], TextKey> = {
  all: 'stock.all',
  'in-stock': 'stock.inStock',
  gone: 'stock.gone',
};
const REBATE_COLOURS = { advance: 'gold', sold: 'default', settled: 'green' } as const;

/** Stock line by line, of one warehouse or of all. */
export function StockTable({ warehouse }: { warehouse?: string }) {
  const { t } = useTexts();
  const cursors = useCursors();
  const [search, setSearch] = useState('');
  const [state, setState] = useState<(typeof STATES)[number]>('all');
  const [shown, setShown] = useState<StockLine | null>(null);
  const asked = {
    warehouse,
    search: search || undefined,
    state: state === 'all' ? undefined : state,
    cursor: cursors.cursor,
  };
  const query = useQuery({
    queryKey: keys.stock(asked),
    queryFn: ({ signal }) => api.stock(asked, signal),
    placeholderData: keepPreviousData,
  });
  const columns: TableColumnsType<StockLine> = [
    {
      title: t('stock.goods'),
      key: 'goods',
      render: (_, line) => (
        <>
          {line.name}
          <div className="quiet small mono">{line.itemNo}</div>
        </>
      ),
    },
    ...(warehouse === undefined
      ? [{ title: t('warehouses.name'), dataIndex: 'warehouse', className: 'wrap-text' }]
      : []),
    {
      title: t('stock.order'),
      key: 'order',
      render: (_, line) => (
        <Link className="mono" to={`/declarations/${line.declarationId}`}>
          {line.orderNo}
        </Link>
      ),
    },
    ...(['departed', 'sold'] as const).map((key) => ({
      title: t(`stock.${key}`),
      key,
      align: 'right' as const,
      className: 'num',
      render: (_: unknown, line: StockLine) => decimalText(line[key]),
    })),
    {
      title: t('stock.out'),
      key: 'out',
      align: 'right',
      className: 'num',
      render: (_, line) => `${line.returned} / ${line.lost}`,
    },
    {
      title: t('stock.moved'),
      key: 'moved',
      align: 'right',
      className: 'num',
      render: (_, line) => `${line.movedIn} / ${line.movedOut}`,
    },
    {
      title: t('stock.inStock'),
      key: 'inStock',
      align: 'right',
      className: 'num',
      render: (_, line) => <b>{decimalText(line.inStock)}</b>,
    },
    {
      title: t('stock.clocks'),
      key: 'clocks',
      render: (_, line) => (
        <div className="clocks">
          <span>
            {t('stock.clock.exit')} <b className="num">{line.departedOn ?? '—'}</b>
          </span>
          <span>
            {t('stock.clock.sale')} <b className="num">{line.lastSaleOn ?? '—'}</b>
          </span>
          <span>
            {t('stock.clock.tax')}{' '}
            <Tag color={REBATE_COLOURS[line.rebate]}>
              {line.settledOn ?? t(`stock.rebate.${line.rebate}`)}
            </Tag>
          </span>
          {line.settleBy !== null && line.settledOn === null && (
            <span className="quiet small">{t('stock.settleBy', { day: line.settleBy })}</span>
          )}
        </div>
      ),
    },
    {
      title: t('stock.age'),
      key: 'age',
      align: 'right',
      className: 'num',
      render: (_, line) => line.ageDays ?? '—',
    },
    {
      title: '',
      key: 'entries',
      className: 'row-acts no-print',
      render: (_, line) => (
        <Button type="link" size="small" onClick={() => setShown(line)}>
          {t('stock.entries')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <div className="filter no-print" role="search">
        <Input.Search
          allowClear
          aria-label={t('stock.search')}
          placeholder={t('stock.search')}
          style={{ maxWidth: 300 }}
          onSearch={(value) => {
            cursors.reset();
            setSearch(value);
          }}
        />
        <Segmented
          aria-label={t('records.status')}
          value={state}
          onChange={(value) => {
            cursors.reset();
            setState(value);
          }}
          options={STATES.map((value) => ({ value, label: t(STATE_TEXTS[value]) }))}
        />
      </div>
      <PagedList
        query={query}
        cursors={cursors}
        rowKey="accountId"
        columns={columns}
        empty={t('stock.none')}
      />
      <Drawer
        open={shown !== null}
        size={880}
        onClose={() => setShown(null)}
        title={t('stock.entriesOf', { item: `${shown?.itemNo ?? ''} · ${shown?.warehouse ?? ''}` })}
      >
        {shown !== null && <EntriesOf accountId={shown.accountId} />}
      </Drawer>
    </>
  );
}

function EntriesOf({ accountId }: { accountId: string }) {
  const query = useQuery({
    queryKey: keys.stockEntries(accountId),
    queryFn: async ({ signal }) => ({ ...(await api.stockEntries(accountId, signal)), next: null }),
  });
  return <EntriesTable query={query} goods={false} />;
}

/** Entries of one warehouse's places (or of all), newest first. */
export function MovementsTable({ warehouse }: { warehouse?: string }) {
  const cursors = useCursors();
  const asked = { warehouse, cursor: cursors.cursor };
  const query = useQuery({
    queryKey: keys.movements(asked),
    queryFn: ({ signal }) => api.movements(asked, signal),
    placeholderData: keepPreviousData,
  });
  return <EntriesTable query={query} cursors={cursors} goods place={warehouse === undefined} />;
}

interface EntriesTableProps extends Pick<Parameters<typeof PagedList<StockEntry>>[0], 'query' | 'cursors'> {
  /** Shows of which goods an entry is, and in which warehouse. */
  goods: boolean;
  place?: boolean;
}

function EntriesTable({ query, cursors, goods, place = false }: EntriesTableProps) {
  const { t } = useTexts();
  const me = useMe();
  const fail = useFailure();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<StockEntry | null>(null);
  const reverse = useMutation({
    mutationFn: ({ id, why }: { id: string; why: string }) => api.reverseEntry(id, why),
    onSuccess: async () => {
      setAsked(null);
      await refresh('warehouses');
    },
    onError: fail,
  });
  const columns: TableColumnsType<StockEntry> = [
    { title: t('entry.day'), dataIndex: 'occurredOn', className: 'num' },
    {
      title: t('entry.kind'),
      key: 'kind',
      render: (_, entry) => (
        <>
          {t(kindText(entry.kind))}
          {entry.reverses !== null && <Tag>{t('entry.isReversal')}</Tag>}
          {entry.reversed && <Tag color="red">{t('entry.reversed')}</Tag>}
          {entry.other !== null && (
            <div className="quiet small">
              {t(entry.quantity.startsWith('-') ? 'entry.to' : 'entry.from', { place: entry.other })}
            </div>
          )}
        </>
      ),
    },
    ...(goods
      ? [
          {
            title: t('stock.goods'),
            key: 'goods',
            render: (_: unknown, entry: StockEntry) => (
              <>
                {entry.name}
                <div className="quiet small mono">
                  {entry.itemNo} · {entry.orderNo}
                </div>
              </>
            ),
          },
        ]
      : []),
    ...(place ? [{ title: t('warehouses.name'), dataIndex: 'warehouse', className: 'wrap-text' }] : []),
    {
      title: t('entry.quantity'),
      key: 'quantity',
      align: 'right',
      className: 'num',
      render: (_, { quantity }) => (quantity.startsWith('-') ? quantity : `+${quantity}`),
    },
    { title: t('entry.stock'), dataIndex: 'stock', align: 'right', className: 'num' },
    {
      title: t('entry.reference'),
      key: 'reference',
      render: (_, entry) => (
        <>
          <span className="mono">{entry.reference}</span>
          {entry.note !== '' && <div className="quiet small">{entry.note}</div>}
        </>
      ),
    },
    {
      title: t('entry.by'),
      key: 'by',
      render: (_, entry) => (
        <span className="quiet small">
          {entry.source === 'receipt' ? t('entry.receipt') : entry.recordedBy}
          <br />
          {timeText(entry.recordedAt)}
        </span>
      ),
    },
    {
      title: '',
      key: 'action',
      className: 'row-acts no-print',
      render: (_, entry) =>
        mayAct(me.role) &&
        entry.source !== 'receipt' &&
        entry.reverses === null &&
        !entry.reversed && (
          <Button type="link" size="small" onClick={() => setAsked(entry)}>
            {t('entry.reverse')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <PagedList
        query={query}
        {...(cursors && { cursors })}
        rowKey="id"
        columns={columns}
        empty={t('stock.none')}
      />
      <NoteModal
        open={asked !== null}
        title={t('entry.reverse')}
        help={t('entry.reverseHelp')}
        confirm={t('entry.reverse')}
        busy={reverse.isPending}
        onCancel={() => setAsked(null)}
        onSubmit={({ note }) => asked && reverse.mutate({ id: asked.id, why: note })}
      />
    </>
  );
}

const ENTRY_KINDS = ['departed', 'sold', 'returned', 'lost', 'transferred'] as const;
const kindText = (kind: string): TextKey => `entry.${ENTRY_KINDS.find((one) => one === kind) ?? 'departed'}`;
