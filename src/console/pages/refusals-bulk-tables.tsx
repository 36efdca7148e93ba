import { Link } from 'react-router-dom';
import type { BulkResult, CorrectionPreview, DeclarationSummary } from '../api/types.js';
import { ChangeList } from '../parts/changes.js';
import { FaultList } from '../parts/faults.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

export interface PreviewRow {
  one: DeclarationSummary;
  preview: CorrectionPreview;
}

/** What would change and go out, for the first few declarations. */
export function BulkPreview({ rows, of }: { rows: PreviewRow[]; of: number }) {
  const { t, text } = useTexts();
  return (
    <div className="bulk-table">
      <h3>{t('bulk.previewOf', { shown: rows.length, count: of })}</h3>
      <table className="plain">
        <tbody>
          {rows.map(({ one, preview }) => (
            <tr key={one.id}>
              <td className="mono">{one.orderNo}</td>
              <td>
                {preview.changes.length > 0 ? <ChangeList changes={preview.changes} /> : t('bulk.unchanged')}
              </td>
              <td>
                {preview.faults.length > 0 ? (
                  <FaultList faults={preview.faults} />
                ) : (
                  preview.documents.map((document) => (
                    <div key={document.id}>
                      {text(document.title)} · {t(`correct.does.${document.action}`)}
                    </div>
                  ))
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A verdict for every declaration. */
export function BulkVerdicts({ result }: { result: BulkResult }) {
  const { t } = useTexts();
  return (
    <div className="bulk-table" role="status">
      <h3>{t('bulk.done', { resubmitted: result.resubmitted, faulty: result.faulty })}</h3>
      {result.more && <p className="quiet">{t('bulk.doneMore')}</p>}
      <table className="plain">
        <tbody>
          {result.declarations.map((one) => (
            <tr key={one.declarationId}>
              <td className="mono">
                <Link to={`/declarations/${one.declarationId}`}>{one.orderNo ?? one.declarationId}</Link>
              </td>
              <td>
                <StateTag
                  look={
                    one.outcome === 'resubmitted'
                      ? { tone: 'good', text: { zh: '已重新申报', en: 'Declared again' } }
                      : { tone: 'bad', text: { zh: '有误，未申报', en: 'Faulty, not declared' } }
                  }
                />
              </td>
              <td>
                {one.faults.length > 0 ? (
                  <FaultList faults={one.faults} />
                ) : (
                  one.documents.map((document) => (
                    <div key={document.id}>
                      <span className="mono">{document.messageType.replace('Message', '')}</span>{' '}
                      {t('document.revision', { n: document.revision })}
                    </div>
                  ))
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
