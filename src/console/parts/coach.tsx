import { Tooltip } from 'antd';
import type { Coach } from '../api/types.js';
import { useTexts } from '../texts/index.js';
import { labelAt } from './order-fields.js';

/** Title, cause, fields and remedy of a refusal, as the coach explains it. */
export function CoachNote({ coach }: { coach: Coach }) {
  const { t, text } = useTexts();
  return (
    <dl className="coach">
      <dt>{t('coach.cause')}</dt>
      <dd>{text(coach.cause)}</dd>
      {coach.fields.length > 0 && (
        <>
          <dt>{t('coach.fields')}</dt>
          <dd>
            <FieldNames paths={coach.fields} />
          </dd>
        </>
      )}
      <dt>{t('coach.remedy')}</dt>
      <dd>
        <b className={`next-step step-${coach.action}`}>{t(`coach.action.${coach.action}`)}</b>{' '}
        {text(coach.remedy)}
      </dd>
    </dl>
  );
}

/** Order fields by the name they have in the dictionary; the path is the title. */
export function FieldNames({ paths }: { paths: string[] }) {
  const { text } = useTexts();
  return (
    <span className="field-names">
      {paths.map((path) => (
        <Tooltip key={path} title={<span className="mono">{path}</span>}>
          <span className="field-name">{text(labelAt(path))}</span>
        </Tooltip>
      ))}
    </span>
  );
}

/** Why a receipt came, in two lines: for timeline and document cards. */
export function CoachShort({ coach }: { coach: Coach }) {
  const { text } = useTexts();
  return (
    <div className="coach-short">
      <b>
        <span className="code-mark num">{coach.code}</span> {text(coach.title)}
      </b>
      <span>{text(coach.remedy)}</span>
    </div>
  );
}
