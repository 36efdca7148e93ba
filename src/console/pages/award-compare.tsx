import { useState } from 'react';
import { LeftOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Empty, Skeleton, Table } from 'antd';
import { Link, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { AwardComparison } from '../api/types.js';
import { AwardStatusTag } from '../parts/award-words.js';
import { decimalText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { usePolicies } from './policies.js';

type Line = AwardComparison['lines'][number];

/** Two rounds side by side: the readings that differ, and what each enterprise gets in either. */
export default function AwardComparePage() {
  const { left = '', right = '' } = useParams();
  const { t } = useTexts();
  const [only, setOnly] = useState(true);
  const query = useQuery({
    queryKey: keys.comparison(left, right),
    queryFn: ({ signal }) => api.compareRounds(left, right, signal),
  });
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 10 }} className="page-skeleton" />;
  const { data } = query;
  const lines = only ? data.lines.filter(({ same }) => !same) : data.lines;
  const column = (side: 'left' | 'right') => ({
    title: <Link to={`/awards/${data[side].id}`}>{data[side].title}</Link>,
    key: side,
    align: 'right' as const,
    className: 'num',
    render: (_: unknown, line: Line) => <Side of={line[side]} />,
  });
  return (
    <>
      <PageHead
        title={t('compare.title')}
        sub={
          <>
            <WayBack to="/awards">
              <LeftOutlined /> {t('round.back')}
            </WayBack>
            {data.left.title} {decimalText(data.left.cny)} · {data.right.title} {decimalText(data.right.cny)}{' '}
            CNY
          </>
        }
      />
      <Panel title={t('compare.readings')} flush>
        <Readings of={data} />
      </Panel>
      <Panel
        title={t('compare.lines')}
        flush
        extra={
          <Checkbox checked={only} onChange={(event) => setOnly(event.target.checked)}>
            {t('compare.onlyDifferent')}
          </Checkbox>
        }
      >
        <Table<Line>
          size="small"
          rowKey="enterprise"
          dataSource={lines}
          pagination={false}
          tableLayout="auto"
          scroll={{ x: 'max-content' }}
          locale={{
            emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('compare.none')} />,
          }}
          columns={[
            {
              title: t('lines.enterprise'),
              render: (_, { enterprise, name }) => (
                <>
                  {name} <span className="mono quiet">{enterprise}</span>
                </>
              ),
            },
            column('left'),
            column('right'),
            {
              title: t('compare.difference'),
              align: 'right',
              className: 'num',
              render: (_, { differenceCny }) => (differenceCny === null ? '—' : decimalText(differenceCny)),
            },
          ]}
        />
      </Panel>
    </>
  );
}

function Side({ of }: { of: Line['left'] }) {
  const { t } = useTexts();
  if (!of) return <span className="quiet">{t('compare.notIn')}</span>;
  return (
    <>
      {of.cny !== null && decimalText(of.cny)} <AwardStatusTag status={of.status} />
    </>
  );
}

function Readings({ of: { left, right, readings } }: { of: AwardComparison }) {
  const { t, text } = useTexts();
  const policies = usePolicies();
  const words = (id: string, choice: string | null) => {
    if (choice === null) return <span className="quiet">{t('readings.notChosen')}</span>;
    const found = policies.data?.flatMap((p) => p.ambiguities).find((a) => a.id === id);
    return text(found?.readings.find((r) => r.choice === choice)?.text) || choice;
  };
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={readings}
      pagination={false}
      tableLayout="auto"
      scroll={{ x: 'max-content' }}
      locale={{
        emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('compare.sameReadings')} />,
      }}
      columns={[
        {
          title: t('round.tab.readings'),
          className: 'wide-text',
          render: (_, { id, title }) => `${id} ${text(title)}`,
        },
        { title: left.title, render: (_, reading) => words(reading.id, reading.left) },
        { title: right.title, render: (_, reading) => words(reading.id, reading.right) },
      ]}
    />
  );
}
