import { useState } from 'react';
import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, DatePicker, Empty, Form, Input, Modal, Select, Table, Upload } from 'antd';
import type { Dayjs } from 'dayjs';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { WarehouseDetail, WarehousePaper } from '../api/types.js';
import { sendFile } from '../api/upload.js';
import { withQuery } from '../api/client.js';
import { CopyButton } from '../parts/copy.js';
import { sizeText, timeText } from '../parts/format.js';
import { ProblemView } from '../parts/problem.js';
import { useTakeBack } from '../parts/take-back.js';
import { useTexts } from '../texts/index.js';
import { evidenceKinds, ofEvidence } from './warehouse-words.js';

/** The papers of a warehouse: kept byte for byte under their hash, downloadable, taken back but never lost. */
export function WarehouseEvidence({ one }: { one: WarehouseDetail }) {
  const { t } = useTexts();
  const me = useMe();
  const refresh = useRefresh();
  const [adding, setAdding] = useState(false);
  const [again, setAgain] = useState(false);
  const takeBack = useTakeBack(api.withdrawEvidence, ['warehouses']);
  return (
    <>
      {mayAct(me.role) && (
        <div className="tab-actions no-print">
          <Button type="primary" icon={<UploadOutlined />} onClick={() => setAdding(true)}>
            {t('evidence.add')}
          </Button>
        </div>
      )}
      {again && <Alert type="info" showIcon closable role="status" title={t('evidence.again')} />}
      <Table<WarehousePaper>
        size="small"
        rowKey="id"
        pagination={false}
        dataSource={one.papers}
        scroll={{ x: 'max-content' }}
        rowClassName={(paper) => (paper.withdrawnAt === null ? '' : 'row-withdrawn')}
        locale={{
          emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('evidence.none')} />,
        }}
        columns={[
          { title: t('evidence.kind'), key: 'kind', render: (_, paper) => t(ofEvidence(paper.kind)) },
          {
            title: t('evidence.title'),
            key: 'title',
            render: (_, paper) => (
              <>
                {paper.title}
                {paper.withdrawnWhy !== null && (
                  <div className="quiet small">{t('warehouse.takenBack', { why: paper.withdrawnWhy })}</div>
                )}
              </>
            ),
          },
          {
            title: t('evidence.file'),
            key: 'file',
            render: (_, paper) => (
              <a href={paper.file} download={paper.fileName}>
                <DownloadOutlined /> {paper.fileName}（{sizeText(paper.size)}）
              </a>
            ),
          },
          {
            title: t('evidence.valid'),
            key: 'valid',
            className: 'num',
            render: (_, { validFrom, validTo }) =>
              (validFrom ?? validTo) ? `${validFrom ?? '…'} – ${validTo ?? '…'}` : '—',
          },
          {
            title: t('evidence.hash'),
            key: 'hash',
            render: (_, paper) => (
              <span className="event-bytes">
                <span className="mono hash" title={paper.sha256}>
                  {paper.sha256.slice(0, 16)}…
                </span>
                <span className="mono hash-full">{paper.sha256}</span>
                <CopyButton value={paper.sha256} what="sha256" />
              </span>
            ),
          },
          {
            title: t('evidence.by'),
            key: 'by',
            render: (_, paper) => `${paper.recordedBy} · ${timeText(paper.recordedAt)}`,
          },
          {
            title: '',
            key: 'action',
            className: 'row-acts no-print',
            render: (_, paper) =>
              mayAct(me.role) &&
              paper.withdrawnAt === null && (
                <Button type="link" size="small" onClick={() => takeBack.ask(paper.id)}>
                  {t('warehouse.takeBack')}
                </Button>
              ),
          },
        ]}
      />
      {adding && (
        <AddPaper
          id={one.id}
          onClose={() => setAdding(false)}
          onKept={async (known) => {
            setAdding(false);
            setAgain(known);
            await refresh('warehouses');
          }}
        />
      )}
      {takeBack.dialog}
    </>
  );
}

interface Values {
  kind: string;
  title: string;
  valid?: [Dayjs | null, Dayjs | null] | null;
}

function AddPaper({
  id,
  onClose,
  onKept,
}: {
  id: string;
  onClose: () => void;
  onKept: (again: boolean) => Promise<void>;
}) {
  const { t } = useTexts();
  const [form] = Form.useForm<Values>();
  const [file, setFile] = useState<File | null>(null);
  const [lacking, setLacking] = useState(false);
  const send = useMutation({
    mutationFn: ({ values: { kind, title, valid }, chosen }: { values: Values; chosen: File }) =>
      sendFile<{ again: boolean }>(
        withQuery(`/v1/warehouses/${id}/evidence`, {
          kind,
          title,
          fileName: chosen.name,
          validFrom: valid?.[0]?.format('YYYY-MM-DD'),
          validTo: valid?.[1]?.format('YYYY-MM-DD'),
        }),
        chosen,
      ),
    onSuccess: ({ again }) => onKept(again),
  });
  return (
    <Modal
      open
      title={t('evidence.add')}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={send.isPending}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      {send.isError && <ProblemView error={send.error} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: 'lease' }}
        onFinish={(values) => {
          setLacking(file === null);
          if (file) send.mutate({ values, chosen: file });
        }}
      >
        <Form.Item name="kind" label={t('evidence.kind')}>
          <Select options={evidenceKinds.map((kind) => ({ value: kind, label: t(ofEvidence(kind)) }))} />
        </Form.Item>
        <Form.Item
          name="title"
          label={t('evidence.title')}
          rules={[{ required: true, whitespace: true, message: t('form.nameNeeded') }]}
        >
          <Input maxLength={200} autoComplete="off" />
        </Form.Item>
        <Form.Item
          label={t('evidence.file')}
          extra={t('evidence.fileHelp')}
          {...(lacking &&
            file === null && { validateStatus: 'error' as const, help: t('evidence.fileNeeded') })}
        >
          <Upload
            maxCount={1}
            accept=".pdf,.jpg,.jpeg,.png,.tif,.tiff,.xlsx,.docx"
            beforeUpload={(chosen: File) => {
              setFile(chosen);
              return false;
            }}
            onRemove={() => setFile(null)}
          >
            <Button icon={<UploadOutlined />}>{t('evidence.file')}</Button>
          </Upload>
        </Form.Item>
        <Form.Item name="valid" label={t('evidence.valid')}>
          <DatePicker.RangePicker allowEmpty={[true, true]} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
