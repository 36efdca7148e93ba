import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys, useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Certificate } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { useBytes } from '../parts/bytes.js';
import { CertificateFormView } from '../parts/certificate-form.js';
import { Copyable } from '../parts/copy.js';
import { FaultList } from '../parts/faults.js';
import { timeText } from '../parts/format.js';
import { Loaded } from '../parts/loaded.js';
import { MadeFileButton } from '../parts/made-file.js';
import { NoteModal } from '../parts/note-modal.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { useFailure } from '../parts/problem.js';
import { certificateLooks } from '../parts/states.js';
import { DeliveryTag, StateTag } from '../parts/status.js';
import { Timeline } from '../parts/timeline.js';
import { useTexts } from '../texts/index.js';
import { CertificateAttachments } from './certificate-attachments.js';

/** One certificate of origin: where it stands, the goods it covers, its application, what happened. */
export default function CertificatePage() {
  const { id = '' } = useParams();
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.certificate(id),
    queryFn: ({ signal }) => api.certificate(id, signal),
    refetchInterval: polling,
  });
  return <Loaded query={query}>{(one) => <CertificateView one={one} />}</Loaded>;
}

function CertificateView({ one }: { one: Certificate }) {
  const { t, text } = useTexts();
  const bytes = useBytes();
  return (
    <article className="declaration">
      <PageHead
        title={
          <>
            {text(one.type.text)} <Copyable value={one.certNo} what={t('certificates.certNo')} />
          </>
        }
        sub={
          <>
            <Link to="/certificates">{t('certificates.title')}</Link> · {one.exporter.name}
          </>
        }
        actions={<CertificateActions one={one} />}
      />
      {one.cancelled && (
        <Alert
          type="info"
          showIcon
          title={t('certificates.cancelled', {
            why: one.cancelled.why,
            by: one.cancelled.by,
            at: timeText(one.cancelled.at),
          })}
        />
      )}
      {one.concerns.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('certificates.concerns')}
          description={<FaultList faults={one.concerns} />}
        />
      )}
      <Panel>
        <div className="standing">
          <div>
            <span className="standing-label">{t('certificates.state')}</span>
            <StateTag look={certificateLooks[one.state]} />
          </div>
          <div>
            <span className="standing-label">{t('field.delivery')}</span>
            <DeliveryTag value={one.delivery} />
          </div>
          <div className="standing-wide">
            <span className="standing-label">{t('field.lastReceipt')}</span>
            {one.lastReceipt ? (
              <span>
                {text(one.lastReceipt.text)}{' '}
                <span className="quiet num">{one.lastReceiptAt && timeText(one.lastReceiptAt)}</span>
              </span>
            ) : (
              <span className="quiet">—</span>
            )}
          </div>
        </div>
        <Facts
          columns={4}
          items={[
            [t('certificates.type'), `${text(one.type.text)} · ${text(one.status.text)}`],
            [t('certificates.destination'), text(one.destination.text)],
            [t('certificates.invoice'), one.invoiceNo],
            [t('certificates.applied'), timeText(one.createdAt)],
            ...(one.replaces ? [[t('certificates.replaces'), linkTo(one.replaces)] as const] : []),
            ...one.replacedBy.map((link) => [t('certificates.replacedBy'), linkTo(link)] as const),
          ].map(([name, value]) => [name, value])}
        />
      </Panel>
      <div className="two-columns">
        <div>
          <Panel title={t('certificates.covers')}>
            <ul className="plain-list">
              {one.covers.map((cover) => (
                <li key={cover.line}>
                  <Link to={`/declarations/${cover.declarationId}`} className="mono">
                    {cover.orderNo}
                  </Link>{' '}
                  {t('certificates.coversOf', {
                    gnum: cover.gnum,
                    name: cover.name,
                    qty: cover.qty,
                    declared: cover.declared,
                  })}
                </li>
              ))}
            </ul>
          </Panel>
          <CertificateAttachments one={one} />
          <CertificateFormView form={one.form} />
        </div>
        <Panel title={t('declaration.timeline')} className="timeline-panel">
          <Timeline entries={one.timeline} onShow={(entry) => bytes.showEntry(entry, one.certNo)} />
        </Panel>
      </div>
      {bytes.dialog}
    </article>
  );
}

const linkTo = ({ id, certNo }: { id: string; certNo: string }) => (
  <Link key={id} to={`/certificates/${id}`} className="mono">
    {certNo}
  </Link>
);

/** What may follow now, with the reason where it may not. */
function CertificateActions({ one }: { one: Certificate }) {
  const { t } = useTexts();
  const me = useMe();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [asks, setAsks] = useState<'cancel' | 'resend' | null>(null);
  const answer = (action: Certificate['actions'][number]['action']) =>
    one.actions.find((a) => a.action === action);
  const act = useMutation({
    mutationFn: (reason: string) =>
      asks === 'cancel' ? api.cancelCertificate(one.id, reason) : api.resendCertificate(one.id, reason),
    onSuccess: () => {
      void message.success(t(asks === 'cancel' ? 'certificates.cancel' : 'certificates.resend'));
      setAsks(null);
      return refresh('declarations');
    },
    onError: fail,
  });
  const pdf = (
    <MadeFileButton path={`/v1/certificates/${one.id}/application.pdf`}>
      {t('certificates.pdf')}
    </MadeFileButton>
  );
  if (!mayAct(me.role)) return null;
  const issued = one.state === 'issued';
  const successor = (status: '1' | '2') => () =>
    void navigate(`/certificates/new?replaces=${one.id}&status=${status}`);
  return (
    <>
      {pdf}
      {issued ? (
        <>
          <ActionButton answer={answer('change')} onClick={successor('1')}>
            {t('certificates.amend')}
          </ActionButton>
          <ActionButton answer={answer('change')} onClick={successor('2')}>
            {t('certificates.reissue')}
          </ActionButton>
        </>
      ) : (
        <ActionButton
          type={answer('resubmit')?.allowed ? 'primary' : 'default'}
          answer={answer('resubmit')?.allowed ? answer('resubmit') : answer('change')}
          onClick={() => void navigate(`/certificates/${one.id}/edit`)}
        >
          {t(answer('change')?.allowed ? 'certificates.edit' : 'certificates.resubmit')}
        </ActionButton>
      )}
      {answer('resend')?.allowed && (
        <Button onClick={() => setAsks('resend')}>{t('certificates.resend')}</Button>
      )}
      <ActionButton danger answer={answer('delete')} onClick={() => setAsks('cancel')}>
        {t('certificates.cancel')}
      </ActionButton>
      <NoteModal
        open={asks !== null}
        title={t(asks === 'resend' ? 'certificates.resend' : 'certificates.cancel')}
        help={t(asks === 'resend' ? 'certificates.resendHelp' : 'certificates.cancelHelp')}
        confirm={t(asks === 'resend' ? 'certificates.resend' : 'certificates.cancel')}
        busy={act.isPending}
        onCancel={() => setAsks(null)}
        onSubmit={({ note }) => act.mutate(note.trim())}
      />
    </>
  );
}
