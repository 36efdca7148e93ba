import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Skeleton } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { PortStatus } from '../api/types.js';
import { AskFirst } from '../parts/ask-first.js';
import { agoText, decimalText, inLanguage, timeText } from '../parts/format.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { portLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

/** How sending stands; pausing stops new messages, receipts are still read. */
export function PortTab() {
  const query = useQuery({
    queryKey: keys.port,
    queryFn: ({ signal }) => api.port(signal),
    refetchInterval: 5_000,
  });
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 5 }} className="inset" />;
  return <PortView port={query.data} />;
}

function PortView({ port }: { port: PortStatus }) {
  const { t, language } = useTexts();
  const when = (iso: string | null) => (iso ? `${agoText(iso, language)} · ${timeText(iso)}` : '—');
  return (
    <div className="port">
      <div className="port-head">
        <h2>{port.name}</h2>
        <StateTag look={portLooks[port.state]} />
        {port.state !== 'none' && <PortSwitch port={port} />}
      </div>
      {port.state === 'paused' && <Alert type="warning" showIcon title={t('port.pausedHelp')} />}
      {port.state === 'down' && (
        <Alert
          type="error"
          showIcon
          title={t('port.downHelp')}
          description={
            <>
              {inLanguage(port.lastDetail, language)}
              {port.nextTryAt && <div>{t('port.nextTry', { when: timeText(port.nextTryAt) })}</div>}
            </>
          }
          action={port.nextTryAt && <TryNow />}
        />
      )}
      {port.failingKeys.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('port.keysFail')}
          description={port.failingKeys.map((key) => (
            <div key={key.enterpriseCode}>
              {t('port.keyFails', {
                who: key.name ?? key.enterpriseCode,
                reason: inLanguage(key.reason, language),
                n: key.documents,
              })}
            </div>
          ))}
        />
      )}
      {port.state === 'none' && <Alert type="info" showIcon title={t('port.noneHelp')} />}
      <div className="tiles">
        <PortTile label={t('port.queued')} value={port.queued} to="/declarations?delivery=queued" />
        <PortTile
          label={t('port.unknown')}
          value={port.unknown}
          to="/declarations?delivery=unknown"
          tone="odd"
        />
        <PortTile label={t('port.dead')} value={port.dead} to="/declarations?delivery=dead" tone="bad" />
      </div>
      <dl className="facts" style={{ '--columns': 2 } as React.CSSProperties}>
        <div>
          <dt>{t('port.oldest')}</dt>
          <dd className="num">{when(port.oldestQueuedAt)}</dd>
        </div>
        <div>
          <dt>{t('port.lastReceipt')}</dt>
          <dd className="num">{when(port.lastReceiptAt)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** The next message tries at once, instead of after the pause. */
function TryNow() {
  const { t } = useTexts();
  const client = useQueryClient();
  const fail = useFailure();
  const change = useMutation({
    mutationFn: () => api.resumePort(),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.port }),
    onError: fail,
  });
  return (
    <Button size="small" loading={change.isPending} onClick={() => change.mutate()}>
      {t('port.tryNow')}
    </Button>
  );
}

interface PortTileProps {
  label: string;
  value: number;
  to: string;
  tone?: string;
}

function PortTile({ label, value, to, tone = '' }: PortTileProps) {
  return (
    <Link className="tile" to={to}>
      <span>{label}</span>
      <b className={value > 0 ? tone : 'quiet'}>{decimalText(value)}</b>
    </Link>
  );
}

function PortSwitch({ port }: { port: PortStatus }) {
  const { t } = useTexts();
  const client = useQueryClient();
  const fail = useFailure();
  const paused = port.state === 'paused';
  const change = useMutation({
    mutationFn: () => (paused ? api.resumePort() : api.pausePort()),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.port }),
    onError: fail,
  });
  if (paused) {
    return (
      <Button type="primary" loading={change.isPending} onClick={() => change.mutate()}>
        {t('port.resume')}
      </Button>
    );
  }
  return (
    <AskFirst
      title={t('port.pauseAsk')}
      description={t('port.pauseHelp')}
      okText={t('port.pause')}
      cancelText={t('action.back')}
      onConfirm={() => change.mutate()}
    >
      <Button loading={change.isPending}>{t('port.pause')}</Button>
    </AskFirst>
  );
}
