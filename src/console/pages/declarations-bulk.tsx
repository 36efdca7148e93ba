import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { useRefresh } from '../api/queries.js';
import type { BulkAction, BulkActionResult, DeclarationSummary } from '../api/types.js';
import { FaultList } from '../parts/faults.js';
import { NoteModal } from '../parts/note-modal.js';
import { useFailure } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';
import { MOST_FORMS } from '../parts/list-limits.js';
import { BulkModal, ofRows } from './refusals-bulk.js';

interface BulkBarProps {
  rows: readonly DeclarationSummary[];
  onClear: () => void;
}

/** What an action is called and what it does, by its name. */
const ASKED = {
  resend: ['queue.resend', 'document.resendHelp'],
  discard: ['queue.discard', 'queue.discardHelp'],
  'declared-elsewhere': ['document.elsewhere', 'document.elsewhereHelp'],
} as const;

/** What one may do with the rows chosen; afterwards a verdict for each of them. */
export function BulkBar({ rows, onClear }: BulkBarProps) {
  const texts = useTexts();
  const { t } = texts;
  const ids = rows.map(({ id }) => id);
  const [correcting, setCorrecting] = useState(false);
  const refresh = useRefresh();
  const fail = useFailure();
  const [asking, setAsking] = useState<BulkAction['action'] | null>(null);
  const act = useMutation({
    mutationFn: (body: BulkAction) => api.actOnMany(body),
    onSuccess: () => {
      setAsking(null);
      return refresh('declarations');
    },
    onError: fail,
  });
  if (ids.length === 0) return null;
  return (
    <div className="bulk-bar no-print" role="group" aria-label={t('queue.bulk')}>
      <b>{t('queue.chosen', { count: ids.length })}</b>
      {Object.entries(ASKED).map(([action, [label]]) => (
        <Button key={action} onClick={() => setAsking(action as BulkAction['action'])}>
          {t(label)}
        </Button>
      ))}
      <Button onClick={() => setCorrecting(true)}>{t('queue.correct')}</Button>
      <Link to={`/declarations/print?ids=${ids.slice(0, MOST_FORMS).join()}`}>
        <Button>{t('forms.printSome')}</Button>
      </Link>
      <Button type="link" onClick={onClear}>
        {t('queue.clear')}
      </Button>
      <NoteModal
        open={asking !== null}
        title={asking && t(ASKED[asking][0])}
        help={asking && t(ASKED[asking][1])}
        confirm={t('queue.doFor', { count: ids.length })}
        busy={act.isPending}
        onCancel={() => setAsking(null)}
        onSubmit={({ note }) =>
          asking && act.mutate({ declarationIds: [...ids], action: asking, note: note.trim() })
        }
      />
      {correcting && (
        <BulkModal
          of={ofRows([...rows], texts)}
          onClose={() => {
            setCorrecting(false);
            onClear();
          }}
        />
      )}
      {act.data && (
        <BulkDone
          result={act.data}
          onClose={() => {
            act.reset();
            onClear();
          }}
        />
      )}
    </div>
  );
}

function BulkDone({ result, onClose }: { result: BulkActionResult; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Modal
      open
      width={760}
      title={t('queue.result', { done: result.done, faulty: result.faulty })}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('action.close')}
        </Button>
      }
    >
      <div className="bulk-table">
        <table className="plain">
          <tbody>
            {[...result.declarations]
              .sort((a, b) => b.faults.length - a.faults.length)
              .map((one) => (
                <tr key={one.declarationId}>
                  <td className="mono">{one.orderNo ?? '—'}</td>
                  <td>
                    {one.outcome === 'done' ? (
                      <span className="good">{t('queue.done', { count: one.documents })}</span>
                    ) : (
                      <FaultList faults={one.faults} />
                    )}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}
