import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Popconfirm } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Declaration, DeclarationDocument } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { Panel } from '../parts/page.js';
import { useFailure } from '../parts/problem.js';
import { partyTexts } from '../parts/states.js';
import { DeliveryTag, VerdictTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

/** The documents side by side: how each was delivered, what customs said, who signs, what it waits for. */
export function DeclarationDocuments({ one }: { one: Declaration }) {
  const { t } = useTexts();
  const [elsewhere, setElsewhere] = useState<DeclarationDocument | null>(null);
  const refresh = useRefresh();
  const fail = useFailure();
  const { message } = App.useApp();
  const declare = useMutation({
    mutationFn: ({ id, note }: { id: string; note: string }) => api.declaredElsewhere(id, note),
    onSuccess: () => {
      setElsewhere(null);
      void message.success(t('document.elsewhereDone'));
      return refresh('declarations');
    },
    onError: fail,
  });

  return (
    <Panel title={t('declaration.documents')}>
      <div className="documents">
        {one.documents.map((document) => (
          <DocumentCard key={document.id} document={document} onElsewhere={() => setElsewhere(document)} />
        ))}
      </div>
      <NoteModal
        open={elsewhere !== null}
        title={t('document.elsewhere')}
        help={t('document.elsewhereHelp')}
        confirm={t('document.elsewhere')}
        busy={declare.isPending}
        onCancel={() => setElsewhere(null)}
        onSubmit={({ note }) => elsewhere && declare.mutate({ id: elsewhere.id, note: note.trim() })}
      />
    </Panel>
  );
}

interface DocumentCardProps {
  document: DeclarationDocument;
  onElsewhere: () => void;
}

function DocumentCard({ document, onElsewhere }: DocumentCardProps) {
  const { t, text } = useTexts();
  const role = partyTexts[document.responsible.role];
  return (
    <section className={`document ${document.current ? '' : 'earlier'}`} aria-label={text(document.title)}>
      <header>
        <h3>{text(document.title)}</h3>
        <span className="quiet">
          {document.revision > 1 && `${t('document.revision', { n: document.revision })} · `}
          {!document.current && `${t('document.earlier')} · `}
          <span className="mono">{document.messageType.replace('Message', '')}</span>
        </span>
      </header>
      <div className="document-states">
        <DeliveryTag value={document.delivery} />
        <VerdictTag value={document.verdict} />
      </div>
      {document.waitingFor && <p className="document-waiting">{text(document.waitingFor.text)}</p>}
      {document.coach && (
        <div className="document-coach">
          <b>
            <span className="code-mark num">{document.coach.code}</span> {text(document.coach.title)}
          </b>
          <span>{text(document.coach.remedy)}</span>
        </div>
      )}
      <dl>
        <dt>{t('document.signer')}</dt>
        <dd title={document.responsible.code}>
          {document.responsible.name}
          {role && <span className="quiet party"> {text(role)}</span>}
        </dd>
        <dt>{t('field.lastReceipt')}</dt>
        <dd>
          {document.status ? (
            <>
              <span className="code-mark num">{document.status.status}</span> {text(document.status.text)}
              <div className="quiet num">{timeText(document.statusTime)}</div>
            </>
          ) : (
            <span className="quiet">—</span>
          )}
        </dd>
        {Object.entries(document.key).map(([name, value]) => (
          <Key key={name} name={name} value={value} />
        ))}
        <Key name="guid" value={document.guid} />
        <Key name={t('document.id')} value={document.id} />
      </dl>
      <DocumentActions document={document} onElsewhere={onElsewhere} />
    </section>
  );
}

function Key({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt className="mono">{name}</dt>
      <dd className="key">
        <Copyable value={value} what={name} />
      </dd>
    </>
  );
}

function DocumentActions({ document, onElsewhere }: DocumentCardProps) {
  const { t } = useTexts();
  const me = useMe();
  const refresh = useRefresh();
  const fail = useFailure();
  const { message } = App.useApp();
  const resend = useMutation({
    mutationFn: () => api.resend(document.id),
    onSuccess: () => {
      void message.success(t('document.resendDone'));
      return refresh('declarations');
    },
    onError: fail,
  });
  const stuck = ['dead', 'unknown', 'refused'].includes(document.delivery);
  const mayResend = stuck && mayAct(me.role);
  const awaitsParty = mayAct(me.role) && document.waitingFor?.reason === 'party';
  if (!mayResend && !awaitsParty) return null;
  return (
    <footer className="no-print">
      {mayResend && (
        <Popconfirm
          title={t('document.resendAsk')}
          description={t('document.resendHelp')}
          okText={t('document.resend')}
          cancelText={t('action.back')}
          onConfirm={() => resend.mutate()}
        >
          <Button size="small" type="primary" loading={resend.isPending}>
            {t('document.resend')}
          </Button>
        </Popconfirm>
      )}
      {awaitsParty && (
        <Button size="small" onClick={onElsewhere}>
          {t('document.elsewhere')}
        </Button>
      )}
    </footer>
  );
}
