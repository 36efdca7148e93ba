import { useState } from 'react';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Progress, type TableColumnsType } from 'antd';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { BatchRun, DraftState, DraftSummary, FilingBatch } from '../api/types.js';
import { AskFirst } from '../parts/ask-first.js';
import { Actor } from '../parts/actor.js';
import { codeName } from '../parts/codes.js';
import { FaultList } from '../parts/faults.js';
import { fieldLabel } from '../parts/filing-kinds.js';
import { decimalText, percentOf, timeText } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { PageHead, Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { useFailure } from '../parts/problem.js';
import { draftLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts, type Texts } from '../texts/index.js';

const LIMIT = 50;
const BUSY_MS = 1_000;
const STATES = ['complete', 'incomplete', 'refused', 'submitted', 'unchecked'] as const;

export const isBusy = (batch: FilingBatch): boolean =>
  batch.state === 'drafting' || batch.state === 'working';

/** One batch of drafts: how far the gateway is, the verdict of each draft, and what to do with all or some. */
export default function FilingBatchPage() {
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: keys.batch(id),
    queryFn: ({ signal }) => api.batch(id, signal),
    refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? BUSY_MS : false),
  });
  return <Loaded query={query}>{(batch) => <BatchView batch={batch} />}</Loaded>;
}

function BatchView({ batch }: { batch: FilingBatch }) {
  const { t, text } = useTexts();
  const [chosen, setChosen] = useState<number[]>([]);
  const place = useUrlFilter(['state']);
  const state = STATES.find((one) => one === place.filter.state);
  const done = batch.drafts - batch.waiting;
  return (
    <>
      <PageHead
        title={`${text(batch.title)} · ${t('batch.title')}`}
        sub={
          <>
            <Link to="/filings">{t('filings.title')}</Link>
            {batch.month && ` · ${batch.month}`} · {timeText(batch.createdAt)} ·{' '}
            <Actor value={batch.createdBy} />
          </>
        }
        actions={<BatchActions batch={batch} chosen={chosen} onDone={() => setChosen([])} />}
      />
      {batch.state === 'failed' && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('batch.failed')}
          description={<FaultList faults={batch.faults} />}
          action={
            <Link to={`/filings/new?messageType=${batch.messageType}`} className="no-print">
              {t('batch.another')}
            </Link>
          }
        />
      )}
      {batch.state !== 'failed' && (
        <Panel>
          <Progress
            percent={batch.state === 'drafting' ? 0 : percentOf(done, batch.drafts)}
            status={isBusy(batch) ? 'active' : 'normal'}
            aria-label={t('batch.progress')}
          />
          <p className="quiet batch-standing" role="status">
            {batch.state === 'drafting'
              ? t('batch.drafting')
              : batch.state === 'working'
                ? t('batch.working', { count: decimalText(batch.waiting) })
                : batch.counts.submitted === batch.drafts && t('batch.allSubmitted')}{' '}
            {isBusy(batch) && t('batch.keeps')}
          </p>
          <div className="cards flow" role="group" aria-label={t('batch.state')}>
            <StateCard
              name={t('batch.all')}
              count={batch.drafts}
              pressed={!state}
              onClick={() => place.set({ state: undefined })}
            />
            {STATES.map((one) => (
              <StateCard
                key={one}
                name={t(`batch.state.${one}`)}
                count={batch.counts[one]}
                pressed={state === one}
                onClick={() => place.set({ state: one })}
              />
            ))}
          </div>
        </Panel>
      )}
      {batch.drafts > 0 && (
        <Drafts batch={batch} state={state} place={place} chosen={chosen} onChoose={setChosen} />
      )}
    </>
  );
}

interface StateCardProps {
  name: string;
  count: number;
  pressed: boolean;
  onClick: () => void;
}

const StateCard = ({ name, count, pressed, onClick }: StateCardProps) => (
  <button
    type="button"
    className={`card ${pressed ? 'active' : ''}`}
    aria-pressed={pressed}
    onClick={onClick}
  >
    <span className="card-name">{name}</span>
    <span className="card-count num">{decimalText(count)}</span>
  </button>
);

interface DraftsProps {
  batch: FilingBatch;
  state: DraftState | undefined;
  place: Pick<
    ReturnType<typeof useUrlFilter<'state'>>,
    'cursor' | 'depth' | 'onFirst' | 'onPrevious' | 'onNext'
  >;
  chosen: number[];
  onChoose: (numbers: number[]) => void;
}

function Drafts({ batch, state, place, chosen, onChoose }: DraftsProps) {
  const texts = useTexts();
  const busy = isBusy(batch);
  const page = useQuery({
    // What was read while the batch was being worked on is not how it ended: its end reads the drafts once more.
    queryKey: [...keys.batchDrafts(batch.id, state, place.cursor), busy],
    queryFn: ({ signal }) => api.batchDrafts(batch.id, state, place.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: busy ? BUSY_MS : false,
  });
  return (
    <Panel flush>
      <PagedList<DraftSummary>
        query={page}
        cursors={place}
        rowKey="number"
        columns={columnsOf(batch, page.data?.items ?? [], texts)}
        empty={texts.t('batch.none')}
        width={1080}
        pathOf={(row) => `/filings/batches/${batch.id}/${row.number}`}
        table={{
          className: 'list',
          rowSelection: {
            selectedRowKeys: chosen,
            preserveSelectedRowKeys: true,
            onChange: (rows) => onChoose(rows.map(Number)),
            getCheckboxProps: ({ number, state: one }) => ({
              disabled: one === 'submitted',
              'aria-label': texts.t('batch.draft', { number }),
            }),
          },
        }}
      />
    </Panel>
  );
}

/** Code tables of what keeps drafts apart. */
const CODES: Record<string, string> = {
  customsCode: 'customs',
  portCode: 'customs',
  country: 'country',
  trafMode: 'trafMode',
  regime: 'regime',
};

function columnsOf(
  batch: FilingBatch,
  items: readonly DraftSummary[],
  { t, text }: Texts,
): TableColumnsType<DraftSummary> {
  // The enterprise has a column of its own; its code and that of the declarant say nothing to people.
  const paths = Object.keys(items[0]?.apart ?? {}).filter((path) => !path.endsWith('.code'));
  return [
    {
      title: t('batch.number'),
      key: 'number',
      width: 60,
      className: 'num',
      render: (_, one) => (
        <Link
          to={one.filingId ? `/filings/${one.filingId}` : `/filings/batches/${batch.id}/${one.number}`}
          aria-label={t('batch.draft', { number: one.number })}
        >
          {one.number}
        </Link>
      ),
    },
    {
      title: t('batch.state'),
      key: 'state',
      width: 120,
      render: (_, one) =>
        one.wanted ? (
          <span className="quiet">{t(`batch.wanted.${one.wanted}`)}</span>
        ) : (
          <StateTag look={draftLooks[one.state]} />
        ),
    },
    {
      title: t('field.seller'),
      key: 'seller',
      width: 190,
      ellipsis: true,
      render: (_, one) => one.seller,
    },
    ...paths.map((path) => {
      const name = path.split('.').at(-1) ?? path;
      return {
        title: text(fieldLabel(name === 'regime' ? 'tradeMode' : name)),
        key: path,
        width: 112,
        ellipsis: true,
        render: (_: unknown, one: DraftSummary) => {
          const code = one.apart[path];
          const named = codeName(CODES[name], code);
          // A regime is known by its code.
          const shown = named && name === 'regime' ? `${code} ${text(named)}` : text(named) || code;
          return <span title={name === 'regime' ? shown : code}>{shown}</span>;
        },
      };
    }),
    {
      title: t('filings.lists'),
      key: 'declarations',
      width: 80,
      align: 'right',
      className: 'num',
      render: (_, one) => decimalText(one.declarations),
    },
    { title: t('batch.due'), key: 'due', width: 110, className: 'num', render: (_, one) => one.due ?? '—' },
    ...(items.some((one) => one.firstFault) ? [causeColumn({ t, text })] : []),
  ];
}

const causeColumn = ({ t, text }: Pick<Texts, 't' | 'text'>): TableColumnsType<DraftSummary>[number] => ({
  title: t('batch.cause'),
  key: 'cause',
  width: 230,
  ellipsis: true,
  render: (_, one) =>
    one.firstFault && (
      <span title={text(one.firstFault.message)}>
        <span className="fault-code">{one.firstFault.code}</span> {text(one.firstFault.message)}
        {one.faults > 1 && <span className="quiet"> {t('batch.more', { count: one.faults })}</span>}
      </span>
    ),
});

interface BatchActionsProps {
  batch: FilingBatch;
  chosen: number[];
  onDone: () => void;
}

function BatchActions({ batch, chosen, onDone }: BatchActionsProps) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const fail = useFailure();
  const settle = (answer: FilingBatch) => {
    client.setQueryData(keys.batch(batch.id), answer);
    return refresh('filing-drafts');
  };
  const run = useMutation({
    mutationFn: (body: BatchRun) => api.runBatch(batch.id, body),
    onSuccess: (answer) => {
      onDone();
      return settle(answer);
    },
    onError: fail,
  });
  const cancel = useMutation({
    mutationFn: () => api.cancelBatch(batch.id),
    onSuccess: (answer) => {
      void message.info(t('batch.cancelled'));
      return settle(answer);
    },
    onError: fail,
  });
  const discard = useMutation({
    mutationFn: () => api.discardBatch(batch.id),
    onSuccess: async () => {
      await navigate('/filings');
      await refresh('filing-batches');
    },
    onError: fail,
  });
  const open = batch.drafts - batch.counts.submitted;
  const some = chosen.length > 0 ? { drafts: chosen } : {};
  const count = chosen.length > 0 ? chosen.length : open;
  if (batch.state === 'working')
    return (
      <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('batch.cancel')}
      </Button>
    );
  if (batch.state === 'drafting') return null;
  return (
    <>
      <AskFirst
        title={t('batch.discardAsk')}
        description={t('batch.discardHelp')}
        okText={t('batch.discard')}
        cancelText={t('action.back')}
        onConfirm={() => discard.mutate()}
      >
        <Button loading={discard.isPending}>{t('batch.discard')}</Button>
      </AskFirst>
      {open > 0 && (
        <>
          <Button loading={run.isPending} onClick={() => run.mutate({ action: 'check', ...some })}>
            {chosen.length > 0 ? t('batch.checkSome', { count }) : t('batch.check')}
          </Button>
          <AskFirst
            title={t('batch.submitAsk', { count: decimalText(count) })}
            description={t('batch.submitHelp')}
            okText={t('filings.submit')}
            cancelText={t('action.back')}
            onConfirm={() => run.mutate({ action: 'submit', ...some })}
          >
            <Button type="primary" loading={run.isPending}>
              {t(chosen.length > 0 ? 'batch.submitSome' : 'batch.submit', { count: decimalText(count) })}
            </Button>
          </AskFirst>
        </>
      )}
    </>
  );
}
