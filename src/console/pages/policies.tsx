import { useQuery } from '@tanstack/react-query';
import { Empty, Skeleton, Table, Tag } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { AwardPolicy } from '../api/types.js';
import { EstimateMark } from '../parts/award-words.js';
import { decimalText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';

/** The policies of the gateway; they change only with its data. */
export const usePolicies = () =>
  useQuery({ queryKey: keys.policies, queryFn: ({ signal }) => api.policies(signal), staleTime: Infinity });

/** The term of a policy in words. */
export function Term({ policy }: { policy: AwardPolicy }) {
  const { t } = useTexts();
  return (
    <>
      {policy.validFrom ?? policy.validFromText ?? t('policies.noStart')} –{' '}
      {policy.validTo ?? t('policies.noEnd')}
    </>
  );
}

export function Standing({ policy }: { policy: AwardPolicy }) {
  const { t } = useTexts();
  return policy.status === 'draft' ? (
    <>
      <Tag>{t('policies.draft')}</Tag>
      <EstimateMark />
    </>
  ) : (
    <Tag color="green">{t('policies.adopted')}</Tag>
  );
}

/** Every policy the gateway knows, with where it comes from and whether it can give awards at all. */
export default function PoliciesPage() {
  const { t, text } = useTexts();
  const query = usePolicies();
  return (
    <>
      <PageHead title={t('policies.title')} sub={t('policies.sub')} />
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <Panel flush>
          <Table<AwardPolicy>
            size="small"
            rowKey="id"
            dataSource={query.data}
            pagination={false}
            tableLayout="auto"
            scroll={{ x: 900 }}
            locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} /> }}
            columns={[
              {
                title: t('policies.document'),
                className: 'wide-text',
                render: (_, policy) => (
                  <>
                    <Link to={`/policies/${policy.id}`}>{text(policy.title)}</Link>
                    {policy.document.docNo && <div className="quiet small">{policy.document.docNo}</div>}
                  </>
                ),
              },
              { title: t('policies.district'), dataIndex: 'district' },
              { title: t('policies.standing'), render: (_, policy) => <Standing policy={policy} /> },
              {
                title: t('policies.term'),
                className: 'num',
                render: (_, policy) => <Term policy={policy} />,
              },
              {
                title: t('policies.clauses'),
                align: 'right',
                className: 'num',
                render: (_, { clauses }) => clauses.length,
              },
              {
                title: t('policies.pot'),
                align: 'right',
                className: 'num',
                render: (_, { potCny }) => (potCny === null ? '—' : decimalText(potCny)),
              },
              {
                title: t('policies.openQuestions'),
                align: 'right',
                className: 'num',
                render: (_, { ambiguities }) => ambiguities.length,
              },
              {
                title: '',
                key: 'seen',
                render: (_, { seen }) => (seen ? null : <Tag color="red">{t('policies.unseen')}</Tag>),
              },
            ]}
          />
        </Panel>
      ) : (
        <Skeleton active paragraph={{ rows: 6 }} className="page-skeleton" />
      )}
    </>
  );
}
