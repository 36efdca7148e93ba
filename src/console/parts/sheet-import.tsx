import { useRef, useState } from 'react';
import { UploadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Modal, Progress, Select, Table } from 'antd';
import { api } from '../api/calls.js';
import { withQuery } from '../api/client.js';
import { useRefresh } from '../api/queries.js';
import type { Fault, SheetPreview } from '../api/types.js';
import { previewSheet, sendFile } from '../api/upload.js';
import { useTexts } from '../texts/index.js';
import { ExplainedButton } from './action-button.js';
import { FaultList } from './faults.js';
import { ProblemView } from './problem.js';
import { useUnsaved } from './unsaved.js';

/** What every import of a sheet answers beside its own counts. */
interface Taken {
  faults: Fault[];
  unread: string[];
}

interface SheetImport<T extends Taken> {
  sheet: string;
  /** Where the file goes, with its query. */
  path: string;
  label: string;
  /** What has to be said before a file can be chosen; nothing when it can. */
  why?: string | null;
  /** What is stale afterwards. */
  refresh: string[];
  summary: (taken: T) => string;
}

/**
 * Imports a table: the file is looked at first, columns nobody knows are asked for once, then it is sent with progress, and
 * rows that were not taken are told. Gives the button, the place where all this is shown, and whether a file was taken.
 */
export function useSheetImport<T extends Taken>({
  sheet,
  path,
  label,
  why = null,
  refresh,
  summary,
}: SheetImport<T>) {
  const { t } = useTexts();
  const refreshed = useRefresh();
  const input = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState<{ file: File; preview: SheetPreview } | null>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const send = useMutation({
    mutationFn: (file: File) =>
      sendFile<T>(withQuery(path, { fileName: file.name }), file, (sent, total) =>
        setPercent(total === 0 ? 100 : Math.floor((sent / total) * 100)),
      ),
    onSuccess: () => void refreshed(...refresh),
    onSettled: () => setPercent(null),
  });
  const look = useMutation({
    mutationFn: async (file: File) => ({ file, preview: await previewSheet(sheet, file) }),
    onSuccess: ({ file, preview }) => {
      const unknown = preview.columns.some((column) => column.key === null && !column.left);
      if (unknown || preview.missing.length > 0) setAsked({ file, preview });
      else send.mutate(file);
    },
  });
  const busy = look.isPending || send.isPending;
  const error = look.error ?? send.error;
  return {
    taken: send.isSuccess,
    button: (
      <>
        <ExplainedButton
          type="primary"
          icon={<UploadOutlined />}
          why={why}
          loading={busy}
          onClick={() => input.current?.click()}
        >
          {label}
        </ExplainedButton>
        <input
          ref={input}
          type="file"
          hidden
          aria-label={label}
          accept=".xlsx,.csv"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            event.target.value = '';
            send.reset();
            if (file) look.mutate(file);
          }}
        />
        {asked && (
          <AskColumns
            sheet={sheet}
            preview={asked.preview}
            onCancel={() => setAsked(null)}
            onSaid={() => {
              setAsked(null);
              send.mutate(asked.file);
            }}
          />
        )}
      </>
    ),
    result: (
      <div aria-live="polite">
        {percent !== null && (
          <div className="sheet-progress">
            <Progress percent={percent} showInfo={false} size="small" />
            <span className="quiet small">
              {percent < 100 ? t('sheet.sending', { percent }) : t('sheet.working')}
            </span>
          </div>
        )}
        {error && !busy && <ProblemView error={error} />}
        {send.data && !busy && (
          <Alert
            type={send.data.faults.length > 0 ? 'warning' : 'success'}
            showIcon
            role="status"
            closable
            title={summary(send.data)}
            description={
              send.data.faults.length > 0 && (
                <>
                  {t('sheet.refused', { count: send.data.faults.length })}
                  <FaultList faults={send.data.faults} />
                </>
              )
            }
          />
        )}
      </div>
    ),
  };
}

const LEFT = '';

interface AskColumnsProps {
  sheet: string;
  preview: SheetPreview;
  onCancel: () => void;
  onSaid: () => void;
}

/** What the columns are that nobody knows; the answer is kept for the enterprise. */
function AskColumns({ sheet, preview, onCancel, onSaid }: AskColumnsProps) {
  const { t, text } = useTexts();
  const [said, setSaid] = useState<Record<string, string>>({});
  const say = useMutation({
    mutationFn: () => api.saySheetColumns(sheet, said),
    onSuccess: onSaid,
  });
  const leaving = useUnsaved(Object.keys(said).length > 0 && !say.isPending && !say.isSuccess);
  const unknown = preview.columns.filter((column) => column.key === null && !column.left);
  const taken = new Set([
    ...preview.columns.flatMap((column) => column.key ?? []),
    ...Object.values(said).filter((key) => key !== LEFT),
  ]);
  const missing = preview.missing.filter((key) => !taken.has(key));
  const nameOf = (key: string) => text(preview.sheet.find((column) => column.key === key)?.text);
  return (
    <Modal
      open
      width={760}
      title={t('sheet.columnsTitle')}
      okText={t('sheet.import')}
      cancelText={t('action.cancel')}
      confirmLoading={say.isPending}
      okButtonProps={{ disabled: missing.length > 0 || unknown.some(({ header }) => !(header in said)) }}
      onCancel={() => leaving(onCancel)}
      onOk={() => say.mutate()}
    >
      <p className="quiet">{t('sheet.columnsHelp')}</p>
      {say.isError && <ProblemView error={say.error} />}
      {missing.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('sheet.missing', { columns: missing.map(nameOf).join('、') })}
        />
      )}
      <Table
        size="small"
        rowKey="header"
        pagination={false}
        dataSource={unknown}
        scroll={{ x: 560 }}
        columns={[
          { title: t('sheet.header'), dataIndex: 'header', width: 180 },
          {
            title: t('sheet.samples'),
            key: 'samples',
            render: (_, { samples }) => <span className="quiet">{samples.join('、')}</span>,
          },
          {
            title: t('sheet.readAs'),
            key: 'readAs',
            width: 240,
            render: (_, { header }) => (
              <Select
                aria-label={`${t('sheet.readAs')} ${header}`}
                style={{ width: 220 }}
                placeholder={t('sheet.choose')}
                value={said[header]}
                onChange={(key: string) => setSaid((before) => ({ ...before, [header]: key }))}
                options={[
                  { value: LEFT, label: t('sheet.left') },
                  ...preview.sheet
                    .filter(({ key }) => !taken.has(key) || said[header] === key)
                    .map(({ key, text: name, required }) => ({
                      value: key,
                      label: `${text(name)}${required ? ' *' : ''}`,
                    })),
                ]}
              />
            ),
          },
        ]}
      />
    </Modal>
  );
}
