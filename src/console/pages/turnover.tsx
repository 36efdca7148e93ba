import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, DatePicker, Empty, Table } from 'antd';
import dayjs from 'dayjs';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { TurnoverComparison } from '../api/types.js';
import { uploadTurnover } from '../api/upload.js';
import { FileButton } from '../parts/file-button.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useUrlFilter } from '../parts/url-filter.js';
import { useTexts } from '../texts/index.js';

type Line = TurnoverComparison['lines'][number];
const MONTH = 'YYYY-MM';

/** What platforms report beside what customs cleared, with the difference; the two are never added. */
export default function TurnoverPage() {
  const { t } = useTexts();
  const me = useMe();
  const refresh = useRefresh();
  const place = useUrlFilter(['from', 'to'] as const);
  const to = place.filter.to ?? monthNow();
  const query = { from: place.filter.from ?? `${to.slice(0, 4)}-01`, to, direction: 'E' };
  const turnover = useQuery({
    queryKey: keys.turnover(query),
    queryFn: ({ signal }) => api.turnover(query, signal),
  });
  const send = useMutation({
    mutationFn: uploadTurnover,
    onSuccess: () => void refresh('reports'),
  });
  const money = (value: string) => decimalText(value);
  return (
    <>
      <PageHead
        title={t('turnover.title')}
        sub={t('turnover.sub')}
        actions={
          (me.role === 'officer' || me.role === 'operator') && (
            <FileButton
              label={t('turnover.import')}
              accept=".csv"
              busy={send.isPending}
              onFile={(file) => send.mutate(file)}
            />
          )
        }
      />
      {send.isError && <ProblemView error={send.error} />}
      {send.data && (
        <Alert
          type="success"
          showIcon
          role="status"
          title={t('turnover.added', { rows: send.data.rows, added: send.data.added })}
        />
      )}
      <Panel flush className="no-print">
        <div className="filter" role="search">
          <DatePicker.RangePicker
            picker="month"
            allowClear={false}
            aria-label={t('totals.months')}
            value={[dayjs(query.from), dayjs(query.to)]}
            onChange={(months) =>
              place.set({ from: months?.[0]?.format(MONTH), to: months?.[1]?.format(MONTH) })
            }
            style={{ width: 220 }}
          />
        </div>
      </Panel>
      {turnover.isError ? (
        <ProblemView error={turnover.error} onRetry={() => void turnover.refetch()} />
      ) : (
        <Panel flush>
          <Table<Line>
            size="small"
            rowKey={(line) => line.enterprise.code}
            dataSource={turnover.data?.lines ?? []}
            loading={turnover.isPending}
            pagination={false}
            tableLayout="auto"
            className="totals-table"
            scroll={{ x: 'max-content' }}
            locale={{
              emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('turnover.none')} />,
            }}
            columns={[
              {
                title: t('dimension.enterprise'),
                render: (_, { enterprise }) => <span title={enterprise.code}>{enterprise.name}</span>,
              },
              {
                title: t('turnover.platform'),
                align: 'right',
                className: 'num',
                render: (_, { platform }) => (platform.sources.length === 0 ? '—' : money(platform.cny)),
              },
              {
                title: t('turnover.customs'),
                align: 'right',
                className: 'num',
                render: (_, line) => (
                  <Link to={`/totals?from=${query.from}&to=${query.to}&enterprise=${line.enterprise.code}`}>
                    {money(line.customs.gross.cny)}
                  </Link>
                ),
              },
              {
                title: t('totals.net'),
                align: 'right',
                className: 'num',
                render: (_, { customs }) => money(customs.net.cny),
              },
              {
                title: t('turnover.difference'),
                align: 'right',
                className: 'num',
                render: (_, { platform, difference }) =>
                  platform.sources.length === 0 ? '—' : money(difference.cny),
              },
              {
                title: t('turnover.source'),
                render: (_, { platform }) =>
                  platform.sources.join('；') || <span className="quiet">{t('turnover.notReported')}</span>,
              },
            ]}
          />
        </Panel>
      )}
      {turnover.data && (
        <p className="quiet small">{t('totals.asOf', { time: timeText(turnover.data.asOf) })}</p>
      )}
    </>
  );
}
