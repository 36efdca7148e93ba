import { Fragment } from 'react';
import type { IndicatorShown } from '../api/types.js';
import { decimalText, durationText } from '../parts/format.js';
import { useTexts } from '../texts/index.js';

/** How long customs took, by port, regime and inspection. */
export function ClearanceTimes({ lines }: { lines: NonNullable<IndicatorShown['clearance']> }) {
  const { t, text, language } = useTexts();
  if (lines.length === 0) return <span className="quiet">{t('indicators.noTimes')}</span>;
  const within = (seconds: number | null) => (seconds === null ? '—' : durationText(seconds, language));
  return (
    <table className="clearance-times num">
      <thead>
        <tr>
          <th scope="col">{t('dimension.port')}</th>
          <th scope="col">{t('field.regime')}</th>
          <th scope="col">{t('indicators.documents')}</th>
          <th scope="col">{t('indicators.p50')}</th>
          <th scope="col">{t('indicators.p90')}</th>
          <th scope="col">{t('indicators.p99')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <Fragment key={`${line.port.code}/${line.regime}/${String(line.inspected)}`}>
            <tr>
              <td>{text(line.port.text)}</td>
              <td>
                {line.regime}
                {line.inspected && ` · ${t('indicators.inspected')}`}
              </td>
              <td>{decimalText(line.documents)}</td>
              <td>
                <b>{within(line.seconds.p50)}</b>
              </td>
              <td>{within(line.seconds.p90)}</td>
              <td>{within(line.seconds.p99)}</td>
            </tr>
            {line.withoutSubmission > 0 && (
              <tr>
                <td className="quiet small" colSpan={6}>
                  {t('indicators.noSubmission', { count: line.withoutSubmission })}
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}
