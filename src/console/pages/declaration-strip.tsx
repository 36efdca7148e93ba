import { useState } from 'react';
import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { BulkAction, Declaration, DeclarationActions } from '../api/types.js';
import { rememberedList } from '../api/views.js';
import { ActionButton } from '../parts/action-button.js';
import { agoText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { FaultList } from '../parts/faults.js';
import { useFailure } from '../parts/problem.js';
import { isFinished, stageLooks } from '../parts/stages.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

interface StateStripProps {
  one: Declaration;
  actions: DeclarationActions | undefined;
  onCorrect: () => void;
}

/** The first thing seen of a declaration: where it stands, why, and the one thing to do next. */
export function StateStrip({ one, actions, onCorrect }: StateStripProps) {
  const { t, text, language } = useTexts();
  const look = stageLooks[one.stage];
  const acts = mayAct(useMe().role);
  return (
    <section className={`panel strip tone-${look.tone}`} aria-label={t('field.stage')}>
      <StateTag look={look} />
      <div className="strip-words">
        {one.cause ? (
          <>
            <p>
              <span className="quiet">{text(one.cause.document)}</span>{' '}
              {one.cause.code && <span className="code-mark num">{one.cause.code}</span>}{' '}
              <b>{text(one.cause.text)}</b>
            </p>
            {one.cause.remedy && <p>{text(one.cause.remedy)}</p>}
          </>
        ) : (
          <p>{text(look.help)}</p>
        )}
      </div>
      {!isFinished(one.stage) && (
        <span className="quiet num">{agoText(one.statusTime ?? one.createdAt, language)}</span>
      )}
      {acts && <NextAction one={one} actions={actions} onCorrect={onCorrect} />}
    </section>
  );
}

function NextAction({ one, actions, onCorrect }: StateStripProps) {
  const { t } = useTexts();
  const { message, modal } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const [asking, setAsking] = useState<BulkAction['action'] | null>(null);
  const act = useMutation({
    mutationFn: (body: BulkAction) => api.actOnMany(body),
    onSuccess: ({ declarations }) => {
      setAsking(null);
      const faults = declarations.flatMap((d) => d.faults);
      if (faults.length === 0)
        void message.success(t(asking === 'resend' ? 'strip.resent' : 'document.elsewhereDone'));
      else void modal.error({ title: t('error.page'), content: <FaultList faults={faults} /> });
      return refresh('declarations');
    },
    onError: fail,
  });
  if (one.stage === 'refused')
    return (
      <ActionButton
        type="primary"
        answer={actions?.actions.find(({ action }) => action === 'resubmit')}
        onClick={onCorrect}
      >
        {t('actions.resubmit')}
      </ActionButton>
    );
  if (one.stage === 'draft')
    return (
      <Link to={`/declarations/${one.id}/form`}>
        <Button type="primary">{t('goodsForm.complete')}</Button>
      </Link>
    );
  const forParty = one.documents.some((d) => d.current && d.waitingFor?.reason === 'party');
  const action =
    one.stage === 'port-refused' || one.stage === 'unknown'
      ? 'resend'
      : one.stage === 'party' && forParty
        ? 'declared-elsewhere'
        : null;
  if (action === null) return null;
  const label = t(action === 'resend' ? 'strip.resend' : 'document.elsewhere');
  return (
    <>
      <Button type="primary" onClick={() => setAsking(action)}>
        {label}
      </Button>
      <NoteModal
        open={asking !== null}
        title={label}
        help={t(action === 'resend' ? 'document.resendHelp' : 'document.elsewhereHelp')}
        confirm={label}
        busy={act.isPending}
        onCancel={() => setAsking(null)}
        onSubmit={({ note }) => act.mutate({ declarationIds: [one.id], action, note: note.trim() })}
      />
    </>
  );
}

/** The way through the page of the list one came from; nothing when the declaration was reached otherwise. */
export function ListPlace({ id }: { id: string }) {
  const { t } = useTexts();
  const list = rememberedList();
  const at = list?.ids.indexOf(id) ?? -1;
  if (!list || at === -1) return null;
  const step = (to: string | undefined, icon: React.ReactNode, label: string) =>
    to ? (
      <Link to={`/declarations/${to}`}>
        <Button icon={icon} aria-label={label} title={label} />
      </Link>
    ) : (
      <Button icon={icon} aria-label={label} title={label} disabled />
    );
  return (
    <span className="list-place">
      {step(list.ids[at - 1], <LeftOutlined />, t('list.previous'))}
      <Link to={`/declarations${list.search}`} className="num">
        {t('list.place', { at: at + 1, count: list.ids.length })}
      </Link>
      {step(list.ids[at + 1], <RightOutlined />, t('list.next'))}
    </span>
  );
}
