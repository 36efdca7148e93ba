import { Button } from 'antd';
import { Link } from 'react-router-dom';
import { mayAct, useMe } from '../api/session.js';
import type { RefusalGroup } from '../api/types.js';
import { CoachNote } from '../parts/coach.js';
import { decimalText, timeText } from '../parts/format.js';
import { pageOfApi } from '../parts/links.js';
import { useTexts } from '../texts/index.js';

/** One code of one document: how many, why, which fields, what to do. */
export function RefusalCard({ group, onBulk }: { group: RefusalGroup; onBulk: () => void }) {
  const { t, text } = useTexts();
  const me = useMe();
  const { coach } = group;
  const helps = coach.action === 'correct' || coach.action === 'resubmit';
  return (
    <section className="panel refusal" aria-label={`${text(group.title)} ${group.code}`}>
      <div className="refusal-count">
        <b className="num">{decimalText(group.count)}</b>
        <span className="quiet">{t('refusals.documents')}</span>
      </div>
      <div className="refusal-body">
        <h2>
          <span className="code-mark num">{group.code}</span> {text(coach.title)}
        </h2>
        <p className="quiet small">
          {text(group.title)} <span className="mono">{group.messageType.replace('Message', '')}</span>
          {group.status !== group.code && <> · {t('refusals.status', { status: group.status })}</>} ·{' '}
          {t('refusals.newest', { time: timeText(group.newestAt) })}
        </p>
        {!coach.known && <p className="refusal-unknown">{t('refusals.notInTable')}</p>}
        <CoachNote coach={coach} />
        {coach.note && <p className="quiet small">{text(coach.note)}</p>}
        {coach.source !== '' && (
          <p className="quiet small">
            {t('fault.source')} {coach.source}
          </p>
        )}
      </div>
      <div className="refusal-actions no-print">
        <Link to={pageOfApi(group.declarations)}>{t('refusals.list', { count: group.count })}</Link>
        {mayAct(me.role) && (
          <Button type={helps ? 'primary' : 'default'} onClick={onBulk}>
            {t('refusals.bulk')}
          </Button>
        )}
      </div>
    </section>
  );
}
