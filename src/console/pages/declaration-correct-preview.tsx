import { Spin } from 'antd';
import type { CorrectionPreview } from '../api/types.js';
import { ChangeList } from '../parts/changes.js';
import { FaultList } from '../parts/faults.js';
import { useTexts, type TextKey } from '../texts/index.js';

const APP_TYPES: Record<string, TextKey> = {
  '1': 'correct.appType1',
  '2': 'correct.appType2',
  '3': 'correct.appType3',
};

/** What a correction would do: changed fields, documents that would go out with their before and after, all faults. */
export function PreviewPane({ preview, busy }: { preview: CorrectionPreview | undefined; busy: boolean }) {
  const { t, text } = useTexts();
  if (!preview) return busy ? <Spin /> : <p className="quiet">{t('correct.nothing')}</p>;
  return (
    <div className={busy ? 'stale' : ''} aria-busy={busy}>
      <h3>{t('correct.changes')}</h3>
      {preview.changes.length === 0 ? (
        <p className="quiet">{t('correct.noChanges')}</p>
      ) : (
        <ChangeList changes={preview.changes} />
      )}
      <h3>{t('correct.documents')}</h3>
      {preview.documents.length === 0 && <p className="quiet">{t('correct.noDocuments')}</p>}
      {preview.documents.map((document) => {
        const appType = APP_TYPES[document.appType];
        return (
          <section key={document.id} className="preview-document">
            <b>{text(document.title)}</b>{' '}
            <span className="mono quiet">{document.messageType.replace('Message', '')}</span>
            <div className="small">
              {t(`correct.does.${document.action}`)}
              {appType && ` · ${t(appType)}`}
            </div>
            {document.fields.length > 0 && (
              <table className="plain">
                <tbody>
                  {document.fields.map((field) => (
                    <tr key={`${field.name}/${field.n ?? ''}`}>
                      <td className="mono">
                        {field.name}
                        {field.n !== null && ` #${field.n}`}
                      </td>
                      <td>
                        <del>{field.before ?? '—'}</del>
                      </td>
                      <td>
                        <ins>{field.after ?? '—'}</ins>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        );
      })}
      <h3>{t('correct.faults')}</h3>
      {preview.faults.length === 0 ? (
        <p className="good">{t('correct.noFaults')}</p>
      ) : (
        <FaultList faults={preview.faults} />
      )}
    </div>
  );
}
