import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { ActionName, Declaration, DeclarationActions } from '../api/types.js';
import { ActionButton } from '../parts/action-button.js';
import { timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';
import { CorrectDrawer } from './declaration-correct.js';
import { ReturnModal } from './declaration-return.js';

interface ActionBarProps {
  one: Declaration;
  actions: DeclarationActions | undefined;
  open: OpenAction;
  onOpen: (open: OpenAction) => void;
}
export type OpenAction = 'correct' | 'withdraw' | 'return' | null;

/** What a person may do with the whole declaration now; each opens its own dialog. */
export function ActionBar({ one, actions, open, onOpen: setOpen }: ActionBarProps) {
  const { t } = useTexts();
  const { message, modal } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const answer = (name: ActionName) => actions?.actions.find((one) => one.action === name);
  const resubmits = answer('resubmit')?.allowed === true;

  const filed = (filingId: string, text: string) => {
    setOpen(null);
    void refresh('declarations', 'filings');
    const shown = modal.success({
      title: text,
      content: (
        <Link to={`/filings/${filingId}`} onClick={() => shown.destroy()}>
          {t('actions.openFiling')}
        </Link>
      ),
      okText: t('action.close'),
    });
  };
  const withdraw = useMutation({
    mutationFn: (reason: string) => api.withdraw(one.id, reason),
    onSuccess: ({ filingId }) => filed(filingId, t('actions.withdrawn')),
    onError: fail,
  });

  return (
    <>
      {/* The next step of a refused declaration stands in the strip below. */}
      {one.stage !== 'refused' && (
        <ActionButton
          type={resubmits ? 'primary' : 'default'}
          answer={resubmits ? answer('resubmit') : answer('change')}
          onClick={() => setOpen('correct')}
        >
          {t(resubmits ? 'actions.resubmit' : 'actions.correct')}
        </ActionButton>
      )}
      <ActionButton answer={answer('withdraw')} onClick={() => setOpen('withdraw')}>
        {t('actions.withdraw')}
      </ActionButton>
      <ActionButton answer={answer('return')} onClick={() => setOpen('return')}>
        {t('actions.return')}
      </ActionButton>
      <Link to={`/adviser?declaration=${one.id}`}>
        <Button>{t('nav.adviser')}</Button>
      </Link>
      {open === 'correct' && actions && (
        <CorrectDrawer
          one={one}
          revision={actions.revision}
          resubmit={resubmits}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            void message.success(t('correct.done'));
          }}
        />
      )}
      <NoteModal
        open={open === 'withdraw'}
        title={t('actions.withdraw')}
        help={t('actions.withdrawHelp', { invtNo: one.invtNo ?? one.copNo })}
        confirm={t('actions.withdrawConfirm')}
        busy={withdraw.isPending}
        onCancel={() => setOpen(null)}
        onSubmit={({ note }) => withdraw.mutate(note.trim())}
      />
      {open === 'return' && (
        <ReturnModal
          one={one}
          onClose={() => setOpen(null)}
          onDone={(filingId) => filed(filingId, t('actions.returned'))}
        />
      )}
    </>
  );
}

/** Withdrawn and returned declarations say so beside their verdict. */
export function ReversalMarks({ one }: { one: Declaration }) {
  const { t } = useTexts();
  return (
    <>
      {one.withdrawnAt && (
        <span className="reversal">{t('actions.markWithdrawn', { time: timeText(one.withdrawnAt) })}</span>
      )}
      {one.returnedAt && (
        <span className="reversal">{t('actions.markReturned', { time: timeText(one.returnedAt) })}</span>
      )}
    </>
  );
}

interface DeleteModalProps {
  document: { id: string; name: string } | null;
  onClose: () => void;
}

/** Declares the deletion of one document (appType 3) with its reason. */
export function DeleteModal({ document, onClose }: DeleteModalProps) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const refresh = useRefresh();
  const fail = useFailure();
  const remove = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => api.deleteDocument(id, reason),
    onSuccess: () => {
      onClose();
      void message.success(t('actions.deleted'));
      return refresh('declarations');
    },
    onError: fail,
  });
  return (
    <NoteModal
      open={document !== null}
      title={t('actions.deleteOf', { document: document?.name ?? '' })}
      help={t('actions.deleteHelp')}
      confirm={t('actions.delete')}
      busy={remove.isPending}
      onCancel={onClose}
      onSubmit={({ note }) => document && remove.mutate({ id: document.id, reason: note.trim() })}
    />
  );
}
