import { LeftOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Empty, Skeleton, Table, Tag, type TableColumnsType } from 'antd';
import { Link, useLocation, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { FigureRecord } from '../api/types.js';
import { codeName } from '../parts/codes.js';
import { useCursors } from '../parts/cursors.js';
import { dateText, decimalText, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { Pager } from '../parts/pager.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts, type TextKey } from '../texts/index.js';
import { useDimensions } from './totals.js';

const PAGE = 100;
const PLAIN: readonly string[] = ['from', 'to', 'asOf', 'direction', 'measure'];
const MEASURES = ['counted', 'pending', 'withdrawn', 'returned', 'void'] as const;

/** The word of what a record is in the figures. */
export function measureKey(measure: string): TextKey {
  return `measure.${MEASURES.find((one) => one === measure) ?? 'void'}`;
}

/** The way back to where one came from: the totals with everything chosen there, or another page (`back`). */
export function useTotalsBack(): { totals: string; back?: string } {
  const state: unknown = useLocation().state;
  if (typeof state !== 'object' || state === null) return { totals: '' };
  return {
    totals: 'totals' in state ? String(state.totals) : '',
    ...('back' in state ? { back: String(state.back) } : {}),
  };
}

/** The counting records behind one figure, each with the declaration, receipts and signed bytes it rests on. */
export default function TotalsRecordsPage() {
  const { t, text } = useTexts();
  const [search] = useSearchParams();
  const back = useTotalsBack();
  const { nameOf } = useDimensions();
  const cursors = useCursors();
  const path = `/v1/figures/records?${search.toString()}`;
  const query = useQuery({
    queryKey: keys.figureRecords(path, cursors.cursor),
    queryFn: ({ signal }) => api.figureRecords(path, cursors.cursor, PAGE, signal),
    placeholderData: keepPreviousData,
  });
  const here = search.toString();
  const columns: TableColumnsType<FigureRecord> = [
    {
      title: t('records.order'),
      key: 'order',
      render: (_, record) => (
        <Link to={`/totals/records/${record.id}`} state={{ ...back, records: here }} className="mono">
          {record.orderNos.join('、')} · {record.line}
        </Link>
      ),
    },
    {
      title: t('records.measure'),
      key: 'measure',
      render: (_, { measure }) => <Tag>{t(measureKey(measure))}</Tag>,
    },
    { title: t('field.month'), dataIndex: 'month', className: 'num' },
    { title: t('records.clearedAt'), key: 'cleared', render: (_, r) => dateText(r.clearedAt) },
    { title: t('field.seller'), dataIndex: 'sellerName' },
    { title: t('field.regime'), dataIndex: 'regime', className: 'num' },
    {
      title: t('field.country'),
      key: 'country',
      render: (_, r) => text(codeName('country', r.country)) || r.country,
    },
    { title: t('records.gcode'), dataIndex: 'gcode', className: 'num' },
    {
      title: t('records.qty'),
      key: 'qty',
      align: 'right',
      className: 'num',
      render: (_, r) => (r.qty === null ? '—' : `${decimalText(r.qty)} ${text(codeName('unit', r.unit))}`),
    },
    {
      title: 'CNY',
      key: 'cny',
      align: 'right',
      className: 'num',
      render: (_, r) => (r.cny === null ? t('records.noRate') : decimalText(r.cny)),
    },
    {
      title: 'USD',
      key: 'usd',
      align: 'right',
      className: 'num',
      render: (_, r) => (r.usd === null ? '—' : decimalText(r.usd)),
    },
  ];
  const chosen = [...search].filter(([name]) => name !== 'source' && !PLAIN.includes(name));
  return (
    <>
      <PageHead
        title={t('records.title')}
        sub={
          <>
            <Link to={back.back ?? `/totals${back.totals}`} className="no-print">
              <LeftOutlined /> {t(back.back ? 'action.back' : 'records.back')}
            </Link>{' '}
            {search.has('from') && (
              <>
                · {search.get('from')} – {search.get('to')}{' '}
              </>
            )}
            {chosen.map(([name, code]) => (
              <Tag key={name}>
                {nameOf(name)}：
                {code === '' ? t('totals.unknown') : text(codeName(TABLES[name], code)) || code}
              </Tag>
            ))}
            {search.get('source') === 'history' && <Tag>{t('records.importedOnly')}</Tag>}
            {search.get('asOf') && t('totals.asOf', { time: timeText(search.get('asOf')) })}
          </>
        }
      />
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <Panel flush>
          <Table<FigureRecord>
            size="small"
            rowKey="id"
            className="totals-table"
            columns={columns}
            dataSource={query.data.items}
            pagination={false}
            tableLayout="auto"
            scroll={{ x: 'max-content' }}
            locale={{
              emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('records.none')} />,
            }}
          />
          <Pager
            {...cursors}
            next={query.data.next}
            count={query.data.items.length}
            busy={query.isPlaceholderData}
          />
        </Panel>
      ) : (
        <Skeleton active paragraph={{ rows: 10 }} className="page-skeleton" />
      )}
    </>
  );
}

const TABLES: Readonly<Record<string, string>> = {
  regime: 'regime',
  country: 'country',
  transport: 'trafMode',
  port: 'customs',
};
