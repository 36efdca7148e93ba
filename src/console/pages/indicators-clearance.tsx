import { Fragment } from 'react';
import type { IndicatorShown } from '../api/types.js';
import { durationText } from '../parts/format.js';
import { useTexts } from '../texts/index.js';

/** How long customs took, by port, regime and inspection. */
export function ClearanceTimes({ lines }: { lines: NonNullable<IndicatorShown['clearance']> }) {
  const { t, text, language } = useTexts();
  if (lines.length === 0) return <span className="quiet">{t('indicators.noTimes')}</span>;
  const within = (seconds: number | null) => (seconds === null ? '—' : durationText(seconds, language));
  return (
    <dl className="clearance-times">
      {lines.map((line) => (
        <Fragment key={`${line.port.code}/${line.regime}/${String(line.inspected)}`}>
          <dt>
            {text(line.port.text)} · {line.regime}
            {line.inspected && ` · ${t('indicators.inspected')}`} · {line.documents}
          </dt>
          <dd>
            {t('indicators.p50')} <b>{within(line.seconds.p50)}</b> · {t('indicators.p90')}{' '}
            {within(line.seconds.p90)} · {t('indicators.p99')} {within(line.seconds.p99)}
            {line.withoutSubmission > 0 && (
              <div className="quiet small">
                {t('indicators.noSubmission', { count: line.withoutSubmission })}
              </div>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
