import { useQuery } from '@tanstack/react-query';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { Import } from '../api/types.js';
import { Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';
import { isRunning } from './upload-history.js';

/** Why orders of an import were refused: one line a cause, the most frequent first, with what to do. */
export function ImportCauses({ one }: { one: Import }) {
  const { t, text } = useTexts();
  const query = useQuery({
    queryKey: [...keys.importCauses(one.id), one.faulty],
    queryFn: ({ signal }) => api.importCauses(one.id, signal),
    refetchInterval: isRunning(one) ? 5_000 : false,
  });
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Panel title={t('causes.title')}>
      <ul className="faults">
        {items.slice(0, 20).map((cause) => (
          <li key={`${cause.code} ${cause.path}`}>
            <div className="fault-head">
              <span className="fault-code">{cause.code}</span>
              <b className="num">{t('causes.orders', { count: cause.orders })}</b>
              {cause.header !== null && (
                <span className="fault-path">{t('causes.column', { header: cause.header })}</span>
              )}
              <span className="fault-message">{text(cause.example.message)}</span>
              {cause.firstRow !== null && (
                <span className="quiet">{t('causes.firstRow', { row: cause.firstRow })}</span>
              )}
            </div>
            <div className="fault-fix">
              <b>{t('fault.fix')}</b>
              {text(cause.example.fix)}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
