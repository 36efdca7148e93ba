import { useState } from 'react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Empty, InputNumber, Select, Skeleton, Tag } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { AwardEstimate, AwardPolicy } from '../api/types.js';
import { Arithmetic, AwardStatusTag, EstimateMark, Quote } from '../parts/award-words.js';
import { decimalText, monthNow, timeText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { useTexts } from '../texts/index.js';
import { usePolicies } from './policies.js';

type Line = AwardEstimate['lines'][number];

/** What a seller's own records might be worth under a policy: an estimate, marked, with its arithmetic. */
export default function EstimatePage() {
  const { t, text } = useTexts();
  const policies = usePolicies();
  const [chosen, setChosen] = useState<string | undefined>();
  const [year, setYear] = useState(Number(monthNow().slice(0, 4)));
  const policy = policies.data?.find((p) => p.id === chosen) ?? newestOfTrade(policies.data ?? []);
  const estimate = useQuery({
    queryKey: keys.estimate(policy?.id ?? '', year),
    queryFn: ({ signal }) => api.estimate(policy?.id ?? '', year, signal),
    enabled: policy !== undefined,
    placeholderData: keepPreviousData,
  });
  const error = policies.error ?? estimate.error;
  return (
    <>
      <PageHead
        title={
          <>
            {t('estimate.title')} <EstimateMark />
          </>
        }
        sub={t('estimate.sub')}
      />
      <Panel flush className="no-print">
        <div className="filter" role="search">
          <Select
            aria-label={t('rounds.policy')}
            value={policy?.id ?? null}
            onChange={(id: string | null) => setChosen(id ?? undefined)}
            options={policies.data?.map((p) => ({ value: p.id, label: text(p.title) })) ?? []}
            popupMatchSelectWidth={false}
            style={{ minWidth: 340 }}
          />
          <InputNumber
            aria-label={t('rounds.year')}
            value={year}
            min={2000}
            max={2100}
            precision={0}
            onChange={(value) => value && setYear(value)}
          />
        </div>
      </Panel>
      {error ? (
        <ProblemView error={error} onRetry={() => void estimate.refetch()} />
      ) : estimate.data && policy ? (
        <div className={estimate.isPlaceholderData ? 'stale' : ''}>
          <p className="quiet small">
            {text(estimate.data.mark)} · {t('round.asOf', { time: timeText(estimate.data.asOf) })} ·{' '}
            <Link to={`/policies/${policy.id}`}>{text(policy.title)}</Link>
            <br />
            {t('estimate.readings')}
          </p>
          {estimate.data.lines.length === 0 && (
            <Panel>
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('estimate.none')} />
            </Panel>
          )}
          {estimate.data.lines.map((line) => (
            <Estimated key={line.enterprise} line={line} policy={policy} />
          ))}
        </div>
      ) : (
        <Skeleton active paragraph={{ rows: 10 }} className="page-skeleton" />
      )}
    </>
  );
}

/** The newest policy with a clause that the gateway's own records can speak to. */
const newestOfTrade = (policies: readonly AwardPolicy[]): AwardPolicy | undefined =>
  policies
    .filter(({ clauses }) =>
      clauses.some((c) => c.kind === 'award' && c.measure !== null && c.inputs.length === 0),
    )
    .sort((a, b) => (b.document.issued ?? '').localeCompare(a.document.issued ?? ''))[0];

function Estimated({ line: { enterprise, name, result }, policy }: { line: Line; policy: AwardPolicy }) {
  const { t, text } = useTexts();
  const amount = result.cny ?? result.estimateCny;
  return (
    <Panel
      title={
        <>
          {name} <span className="mono quiet">{enterprise}</span> <AwardStatusTag status={result.status} />
        </>
      }
      extra={
        <span>
          {t('estimate.amount')}{' '}
          <b className="num">{amount === null ? t('estimate.unknown') : decimalText(amount)}</b>{' '}
          <EstimateMark />
        </span>
      }
    >
      {result.clauses.length === 0 && <Arithmetic lines={result.lines} />}
      {result.clauses.map((made) => {
        const clause = policy.clauses.find(({ id }) => id === made.clause);
        const worth = made.cny ?? made.estimateCny;
        return (
          <section key={made.clause} className="clause">
            <h3>
              <span className="mono">{made.clause}</span> {clause && text(clause.title)}{' '}
              <AwardStatusTag status={made.status} />{' '}
              {made.lost && <Tag color="volcano">{t('sheet.lost')}</Tag>}
              {worth !== null && <span className="num"> {decimalText(worth)} CNY</span>}
            </h3>
            <div className="clause-pair">
              <Arithmetic lines={made.lost ? [...made.lines, made.lost] : made.lines} />
              {clause && (
                <div>
                  <Quote article={clause.article} quote={clause.quote} />
                  {clause.evidence.length > 0 && (
                    <p className="small">
                      {t('estimate.evidence')}: {clause.evidence.map((e) => text(e.text)).join(' · ')}
                    </p>
                  )}
                </div>
              )}
            </div>
          </section>
        );
      })}
    </Panel>
  );
}
