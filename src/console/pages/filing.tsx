import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Popconfirm, Skeleton } from 'antd';
import { Link, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys, useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Filing, Text, TimelineEntry } from '../api/types.js';
import { BytesModal, type BytesOf } from '../parts/bytes.js';
import { codeName } from '../parts/codes.js';
import { Copyable } from '../parts/copy.js';
import { filingFields, filingLabel } from '../parts/filing-kinds.js';
import { decimalText, timeText } from '../parts/format.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { DeliveryTag, VerdictTag } from '../parts/status.js';
import { Timeline } from '../parts/timeline.js';
import { useTexts } from '../texts/index.js';
import { SummaryResults } from './declaration-extras.js';
import { Actor } from '../parts/actor.js';
import { FilingChange } from './filing-change.js';
import { Covered, FilingLines, FilingParts } from './filing-tables.js';

/** One filing: where it stands, its parts, what it says, the declarations it covers, what happened. */
export default function FilingPage() {
  const { id = '' } = useParams();
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.filing(id),
    queryFn: ({ signal }) => api.filing(id, signal),
    refetchInterval: polling,
  });
  if (query.isPending) return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  return <FilingView one={query.data} />;
}

function FilingView({ one }: { one: Filing }) {
  const { t, text } = useTexts();
  const [bytes, setBytes] = useState<BytesOf | null>(null);
  const show = (entry: TimelineEntry) => {
    if (!entry.bytes) return;
    setBytes({
      path: entry.bytes,
      title: `${text(entry.title)} · ${one.number}`,
      sha256: entry.sha256,
      fileName: `${one.number}-${entry.messageType ?? entry.kind}.xml`,
    });
  };
  return (
    <article className="declaration">
      <PageHead
        title={
          <>
            {text(one.title)} <Copyable value={one.number} what={t('filings.number')} />
          </>
        }
        sub={
          <>
            <Link to="/filings">{t('filings.title')}</Link> ·{' '}
            <span className="mono">{one.messageType.replace('Message', '')}</span> · {one.responsible.name}
          </>
        }
        actions={<FilingActions one={one} />}
      />
      <Panel>
        <div className="standing">
          <div>
            <span className="standing-label">{t('field.delivery')}</span>
            <DeliveryTag value={one.delivery} />
          </div>
          <div>
            <span className="standing-label">{t('field.verdict')}</span>
            <span>
              <VerdictTag value={one.verdict} />{' '}
              {one.deleted && <span className="reversal">{t('filings.deleted')}</span>}
            </span>
          </div>
          <div className="standing-wide">
            <span className="standing-label">{t('field.lastReceipt')}</span>
            {one.status ? (
              <span>
                <span className="code-mark num">{one.status.status}</span> {text(one.status.text)}
              </span>
            ) : (
              <span className="quiet">—</span>
            )}
          </div>
        </div>
        <Facts
          columns={4}
          items={[
            [
              t('return.billNo'),
              one.billNo && <Copyable key="b" value={one.billNo} what={t('return.billNo')} />,
            ],
            [
              t('filings.givenNo'),
              one.givenNo && <Copyable key="g" value={one.givenNo} what={t('filings.givenNo')} />,
            ],
            [t('filings.revision'), String(one.revision)],
            [t('filings.parts'), decimalText(one.parts)],
            [t('filings.covers'), t('filings.coversOf', { declarations: decimalText(one.declarations) })],
            [t('filings.lineCount'), decimalText(one.lines)],
            [t('field.createdBy'), <Actor key="a" value={one.createdBy} />],
            [t('field.createdAt'), timeText(one.createdAt)],
          ]}
        />
      </Panel>
      <div className="two-columns">
        <div>
          <FilingParts one={one} />
          {one.summaryResults.length > 0 && <SummaryResults results={one.summaryResults} onShow={setBytes} />}
          <Covered one={one} />
          <Panel title={t('filings.content')}>
            <Facts
              columns={3}
              items={filingFields(one.messageType).head.flatMap((field) => {
                const value = one.data[field.name];
                return typeof value === 'string' || typeof value === 'number'
                  ? [
                      [
                        <span key={field.name} title={field.name}>
                          {text(filingLabel(field))}
                        </span>,
                        named(field.codes, String(value), text),
                      ],
                    ]
                  : [];
              })}
            />
          </Panel>
          <FilingLines one={one} />
        </div>
        <Panel title={t('declaration.timeline')} className="timeline-panel">
          <Timeline entries={one.timeline} onShow={show} />
        </Panel>
      </div>
      <BytesModal of={bytes} onClose={() => setBytes(null)} />
    </article>
  );
}

function named(codes: string | undefined, value: string, text: (both: Text | undefined) => string): string {
  const name = codeName(codes, value);
  return name ? `${text(name)} (${value})` : value;
}

function FilingActions({ one }: { one: Filing }) {
  const { t } = useTexts();
  const me = useMe();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [changing, setChanging] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.deleteFiling(one.id),
    onSuccess: () => {
      void message.success(t('filings.deleteDone'));
      return refresh('filings', 'declarations');
    },
    onError: fail,
  });
  if (!mayAct(me.role) || one.deleted) return null;
  return (
    <>
      <Button onClick={() => setChanging(true)}>{t('filings.change')}</Button>
      <Popconfirm
        title={t('filings.deleteAsk')}
        description={t('filings.deleteHelp')}
        okText={t('actions.delete')}
        cancelText={t('action.back')}
        onConfirm={() => remove.mutate()}
      >
        <Button danger loading={remove.isPending}>
          {t('actions.delete')}
        </Button>
      </Popconfirm>
      {changing && <FilingChange one={one} onClose={() => setChanging(false)} />}
    </>
  );
}
