import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { mayAct, useMe } from '../api/session.js';
import type { Declaration } from '../api/types.js';
import { durationText, timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { inspectionLooks, trackKinds } from '../parts/states.js';
import { DeliveryTag, StateTag, VerdictTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';
import { NoteArrival } from './inspection-arrival.js';

/** True for what goes by goods declaration (报关单): only that has two tracks. */
export const hasTracks = (one: Declaration): boolean =>
  one.documents.some(({ messageType }) => messageType === 'DecMessage');

/** Where inspection and customs stand, what they make of the whole, and the inspection that customs ordered. */
export function DeclarationTracks({ one }: { one: Declaration }) {
  const { t, text } = useTexts();
  return (
    <Panel
      title={t('tracks.title')}
      extra={
        <>
          <span className="quiet">{t('tracks.rule')}</span>{' '}
          {mayAct(useMe().role) && (
            <Link className="no-print" to={`/declarations/${one.id}/form`}>
              {t('goodsForm.open')}
            </Link>
          )}
        </>
      }
    >
      <div className="tracks">
        {trackKinds.map((track) => {
          const document = one.documents.find((d) => d.current && track.messageTypes.includes(d.messageType));
          return (
            <section key={track.name.en} aria-label={text(track.name)}>
              <h3>{text(track.name)}</h3>
              {document ? (
                <>
                  {document.verdict === 'none' ? (
                    <DeliveryTag value={document.delivery} />
                  ) : (
                    <VerdictTag value={document.verdict} />
                  )}
                  <p className="small">
                    {document.status ? text(document.status.text) : text(document.waitingFor?.text)}{' '}
                    {document.statusTime && (
                      <span className="quiet num">{timeText(document.statusTime)}</span>
                    )}
                  </p>
                </>
              ) : (
                <p className="quiet small">{t('tracks.notNeeded')}</p>
              )}
            </section>
          );
        })}
        <Task one={one} />
        <section aria-label={t('tracks.whole')}>
          <h3>{t('tracks.whole')}</h3>
          <VerdictTag value={one.verdict} />
          {one.releasedAt && <p className="quiet small num">{timeText(one.releasedAt)}</p>}
        </section>
      </div>
    </Panel>
  );
}

/** The inspection customs ordered of it; officers see it on the timeline only. */
function Task({ one }: { one: Declaration }) {
  const { t, language } = useTexts();
  const acts = mayAct(useMe().role);
  const polling = usePolling();
  const query = useQuery({
    queryKey: keys.inspections({ declaration: one.id }),
    queryFn: async ({ signal }) => {
      for (const state of ['open', 'done'] as const) {
        const { items } = await api.inspectionTasks({ state, declaration: one.id, limit: 1 }, signal);
        if (items[0]) return items[0];
      }
      return null;
    },
    enabled: acts,
    refetchInterval: polling,
  });
  if (!acts || query.isPending || query.isError) return null;
  const task = query.data;
  return (
    <section aria-label={t('tracks.task')}>
      <h3>
        <Link to="/inspections">{t('tracks.task')}</Link>
      </h3>
      {task ? (
        <>
          <StateTag look={inspectionLooks[task.result ?? 'open']} />
          <p className="small">
            {t('inspections.arrived')} <span className="num">{timeText(task.arrivedAt)}</span> ·{' '}
            {t('inspections.took')} <span className="num">{durationText(task.minutes * 60, language)}</span>
          </p>
          <NoteArrival task={task} />
        </>
      ) : (
        <p className="quiet small">{t('tracks.noTask')}</p>
      )}
    </section>
  );
}
