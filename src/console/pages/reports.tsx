import { useState } from 'react';
import { LockOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Empty, Form, Input, Modal, Select, Table, Tag } from 'antd';
import type { Dayjs } from 'dayjs';
import { Link, useSearchParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys, useRefresh } from '../api/queries.js';
import { useMe } from '../api/session.js';
import type { FigureSnapshot } from '../api/types.js';
import { useCursors } from '../parts/cursors.js';
import { Copyable, CopyButton } from '../parts/copy.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { Pager } from '../parts/pager.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';
import { useUnsaved } from '../parts/unsaved.js';
import { FieldDictionary } from './reports-dictionary.js';
import { placeOf } from './totals-query.js';

const PAGE = 20;
const STATES = ['preliminary', 'final'] as const;

interface FreezeValues {
  name: string;
  status: (typeof STATES)[number];
}
interface CloseValues {
  month: Dayjs;
  status: (typeof STATES)[number];
  note: string;
}

/** Closed months and frozen, signed snapshots: what the committee hands on. */
export default function ReportsPage() {
  const { t } = useTexts();
  const me = useMe();
  const [search] = useSearchParams();
  const [asked, setAsked] = useState<'close' | 'freeze' | null>(search.has('from') ? 'freeze' : null);
  const closings = useQuery({ queryKey: keys.closings, queryFn: ({ signal }) => api.closings(signal) });
  const closes = me.role === 'officer' || me.role === 'operator';
  return (
    <>
      <PageHead
        title={t('reports.title')}
        sub={t('reports.sub')}
        actions={
          closes && (
            <>
              <Button onClick={() => setAsked('close')}>{t('reports.close')}</Button>
              <Button type="primary" icon={<LockOutlined />} onClick={() => setAsked('freeze')}>
                {t('reports.freeze')}
              </Button>
            </>
          )
        }
      />
      {closes && <Snapshots />}
      <Panel title={t('reports.closings')} flush>
        {closings.isError ? (
          <ProblemView error={closings.error} onRetry={() => void closings.refetch()} />
        ) : (
          <Table
            size="small"
            rowKey={({ month, revision }) => `${month}/${revision}`}
            dataSource={closings.data?.items ?? []}
            loading={closings.isPending}
            pagination={false}
            tableLayout="auto"
            scroll={{ x: 'max-content' }}
            locale={{ emptyText: <Nothing text={t('reports.noClosings')} /> }}
            columns={[
              {
                title: t('field.month'),
                render: (_, { month }) => <Link to={`/totals?from=${month}&to=${month}`}>{month}</Link>,
              },
              { title: t('reports.revision'), dataIndex: 'revision', className: 'num' },
              { title: t('reports.status'), render: (_, { status }) => <StateTag state={status} /> },
              { title: t('reports.asOf'), render: (_, { asOf }) => timeText(asOf) },
              { title: t('reports.by'), dataIndex: 'closedBy' },
              { title: t('field.note'), dataIndex: 'note' },
            ]}
          />
        )}
      </Panel>
      <FieldDictionary />
      {asked && <Freeze what={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

const Nothing = ({ text }: { text: string }) => (
  <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text} />
);

function StateTag({ state }: { state: (typeof STATES)[number] }) {
  const { t } = useTexts();
  return <Tag color={state === 'final' ? 'green' : 'gold'}>{t(`reports.state.${state}`)}</Tag>;
}

function Snapshots() {
  const { t } = useTexts();
  const cursors = useCursors();
  const [signed, setSigned] = useState<FigureSnapshot | null>(null);
  const query = useQuery({
    queryKey: keys.snapshots(cursors.cursor),
    queryFn: ({ signal }) => api.snapshots(cursors.cursor, PAGE, signal),
  });
  return (
    <Panel title={t('reports.snapshots')} flush>
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <Table<FigureSnapshot>
            size="small"
            rowKey="id"
            className="snapshots"
            dataSource={query.data?.items ?? []}
            loading={query.isPending}
            pagination={false}
            tableLayout="auto"
            scroll={{ x: 'max-content' }}
            locale={{ emptyText: <Nothing text={t('reports.noSnapshots')} /> }}
            columns={[
              {
                title: t('reports.name'),
                render: (_, { name, kind }) => (
                  <>
                    {name} {kind === 'monthly' && <Tag>{t('reports.monthly')}</Tag>}
                  </>
                ),
              },
              { title: t('reports.revision'), dataIndex: 'revision', className: 'num' },
              { title: t('reports.status'), render: (_, { status }) => <StateTag state={status} /> },
              { title: t('reports.asOf'), render: (_, { asOf }) => timeText(asOf) },
              {
                title: t('reports.records'),
                align: 'right',
                render: (_, { records }) => (
                  <Link to={`/totals/records?${records.path.split('?')[1] ?? ''}`}>
                    {decimalText(records.count)}
                  </Link>
                ),
              },
              { title: t('reports.by'), dataIndex: 'createdBy' },
              {
                title: t('reports.files'),
                className: 'row-acts',
                render: (_, snapshot) => (
                  <>
                    {snapshot.files.map(({ name, path, sha256 }) => (
                      <div key={name} className="snapshot-file">
                        <a href={path} download className="file-link" title={`SHA-256 ${sha256}`}>
                          {name.endsWith('.json') ? 'JSON' : 'CSV'}
                        </a>
                        <span className="mono quiet small">SHA-256 {sha256.slice(0, 12)}…</span>
                        <CopyButton value={sha256} what="SHA-256" />
                      </div>
                    ))}
                    {snapshot.files.every((file) => file.signed) ? (
                      <Button size="small" onClick={() => setSigned(snapshot)}>
                        {t('reports.signed')}
                      </Button>
                    ) : (
                      <span className="quiet">{t('reports.unsigned')}</span>
                    )}
                  </>
                ),
              },
            ]}
          />
          <Pager {...cursors} next={query.data?.next ?? null} count={query.data?.items.length ?? 0} />
        </>
      )}
      {signed && <Signatures of={signed} onClose={() => setSigned(null)} />}
    </Panel>
  );
}

function Signatures({ of, onClose }: { of: FigureSnapshot; onClose: () => void }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: keys.signatures(of.id),
    queryFn: ({ signal }) => api.snapshotSignatures(of.id, signal),
  });
  return (
    <Modal
      open
      title={t('reports.signatureOf', { name: of.name })}
      footer={null}
      onCancel={onClose}
      width={760}
    >
      {query.isError && <ProblemView error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.items.map((signature) => (
        <div key={signature.file} className="signature">
          <h3>{signature.file.toUpperCase()}</h3>
          <p>
            {t('reports.signer')} {signature.signer} · {signature.suite} · {t('reports.key')}{' '}
            {signature.keyName}
          </p>
          <p>
            sha256 <Copyable value={signature.sha256} what="sha256" />
          </p>
          <p>
            {t('reports.signature')} <Copyable value={signature.value} what={t('reports.signature')} />
          </p>
        </div>
      ))}
    </Modal>
  );
}

/** Asks what is to be closed or frozen; the figures of the totals page one came from are offered. */
function Freeze({ what, onClose }: { what: 'close' | 'freeze'; onClose: () => void }) {
  const { t } = useTexts();
  const refresh = useRefresh();
  const fail = useFailure();
  const [search] = useSearchParams();
  const place = placeOf(search, monthNow());
  const [form] = Form.useForm<FreezeValues & CloseValues>();
  const typed = Form.useWatch(what === 'close' ? 'note' : 'name', form);
  const send = useMutation({
    mutationFn: (values: FreezeValues & CloseValues) =>
      what === 'close'
        ? api.closeMonth({
            month: values.month.format('YYYY-MM'),
            status: values.status,
            note: values.note,
          })
        : api.freezeFigures({
            name: values.name,
            status: values.status,
            from: place.from,
            to: place.to,
            chosen: {
              ...(place.direction === 'all' ? {} : { direction: [place.direction] }),
              ...Object.fromEntries(
                Object.entries(place.chosen).map(([dimension, values]) => [dimension, values.split(',')]),
              ),
            },
          }),
    onSuccess: async () => {
      onClose();
      await refresh('reports', 'totals');
    },
    onError: fail,
  });
  const leaving = useUnsaved(!send.isPending && !send.isSuccess && Boolean(typed?.trim()));
  return (
    <Modal
      open
      title={t(what === 'close' ? 'reports.close' : 'reports.freeze')}
      okText={t(what === 'close' ? 'reports.close' : 'reports.freeze')}
      cancelText={t('action.cancel')}
      confirmLoading={send.isPending}
      onOk={() => form.submit()}
      onCancel={() => leaving(onClose)}
    >
      <p className="quiet">
        {what === 'close'
          ? t('reports.closeHelp')
          : t('reports.freezeHelp', { from: place.from, to: place.to })}
      </p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ status: 'preliminary' }}
        onFinish={(values) => send.mutate(values)}
      >
        {what === 'close' ? (
          <Form.Item
            name="month"
            label={t('field.month')}
            rules={[{ required: true, message: t('reports.monthNeeded') }]}
          >
            <DatePicker picker="month" style={{ width: '100%' }} />
          </Form.Item>
        ) : (
          <Form.Item
            name="name"
            label={t('reports.name')}
            rules={[{ required: true, whitespace: true, message: t('reports.nameNeeded') }]}
          >
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="status" label={t('reports.status')}>
          <Select options={STATES.map((value) => ({ value, label: t(`reports.state.${value}`) }))} />
        </Form.Item>
        {what === 'close' && (
          <Form.Item
            name="note"
            label={t('field.note')}
            rules={[{ required: true, whitespace: true, message: t('form.noteNeeded') }]}
          >
            <Input.TextArea rows={3} maxLength={500} showCount />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
