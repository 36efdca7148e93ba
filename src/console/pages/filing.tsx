import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, App } from 'antd';
import { Link, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys, useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Filing, Text } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { useBytes } from '../parts/bytes.js';
import { codeName } from '../parts/codes.js';
import { Copyable } from '../parts/copy.js';
import { appTypeText, filingFields, filingLabel } from '../parts/filing-kinds.js';
import { decimalText, timeText } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { NoteModal } from '../parts/note-modal.js';
import { useFailure } from '../parts/problem.js';
import { DeliveryTag, StatusCode, VerdictTag } from '../parts/status.js';
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
  return <Loaded query={query}>{(one) => <FilingView one={one} />}</Loaded>;
}

function FilingView({ one }: { one: Filing }) {
  const { t, text } = useTexts();
  const bytes = useBytes();
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
      <RefusedChange one={one} />
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
                <StatusCode status={one.status} /> {text(one.status.text)}
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
            [t('filings.inForce'), String(one.revisionInForce ?? one.revision)],
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
          {one.summaryResults.length > 0 && (
            <SummaryResults results={one.summaryResults} onShow={bytes.show} />
          )}
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
          <Timeline entries={one.timeline} onShow={(entry) => bytes.showEntry(entry, one.number)} />
        </Panel>
      </div>
      {bytes.dialog}
    </article>
  );
}

function named(codes: string | undefined, value: string, text: (both: Text | undefined) => string): string {
  const name = codeName(codes, value);
  return name ? `${text(name)} (${value})` : value;
}

/** What may follow: offered when it is possible, with the reason when it is not. */
function FilingActions({ one }: { one: Filing }) {
  const { t } = useTexts();
  const me = useMe();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [open, setOpen] = useState<'change' | 'delete' | null>(null);
  const acts = mayAct(me.role);
  const answers = useQuery({
    queryKey: keys.filingActions(one.id, `${one.delivery}/${one.verdict}/${one.revision}`),
    queryFn: ({ signal }) => api.filingActions(one.id, signal),
    enabled: acts,
  });
  const answer = (action: 'change' | 'delete') => answers.data?.actions.find((a) => a.action === action);
  const remove = useMutation({
    mutationFn: (reason: string) => api.deleteFiling(one.id, reason),
    onSuccess: () => {
      setOpen(null);
      void message.success(t('filings.deleteDone'));
      return refresh('filings', 'declarations');
    },
    onError: fail,
  });
  if (!acts) return null;
  return (
    <>
      <ActionButton answer={answer('change')} onClick={() => setOpen('change')}>
        {t('filings.change')}
      </ActionButton>
      <ActionButton danger answer={answer('delete')} onClick={() => setOpen('delete')}>
        {t('actions.delete')}
      </ActionButton>
      {open === 'change' && <FilingChange one={one} onClose={() => setOpen(null)} />}
      <NoteModal
        open={open === 'delete'}
        title={t('actions.delete')}
        help={t('filings.deleteHelp')}
        confirm={t('actions.delete')}
        busy={remove.isPending}
        onCancel={() => setOpen(null)}
        onSubmit={({ note }) => remove.mutate(note.trim())}
      />
    </>
  );
}

/** Customs refused the newest revision: what it holds is the one before. */
function RefusedChange({ one }: { one: Filing }) {
  const { t, text } = useTexts();
  const refused = one.refusedChange;
  if (!refused) return null;
  return (
    <Alert
      type="warning"
      showIcon
      role="status"
      title={t('filings.changeRefused', {
        revision: refused.revision,
        kind: appTypeText(t, refused.appType),
        inForce: one.revisionInForce ?? '',
      })}
      description={
        refused.status && (
          <>
            <StatusCode status={refused.status} /> {text(refused.status.text)}
          </>
        )
      }
    />
  );
}
