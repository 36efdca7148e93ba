import type { Fault } from '../api/types.js';
import { placeOf } from './fault-place.js';
import { SourceText } from './source.js';
import { useTexts } from '../texts/index.js';

/** All faults of one thing: code, field, what is wrong, what to do, where the rule stands. */
export function FaultList({
  faults,
  places = {},
}: {
  faults: Fault[];
  /** The sender's own header and cell, by path. */
  places?: Record<string, { header?: string | undefined; cell?: string | undefined }>;
}) {
  const { t, text } = useTexts();
  return (
    <ul className="faults">
      {faults.map((fault, index) => (
        <li key={`${fault.code}-${fault.path}-${index}`}>
          <div className="fault-head">
            <span className="fault-code">{fault.code}</span>
            <Place text={placeText(places[fault.path]) ?? text(placeOf(fault.path))} path={fault.path} />
            <span className="fault-message">{text(fault.message)}</span>
            {fault.hint && <span className="quiet">（{fault.hint}）</span>}
          </div>
          <div className="fault-fix">
            <b>{t('fault.fix')}</b>
            {text(fault.fix)}
          </div>
          {fault.source !== '' && (
            <div className="fault-source">
              <b>{t('fault.source')}</b>
              <SourceText source={fault.source} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Place({ text, path }: { text: string; path: string }) {
  return text === '' ? null : (
    <span className="fault-path" title={path}>
      {text}
    </span>
  );
}

/** `申报数量（F3）`, as the sender's file names it. */
const placeText = (place: { header?: string | undefined; cell?: string | undefined } | undefined) =>
  place?.header === undefined ? undefined : place.cell ? `${place.header}（${place.cell}）` : place.header;
