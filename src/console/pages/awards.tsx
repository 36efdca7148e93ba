import { useState, type Key } from 'react';
import { PlusOutlined, SwapOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, InputNumber, Modal, Select, Skeleton, Table, Tag, Tooltip } from 'antd';
import { Link, useNavigate } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import type { AwardRoundSummary, NewAwardRound } from '../api/types.js';
import { EstimateMark } from '../parts/award-words.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { usePolicies } from './policies.js';

/** Where a round stands. */
export function RoundState({ state }: { state: AwardRoundSummary['state'] }) {
  const { t } = useTexts();
  return (
    <Tag color={state === 'frozen' ? 'blue' : state === 'computed' ? 'green' : 'default'}>
      {t(`award.state.${state}`)}
    </Tag>
  );
}

/** Award rounds, newest first; two of them can be compared. */
export default function AwardsPage() {
  const { t, text } = useTexts();
  const navigate = useNavigate();
  const [opening, setOpening] = useState(false);
  const [chosen, setChosen] = useState<Key[]>([]);
  const query = useQuery({ queryKey: keys.rounds, queryFn: ({ signal }) => api.rounds(signal) });
  const [left, right] = chosen;
  return (
    <>
      <PageHead
        title={t('rounds.title')}
        sub={t('rounds.sub')}
        actions={
          <>
            <Tooltip title={chosen.length === 2 ? undefined : t('rounds.compareHelp')}>
              <Button
                icon={<SwapOutlined />}
                disabled={chosen.length !== 2}
                onClick={() => void navigate(`/awards/compare/${String(left)}/${String(right)}`)}
              >
                {t('rounds.compare')}
              </Button>
            </Tooltip>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpening(true)}>
              {t('rounds.new')}
            </Button>
          </>
        }
      />
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data ? (
        <Panel flush>
          <Table<AwardRoundSummary>
            size="small"
            rowKey="id"
            dataSource={query.data}
            pagination={query.data.length > 50 ? { pageSize: 50, size: 'small' } : false}
            tableLayout="auto"
            scroll={{ x: 900 }}
            rowSelection={{
              selectedRowKeys: chosen,
              onChange: (now) => setChosen(now.slice(-2)),
              hideSelectAll: true,
            }}
            locale={{
              emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('rounds.none')} />,
            }}
            columns={[
              {
                title: t('rounds.name'),
                render: (_, round) => (
                  <>
                    <Link to={`/awards/${round.id}`}>{round.title}</Link> {round.estimate && <EstimateMark />}
                  </>
                ),
              },
              {
                title: t('rounds.policy'),
                className: 'wide-text',
                render: (_, round) => <Link to={`/policies/${round.policy}`}>{text(round.policyTitle)}</Link>,
              },
              { title: t('rounds.year'), dataIndex: 'year', className: 'num' },
              { title: t('rounds.state'), render: (_, { state }) => <RoundState state={state} /> },
              {
                title: t('rounds.enterprises'),
                dataIndex: 'enterprises',
                align: 'right',
                className: 'num',
              },
              {
                title: t('rounds.amount'),
                align: 'right',
                className: 'num',
                render: (_, { cny }) => decimalText(cny),
              },
              {
                title: t('rounds.reviews'),
                align: 'right',
                className: 'num',
                render: (_, { id, openReviews }) =>
                  openReviews === 0 ? '—' : <Link to={`/awards/${id}/reviews`}>{openReviews}</Link>,
              },
              {
                title: t('rounds.created'),
                render: (_, { createdBy, createdAt }) => (
                  <span className="quiet">
                    {createdBy} · {timeText(createdAt)}
                  </span>
                ),
              },
            ]}
          />
        </Panel>
      ) : (
        <Skeleton active paragraph={{ rows: 6 }} className="page-skeleton" />
      )}
      {opening && <NewRound onClose={() => setOpening(false)} />}
    </>
  );
}

function NewRound({ onClose }: { onClose: () => void }) {
  const { t, text } = useTexts();
  const [form] = Form.useForm<NewAwardRound>();
  const policies = usePolicies();
  const policy = Form.useWatch('policy', form);
  const title = Form.useWatch('title', form);
  const navigate = useNavigate();
  const refresh = useRefresh();
  const fail = useFailure();
  const open = useMutation({
    mutationFn: (values: NewAwardRound) => api.openRound({ ...values, clauses: values.clauses ?? [] }),
    onSuccess: async ({ id }) => {
      await refresh('awards');
      void navigate(`/awards/${id}`);
    },
    onError: fail,
  });
  const leaving = useUnsaved(!open.isPending && !open.isSuccess && Boolean(title?.trim()));
  const clauses = policies.data?.find(({ id }) => id === policy)?.clauses ?? [];
  return (
    <Modal
      open
      title={t('rounds.new')}
      okText={t('rounds.open')}
      cancelText={t('action.cancel')}
      confirmLoading={open.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(onClose)}
      width={620}
    >
      <Form<NewAwardRound>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ year: Number(monthNow().slice(0, 4)) }}
        onFinish={(values) => open.mutate(values)}
      >
        <Form.Item
          name="title"
          label={t('rounds.name')}
          rules={[{ required: true, whitespace: true, message: t('rounds.nameNeeded') }]}
        >
          <Input maxLength={200} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="policy"
          label={t('rounds.policy')}
          rules={[{ required: true, message: t('rounds.policyNeeded') }]}
        >
          <Select
            loading={policies.isPending}
            options={policies.data?.map((p) => ({ value: p.id, label: text(p.title) })) ?? []}
            onChange={() => form.setFieldValue('clauses', [])}
          />
        </Form.Item>
        <Form.Item name="year" label={t('rounds.year')} rules={[{ required: true }]}>
          <InputNumber min={2000} max={2100} precision={0} />
        </Form.Item>
        <Form.Item name="clauses" label={t('rounds.clauses')}>
          <Select
            mode="multiple"
            disabled={clauses.length === 0}
            showSearch={{ optionFilterProp: 'label' }}
            options={clauses
              .filter(({ kind }) => kind === 'award')
              .map((c) => ({ value: c.id, label: `${c.id} ${text(c.title)}` }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
