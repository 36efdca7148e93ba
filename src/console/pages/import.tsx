import { useState } from 'react';
import { DownloadOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Progress, Tabs } from 'antd';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import type { Import, ImportOutcome } from '../api/types.js';
import { AskFirst } from '../parts/ask-first.js';
import { FaultList } from '../parts/faults.js';
import { decimalText, percentOf, sizeText, timeText } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { PageHead, Panel } from '../parts/page.js';
import { useFailure } from '../parts/problem.js';
import { importLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';
import { ImportCauses } from './import-causes.js';
import { ImportVerdicts } from './import-verdicts.js';
import { isRunning } from './upload-history.js';

/** One import: how far it is, what became of its orders, and what to correct. */
export default function ImportPage() {
  const { id = '' } = useParams();
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.import(id),
    queryFn: ({ signal }) => api.import(id, signal),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data) ? 1_000 : polling),
  });
  return <Loaded query={query}>{(one) => <ImportView one={one} />}</Loaded>;
}

function ImportView({ one }: { one: Import }) {
  const { t, text } = useTexts();
  const [chosen, setChosen] = useState<ImportOutcome | null>(null);
  const outcome: ImportOutcome = chosen ?? (one.faulty > 0 || one.accepted === 0 ? 'faulty' : 'accepted');
  const counts: Record<ImportOutcome, number> = {
    faulty: one.faulty,
    accepted: one.accepted,
    exists: one.exists,
  };

  return (
    <>
      <PageHead
        title={
          <>
            {one.fileName} <StateTag look={importLooks[one.state]} />
          </>
        }
        sub={
          <>
            <Link to="/upload">{t('upload.title')}</Link> · {one.seller?.name ?? t('upload.severalSellers')} ·{' '}
            {sizeText(one.bytesTotal)} · {timeText(one.createdAt)} · {one.createdBy}
          </>
        }
        actions={<ImportActions one={one} />}
      />
      {one.error && (
        <Alert
          type="error"
          showIcon
          title={t('import.failed')}
          description={<FaultList faults={[one.error]} />}
        />
      )}
      {one.state === 'interrupted' && !one.error && (
        <Alert type="warning" showIcon title={t('import.interrupted')} />
      )}
      <Panel>
        {one.state !== 'done' && (
          <Progress
            percent={percentOf(one.bytesRead, one.bytesTotal)}
            status={isRunning(one) ? 'active' : one.state === 'failed' ? 'exception' : 'normal'}
            aria-label={t('import.progress')}
          />
        )}
        <div className="tiles" role="status">
          <Tile label={t('upload.orders')} value={one.orders} />
          <Tile label={t('outcome.accepted')} value={one.accepted} tone="good" />
          <Tile label={t('outcome.faulty')} value={one.faulty} tone="bad" />
          <Tile label={t('outcome.exists')} value={one.exists} help={t('outcome.existsHelp')} />
        </div>
      </Panel>
      {one.unread.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t('columns.unread', {
            count: one.unread.length,
            names: one.unread.map((f) => text(f.message)).join('；'),
          })}
        />
      )}
      {one.faulty > 0 && <ImportCauses one={one} />}
      {one.orders > 0 && (
        <Panel flush>
          <Tabs
            className="panel-tabs"
            activeKey={outcome}
            onChange={(key) => setChosen(key as ImportOutcome)}
            items={(['faulty', 'accepted', 'exists'] as const).map((key) => ({
              key,
              label: `${t(`outcome.${key}`)} ${decimalText(counts[key])}`,
            }))}
          />
          <ImportVerdicts key={outcome} one={one} outcome={outcome} />
        </Panel>
      )}
    </>
  );
}

function Tile({
  label,
  value,
  tone = '',
  help,
}: {
  label: string;
  value: number;
  tone?: string;
  help?: string;
}) {
  return (
    <div className="tile" title={help}>
      <span>{label}</span>
      <b className={value > 0 ? tone : 'quiet'}>{decimalText(value)}</b>
    </div>
  );
}

function ImportActions({ one }: { one: Import }) {
  const { t } = useTexts();
  const fail = useFailure();
  const client = useQueryClient();
  const settle = (answer: Import) => client.setQueryData(keys.import(one.id), answer);
  const cancel = useMutation({
    mutationFn: () => api.cancelImport(one.id),
    onSuccess: settle,
    onError: fail,
  });
  const resume = useMutation({
    mutationFn: () => api.resumeImport(one.id),
    onSuccess: settle,
    onError: fail,
  });
  const navigate = useNavigate();
  const retry = useMutation({
    mutationFn: () => api.retryImport(one.id),
    onSuccess: (answer) => navigate(`/upload/${answer.id}`),
    onError: fail,
  });
  return (
    <>
      {(one.state === 'failed' || (one.state === 'done' && one.faulty > 0)) && (
        <AskFirst
          title={t('import.retryAsk')}
          description={t('import.retryHelp')}
          okText={t('import.retry')}
          cancelText={t('action.back')}
          onConfirm={() => retry.mutate()}
        >
          <Button loading={retry.isPending}>{t('import.retry')}</Button>
        </AskFirst>
      )}
      {(isRunning(one) || one.state === 'interrupted') && (
        <AskFirst
          title={t('import.cancelAsk')}
          description={t('import.cancelHelp')}
          okText={t('import.cancel')}
          cancelText={t('action.back')}
          onConfirm={() => cancel.mutate()}
        >
          <Button danger loading={cancel.isPending}>
            {t('import.cancel')}
          </Button>
        </AskFirst>
      )}
      {one.state === 'interrupted' && (
        <Button type="primary" loading={resume.isPending} onClick={() => resume.mutate()}>
          {t('import.resume')}
        </Button>
      )}
      {one.faulty > 0 && (
        <Button icon={<DownloadOutlined />} href={api.errorsFilePath(one.id)} download>
          {t('import.errorsFile')}
        </Button>
      )}
      {one.accepted > 0 && (
        <Link to={`/declarations?importId=${one.id}`}>
          <Button type="primary">{t('import.declarations')}</Button>
        </Link>
      )}
    </>
  );
}
