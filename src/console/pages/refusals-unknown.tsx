import { useQuery } from '@tanstack/react-query';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import { timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

/** Codes that the coach does not know yet, so that somebody can ask customs and complete the table. */
export function UnknownCodes() {
  const { t } = useTexts();
  const codes = useQuery({
    queryKey: keys.unknownCodes,
    queryFn: ({ signal }) => api.unknownCodes(signal),
    refetchInterval: usePolling(),
  });
  const items = codes.data?.items ?? [];
  return (
    <Panel title={t('unknown.title')} flush={items.length > 0}>
      {items.length === 0 ? (
        <p className="quiet">{t('unknown.none')}</p>
      ) : (
        <>
          <p className="quiet panel-note">{t('unknown.help')}</p>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('unknown.receipt')}</th>
                <th>{t('unknown.status')}</th>
                <th>{t('unknown.code')}</th>
                <th className="right">{t('unknown.count')}</th>
                <th>{t('unknown.first')}</th>
                <th>{t('unknown.last')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={`${item.receiptType}/${item.status}/${item.infoCode ?? ''}`}>
                  <td className="mono">{item.receiptType.replace('Message', '')}</td>
                  <td className="num">{item.status}</td>
                  <td className="num">{item.infoCode ?? '—'}</td>
                  <td className="num right">{item.count}</td>
                  <td className="num">{timeText(item.firstAt)}</td>
                  <td className="num">{timeText(item.lastAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}
