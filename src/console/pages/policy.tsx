import { LeftOutlined, PrinterOutlined } from '@ant-design/icons';
import { Alert, Button, Skeleton, Tag } from 'antd';
import { useParams } from 'react-router-dom';
import type { AwardPolicy } from '../api/types.js';
import { ClauseData, EstimateAlert, Quote } from '../parts/award-words.js';
import { Copyable } from '../parts/copy.js';
import { decimalText } from '../parts/format.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { NotFoundPage } from './not-found.js';
import { Standing, Term, usePolicies } from './policies.js';

/** One policy: the text of every clause beside the data it is computed by, and what the text leaves open. */
export default function PolicyPage() {
  const { id = '' } = useParams();
  const query = usePolicies();
  if (query.isError) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  const policy = query.data.find((one) => one.id === id);
  return policy ? <PolicyView policy={policy} /> : <NotFoundPage />;
}

function PolicyView({ policy }: { policy: AwardPolicy }) {
  const { t, text } = useTexts();
  return (
    <>
      <PageHead
        title={text(policy.title)}
        sub={
          <>
            <WayBack to="/policies">
              <LeftOutlined /> {t('policy.back')}
            </WayBack>
            {policy.district} <Standing policy={policy} />
          </>
        }
        actions={
          <Button icon={<PrinterOutlined />} disabled={false} onClick={() => window.print()}>
            {t('action.print')}
          </Button>
        }
      />
      {policy.status === 'draft' && <EstimateAlert />}
      {!policy.seen && (
        <Alert type="warning" showIcon className="estimate-alert" title={t('policies.unseen')} />
      )}
      <Panel>
        <Facts
          columns={4}
          items={[
            [t('policies.document'), <span lang="zh-CN">{policy.document.title}</span>],
            [t('policy.docNo'), policy.document.docNo],
            [t('policy.issued'), policy.document.issued],
            [t('policies.term'), <Term policy={policy} />],
            [t('policies.pot'), policy.potCny === null ? null : `${decimalText(policy.potCny)} CNY`],
            [t('policy.reviewers'), policy.reviewers.map((o) => t(`award.office.${o}`)).join(' · ')],
            [t('policy.version'), policy.version],
            [t('policy.hash'), <Copyable value={policy.sha256} what="SHA-256" />],
          ]}
        />
      </Panel>
      {policy.rules.length > 0 && (
        <Panel title={t('policy.rules')}>
          {policy.rules.map((rule) => (
            <section key={rule.id} className="clause">
              <h3>
                {t(ruleKey(rule.kind))} <span className="mono quiet">{rule.id}</span>
              </h3>
              <Quote article={rule.article} quote={rule.quote} />
              <Open ids={rule.ambiguities} />
            </section>
          ))}
        </Panel>
      )}
      <Panel title={t('policy.clauses')}>
        {policy.clauses.map((clause) => (
          <section key={clause.id} id={clause.id} className="clause">
            <h3>
              {text(clause.title)} <span className="mono quiet">{clause.id}</span>
            </h3>
            <div className="clause-pair">
              <div>
                <Quote article={clause.article} quote={clause.quote} />
                {clause.evidence.length > 0 && (
                  <p className="small quiet">
                    {t('policy.evidence')}: {clause.evidence.map((e) => text(e.text)).join(' · ')}
                  </p>
                )}
                <Open ids={clause.ambiguities} />
              </div>
              <ClauseData clause={clause} />
            </div>
          </section>
        ))}
      </Panel>
      <Panel title={t('policy.ambiguities')}>
        {policy.ambiguities.map((a) => (
          <section key={a.id} id={a.id} className="clause">
            <h3>
              <span className="mono">{a.id}</span> {text(a.title)}{' '}
              {a.mustChoose && <Tag color="gold">{t('policy.mustChoose')}</Tag>}
            </h3>
            <p>{text(a.question)}</p>
            <ul className="readings-list">
              {a.readings.map((r) => (
                <li key={r.choice}>{text(r.text)}</li>
              ))}
            </ul>
            {a.unset && (
              <p className="quiet small">
                {t('policy.unset')}
                {text(a.unset)}
              </p>
            )}
          </section>
        ))}
      </Panel>
    </>
  );
}

/** Marks that lead to the questions a text leaves open. */
function Open({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <p className="open-marks">
      {ids.map((id) => (
        <a key={id} href={`#${id}`}>
          <Tag>{id}</Tag>
        </a>
      ))}
    </p>
  );
}

const RULES = ['eligibility', 'conflict', 'exclusion', 'pot', 'procedure', 'term'] as const;
const ruleKey = (kind: string) => `policy.rule.${RULES.find((one) => one === kind) ?? 'procedure'}` as const;
