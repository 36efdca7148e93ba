import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Alert, Empty, Segmented, Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import type { InspectionTask } from '../api/types.js';
import { durationText, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { StateTag } from '../parts/status.js';
import { inspectionLooks } from '../parts/states.js';
import { useTexts, type Texts } from '../texts/index.js';
import { NoteArrival } from './inspection-arrival.js';

const LIMIT = 200;
type State = 'open' | 'done';

/** What customs ordered to inspect: fresh goods first, when the goods arrived, what came out and how long it took. */
export default function InspectionsPage() {
  const texts = useTexts();
  const { t, language } = texts;
  const polling = usePolling();
  const [state, setState] = useState<State>('open');
  const asked = { state, limit: LIMIT };
  const query = useQuery({
    queryKey: keys.inspections(asked),
    queryFn: ({ signal }) => api.inspectionTasks(asked, signal),
    refetchInterval: polling,
  });
  const items = query.data?.items ?? [];
  const median = (minutes: number | null | undefined) =>
    minutes === null || minutes === undefined ? '—' : durationText(minutes * 60, language);
  return (
    <>
      <PageHead
        title={t('inspections.title')}
        sub={t('inspections.sub')}
        actions={
          <Segmented<State>
            value={state}
            onChange={setState}
            options={[
              { value: 'open', label: t('inspections.open') },
              { value: 'done', label: t('inspections.done') },
            ]}
          />
        }
      />
      <Panel title={t('inspections.medians')}>
        <dl className="medians">
          <dt>{t('inspections.fresh')}</dt>
          <dd className="num">{median(query.data?.minutes.fresh)}</dd>
          <dt>{t('inspections.other')}</dt>
          <dd className="num">{median(query.data?.minutes.other)}</dd>
        </dl>
      </Panel>
      <Panel flush>
        {items.length === LIMIT && (
          <Alert type="info" showIcon title={t('inspections.more', { count: LIMIT })} />
        )}
        {query.isError ? (
          <ProblemView error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Table<InspectionTask>
            size="small"
            rowKey="id"
            columns={columns(texts)}
            dataSource={items}
            loading={query.isPending}
            pagination={false}
            scroll={{ x: 1000 }}
            locale={{
              emptyText: query.isPending ? (
                <span className="table-wait" />
              ) : (
                <Empty
                  image={Empty.PRESENTED_IMAGE_SIMPLE}
                  description={t(state === 'open' ? 'inspections.none' : 'inspections.noneDone')}
                />
              ),
            }}
          />
        )}
      </Panel>
    </>
  );
}

const columns = ({ t, language }: Texts): TableColumnsType<InspectionTask> => [
  {
    title: t('field.orderNo'),
    key: 'order',
    width: 210,
    render: (_, task) => (
      <>
        <Link to={`/declarations/${task.declarationId}`} className="mono">
          {task.orderNo}
        </Link>
        <div className="quiet small num">{task.entryId ?? ''}</div>
      </>
    ),
  },
  {
    title: t('declaration.goods'),
    key: 'goods',
    render: (_, task) => (
      <>
        {task.fresh && (
          <span className="fresh-mark" title={t('inspections.freshHelp')}>
            {t('inspections.freshMark')}
          </span>
        )}
        {task.goods}
        <div className="quiet small">{task.seller}</div>
      </>
    ),
  },
  {
    title: t('inspections.ordered'),
    key: 'ordered',
    width: 170,
    render: (_, task) => (
      <>
        <span className="num">{timeText(task.orderedAt)}</span>
        <div className="quiet small">{task.orderedNote}</div>
      </>
    ),
  },
  {
    title: t('inspections.arrived'),
    key: 'arrived',
    width: 170,
    render: (_, task) => (
      <>
        {task.arrivedAt && (
          <div>
            <span className="num">{timeText(task.arrivedAt)}</span>
            <div className="quiet small">{task.arrivedBy}</div>
          </div>
        )}
        <NoteArrival task={task} />
      </>
    ),
  },
  {
    title: t('inspections.result'),
    key: 'result',
    width: 180,
    render: (_, task) => (
      <>
        <StateTag look={inspectionLooks[task.result ?? 'open']} />
        {task.resultAt && (
          <div className="quiet small">
            <span className="num">{timeText(task.resultAt)}</span> {task.resultNote}
          </div>
        )}
      </>
    ),
  },
  {
    title: t('inspections.took'),
    key: 'took',
    width: 150,
    render: (_, task) => (
      <>
        <span className="num">{durationText(task.minutes * 60, language)}</span>
        <div className="quiet small">
          {t(task.arrivedAt ? 'inspections.since' : 'inspections.sinceOrdered')}
        </div>
      </>
    ),
  },
];
