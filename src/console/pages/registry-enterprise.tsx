import { useState } from 'react';
import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Spin, Table, Tabs, Tag, type TableColumnsType } from 'antd';
import { useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { RegistryFact } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useTakeBack } from '../parts/take-back.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { AddFact } from './registry-add.js';

const GROUPS = ['identity', 'qualification', 'place', 'list', 'credit'] as const;

/** What the registry says of one enterprise, by group, and every change of it. */
export default function RegistryEnterprisePage() {
  const { t, text } = useTexts();
  const me = useMe();
  const { code = '' } = useParams();
  const manages = me.role === 'officer' || me.role === 'operator';
  const [adding, setAdding] = useState(false);
  const query = useQuery({
    queryKey: keys.registryEnterprise(code),
    queryFn: ({ signal }) => api.registryEnterprise(code, signal),
  });
  const takeBack = useTakeBack(api.withdrawFact, ['registry']);
  if (query.isPending) return <Spin delay={300} />;
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  const one = query.data;
  const hits = one.facts.filter(
    (fact) => fact.group === 'credit' && fact.inForce && fact.kind !== 'credit-level',
  );
  const columns: TableColumnsType<RegistryFact> = [
    { title: t('registry.kind'), key: 'kind', render: (_, fact) => text(fact.kindText) },
    {
      title: t('registry.value'),
      key: 'subject',
      render: (_, fact) => [text(fact.subjectText), text(fact.valueText)].filter(Boolean).join('：') || '—',
    },
    { title: t('registry.number'), dataIndex: 'number', className: 'mono' },
    {
      title: t('registry.days'),
      key: 'days',
      render: (_, fact) => (
        <>
          <span className="num">
            {fact.validFrom} – {fact.validTo ?? '…'}
          </span>{' '}
          {fact.inForce && <Tag color="green">{t('registry.inForce')}</Tag>}
        </>
      ),
    },
    { title: t('registry.source'), dataIndex: 'source' },
    {
      title: t('registry.recorded'),
      key: 'recorded',
      render: (_, fact) => (
        <>
          <span className="quiet small">
            {fact.recordedBy} · {timeText(fact.recordedAt)}
          </span>
          {fact.withdrawnAt !== null && (
            <div className="quiet small">
              {t('warehouse.takenBack', { why: fact.withdrawnWhy ?? '' })} · {fact.withdrawnBy} ·{' '}
              {timeText(fact.withdrawnAt)}
            </div>
          )}
        </>
      ),
    },
  ];
  const action: TableColumnsType<RegistryFact> = manages
    ? [
        {
          title: '',
          key: 'action',
          className: 'row-acts no-print',
          render: (_, fact) => (
            <Button type="link" size="small" onClick={() => takeBack.ask(fact.id)}>
              {t('warehouse.takeBack')}
            </Button>
          ),
        },
      ]
    : [];
  return (
    <>
      <PageHead
        title={one.name ?? t('registry.unnamed')}
        sub={
          <>
            <WayBack to="/registry">{t('registry.back')}</WayBack>
            <Copyable value={one.code} what={t('registry.code')} />
          </>
        }
        actions={
          manages && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
              {t('registry.add')}
            </Button>
          )
        }
      />
      {hits.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('registry.hit')}
          description={hits.map((hit) => (
            <div key={hit.id}>
              {text(hit.kindText)} · {hit.validFrom} · {hit.source}
            </div>
          ))}
        />
      )}
      <Panel>
        <Tabs
          items={[
            {
              key: 'now',
              label: t('registry.now'),
              children: GROUPS.map((group) => {
                const facts = one.facts.filter((fact) => fact.group === group);
                return (
                  facts.length > 0 && (
                    <section key={group}>
                      <h3>{t(`registry.group.${group}`)}</h3>
                      <FactTable facts={facts} columns={[...columns, ...action]} />
                    </section>
                  )
                );
              }),
            },
            {
              key: 'history',
              label: t('registry.history'),
              children: <FactTable facts={one.history} columns={columns} />,
            },
          ]}
        />
      </Panel>
      {adding && <AddFact code={one.code} onClose={() => setAdding(false)} />}
      {takeBack.dialog}
    </>
  );
}

function FactTable({ facts, columns }: { facts: RegistryFact[]; columns: TableColumnsType<RegistryFact> }) {
  return (
    <Table
      size="small"
      rowKey="id"
      pagination={false}
      dataSource={facts}
      columns={columns}
      tableLayout="auto"
      scroll={{ x: 'max-content' }}
      rowClassName={(fact) => (fact.withdrawnAt === null ? '' : 'row-withdrawn')}
    />
  );
}
