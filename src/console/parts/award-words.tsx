import { Alert, Tag } from 'antd';
import type { ReactNode } from 'react';
import type { AwardClauseShown, AwardPolicy, AwardStatus, Text } from '../api/types.js';
import { useTexts } from '../texts/index.js';

const COLOURS: Record<AwardStatus, string> = {
  award: 'green',
  'no-award': 'default',
  excluded: 'volcano',
  'not-defined': 'default',
  'needs-decision': 'gold',
  'not-in-force': 'blue',
};

/** How a result stands, in words. */
export function AwardStatusTag({ status }: { status: AwardStatus }) {
  const { t } = useTexts();
  return <Tag color={COLOURS[status]}>{t(`award.status.${status}`)}</Tag>;
}

/** Stands wherever amounts of a draft are shown: they are an estimate and never an award. */
export function EstimateMark() {
  const { t } = useTexts();
  return (
    <Tag color="orange" className="estimate-mark">
      {t('award.draftMark')}
    </Tag>
  );
}

export function EstimateAlert() {
  const { t } = useTexts();
  return (
    <Alert
      type="warning"
      showIcon
      className="estimate-alert"
      title={t('award.draftMark')}
      description={t('award.draftHelp')}
    />
  );
}

/** Lines of arithmetic, one below the other. */
export function Arithmetic({ lines }: { lines: readonly Text[] }) {
  const { text } = useTexts();
  return (
    <ol className="arithmetic">
      {lines.map((line, at) => (
        <li key={at}>{text(line)}</li>
      ))}
    </ol>
  );
}

/** The words of a text as the document has them, with the place where they stand. */
export function Quote({ article, quote }: { article: string; quote: string }) {
  return (
    <blockquote className="quote" lang="zh-CN">
      <cite>{article}</cite>
      {quote}
    </blockquote>
  );
}

/** What a clause says as data, beside its quote. */
export function ClauseData({ clause }: { clause: AwardClauseShown }) {
  const { text } = useTexts();
  return (
    <dl className="clause-data">
      {clause.data.map(({ label, values }, at) => (
        <div key={at}>
          <dt>{text(label)}</dt>
          {values.map((value, i) => (
            <dd key={i}>{text(value)}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

/** The clauses and rules that a question touches, each with its text. */
export function textsTouched(
  policy: AwardPolicy,
  ambiguity: string,
): { every: boolean; texts: { id: string; title: ReactNode; article: string; quote: string }[] } {
  return {
    every: policy.everyClause.includes(ambiguity),
    texts: [
      ...policy.rules.map((rule) => ({ ...rule, title: rule.id })),
      ...policy.clauses.map(({ title, ...clause }) => ({ ...clause, title: `${clause.id} ${title.zh}` })),
    ].filter(({ ambiguities }) => ambiguities.includes(ambiguity)),
  };
}
