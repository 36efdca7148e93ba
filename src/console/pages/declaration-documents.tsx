import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { ActionAnswer, Declaration, DeclarationActions, DeclarationDocument } from '../api/types.js';
import { AskFirst } from '../parts/ask-first.js';
import { ActionButton } from '../parts/action-button.js';
import { CoachShort } from '../parts/coach.js';
import { Copyable } from '../parts/copy.js';
import { fieldLabel } from '../parts/filing-kinds.js';
import { inLanguage, timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { Panel } from '../parts/page.js';
import { useFailure } from '../parts/problem.js';
import { partyTexts } from '../parts/states.js';
import { DeliveryTag, StatusCode, VerdictTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';
import { DeleteModal } from './declaration-actions.js';

interface DeclarationDocumentsProps {
  one: Declaration;
  /** Undefined while they load and for those who only look. */
  actions: DeclarationActions | undefined;
}

/** The documents side by side: how each was delivered, what customs said, who signs, what it waits for. */
export function DeclarationDocuments({ one, actions }: DeclarationDocumentsProps) {
  const { t, text } = useTexts();
  const [deleting, setDeleting] = useState<DeclarationDocument | null>(null);
  const earlier = one.documents.filter((document) => !document.current);
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
        {one.documents
          .filter((document) => document.current)
          .map((document) => (
            <DocumentCard
              key={document.id}
              document={document}
              answers={actions?.documents.find(({ id }) => id === document.id)?.actions}
              onElsewhere={() => setElsewhere(document)}
              onDelete={() => setDeleting(document)}
            />
          ))}
      </div>
      {earlier.length > 0 && (
        <details className="earlier-documents">
          <summary>{t('documents.earlier', { count: earlier.length })}</summary>
          <div className="documents">
            {earlier.map((document) => (
              <DocumentCard key={document.id} document={document} />
            ))}
          </div>
        </details>
      )}
      <DeleteModal
        document={deleting && { id: deleting.id, name: text(deleting.title) }}
        onClose={() => setDeleting(null)}
      />
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
  answers?: ActionAnswer[] | undefined;
  onElsewhere?: () => void;
  onDelete?: () => void;
}

function DocumentCard({ document, ...doing }: DocumentCardProps) {
  const { t, text, language } = useTexts();
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
      {document.givenUp && (
        <p className="document-waiting">
          {document.givenUp.discardedAt
            ? t('document.discardedAt', { time: timeText(document.givenUp.discardedAt) })
            : document.givenUp.reason &&
              t('document.givenUp', { reason: inLanguage(document.givenUp.reason, language) })}
        </p>
      )}
      {document.elsewhere && (
        <p className="document-elsewhere">
          {t('document.elsewhereBy', { by: document.elsewhere.by, time: timeText(document.elsewhere.at) })}
          {document.elsewhere.note && <span className="quiet"> {document.elsewhere.note}</span>}
        </p>
      )}
      {document.coach && <CoachShort coach={document.coach} />}
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
              <StatusCode status={document.status} /> {text(document.status.text)}
              <div className="quiet num">{timeText(document.statusTime)}</div>
            </>
          ) : (
            <span className="quiet">—</span>
          )}
        </dd>
        {Object.entries(document.key).map(([name, value]) => (
          <Key key={name} name={text(fieldLabel(name))} value={value} />
        ))}
      </dl>
      <details className="technical no-print">
        <summary>{t('document.technical')}</summary>
        <dl>
          <Key name={text(fieldLabel('guid'))} value={document.guid} />
          <Key name={t('document.id')} value={document.id} />
        </dl>
      </details>
      <DocumentActions document={document} {...doing} />
    </section>
  );
}

function Key({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="key">
        <Copyable value={value} what={name} />
      </dd>
    </>
  );
}

function DocumentActions({ document, answers, onElsewhere, onDelete }: DocumentCardProps) {
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
  const [discarding, setDiscarding] = useState(false);
  const discard = useMutation({
    mutationFn: (note: string) => api.discard(document.id, note),
    onSuccess: () => {
      setDiscarding(false);
      void message.success(t('document.discardDone'));
      return refresh('declarations');
    },
    onError: fail,
  });
  const mayDiscard = mayAct(me.role) && document.givenUp?.discardedAt === null;
  const answer = (name: ActionAnswer['action']) => answers?.find((one) => one.action === name);
  const mayResend = answer('resend')?.allowed === true;
  const awaitsParty = mayAct(me.role) && onElsewhere && document.waitingFor?.reason === 'party';
  if (!answers && !awaitsParty && !mayDiscard) return null;
  return (
    <footer className="no-print">
      {mayResend && (
        <AskFirst
          title={t('document.resendAsk')}
          description={t('document.resendHelp')}
          okText={t('document.resend')}
          cancelText={t('action.back')}
          onConfirm={() => resend.mutate()}
        >
          <Button size="small" type="primary" loading={resend.isPending}>
            {t('document.resend')}
          </Button>
        </AskFirst>
      )}
      {mayDiscard && (
        <Button size="small" onClick={() => setDiscarding(true)}>
          {t('document.discard')}
        </Button>
      )}
      <NoteModal
        open={discarding}
        title={t('document.discard')}
        help={t('document.discardHelp')}
        confirm={t('document.discard')}
        busy={discard.isPending}
        onCancel={() => setDiscarding(false)}
        onSubmit={({ note }) => discard.mutate(note.trim())}
      />
      {awaitsParty && (
        <Button size="small" onClick={onElsewhere}>
          {t('document.elsewhere')}
        </Button>
      )}
      {answers && (
        <ActionButton size="small" answer={answer('delete')} onClick={onDelete}>
          {t('actions.delete')}
        </ActionButton>
      )}
    </footer>
  );
}
