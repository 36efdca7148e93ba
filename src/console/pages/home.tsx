import { useQueries, useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import type { DeclarationQuery, FilingFilter } from '../api/types.js';
import { agoText, decimalText } from '../parts/format.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { stageLooks, todoStages } from '../parts/stages.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

const OLDEST: DeclarationQuery = { attention: 'true', sort: 'changed' };
const SHOWN = 12;
const MOST = 50;
const BAD_FILINGS: readonly FilingFilter[] = [
  { verdict: 'refused' },
  { verdict: 'failed' },
  { delivery: 'refused' },
  { delivery: 'dead' },
];

/** What one begins the day with: everything that needs a person, the declarations that wait longest first. */
export default function HomePage() {
  const { t, text, language } = useTexts();
  const polling = usePolling();
  const counts = useQuery({
    queryKey: keys.counts({}),
    queryFn: ({ signal }) => api.counts({}, signal),
    refetchInterval: polling,
  });
  const oldest = useQuery({
    queryKey: keys.declarations(OLDEST),
    queryFn: ({ signal }) => api.declarations(OLDEST, undefined, SHOWN, signal),
    refetchInterval: polling,
  });
  if (counts.isError) return <ProblemView error={counts.error} onRetry={() => void counts.refetch()} />;
  const items = oldest.data?.items ?? [];
  return (
    <>
      <PageHead title={t('home.title')} sub={t('home.sub')} />
      <div className="cards todo home-cards">
        {todoStages.map((stage) => {
          const { tone, text: name, help } = stageLooks[stage];
          const of = counts.data?.byStage[stage];
          return (
            <Link
              key={stage}
              to={`/declarations?stage=${stage}`}
              className={`card tone-${of === 0 ? 'none' : tone}`}
              title={text(help)}
            >
              <span className="card-name">{text(name)}</span>
              <span className="card-count num">
                {of === undefined ? <Skeleton.Button active size="small" /> : decimalText(of)}
              </span>
            </Link>
          );
        })}
      </div>
      <div className="two-columns">
        <Panel
          title={t('home.oldest')}
          flush
          extra={
            counts.data && counts.data.attention > 0 ? (
              <Link to="/declarations?attention=true&sort=changed">
                {t('home.all', { count: decimalText(counts.data.attention) })}
              </Link>
            ) : undefined
          }
        >
          {oldest.isPending ? (
            <Skeleton active className="page-skeleton" />
          ) : items.length === 0 ? (
            <div className="panel-note">
              <p className="good">✓ {t('home.nothing')}</p>
              <p className="quiet">{t('home.nothingHelp')}</p>
            </div>
          ) : (
            <ul className="todo-list">
              {items.map((one) => (
                <li key={one.id}>
                  <div className="todo-head">
                    <StateTag look={stageLooks[one.stage]} />
                    <Link to={`/declarations/${one.id}`} className="mono">
                      {one.orderNo}
                    </Link>
                    <span className="quiet num">{agoText(one.statusTime ?? one.createdAt, language)}</span>
                  </div>
                  {one.cause && (
                    <p>
                      <span className="quiet">{text(one.cause.document)}</span> {text(one.cause.text)}
                      {one.cause.remedy && <span className="quiet"> · {text(one.cause.remedy)}</span>}
                    </p>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Others />
      </div>
    </>
  );
}

/** What else may wait for a person; nothing is shown as zero before it was counted. */
function Others() {
  const { t } = useTexts();
  const polling = usePolling();
  const tray = useQuery({
    queryKey: keys.tray(true),
    queryFn: ({ signal }) => api.tray(true, undefined, MOST, signal),
    refetchInterval: polling,
  });
  const files = useQuery({
    queryKey: keys.importHistory(),
    queryFn: ({ signal }) => api.imports(undefined, 20, signal),
    refetchInterval: polling,
  });
  const filings = useQueries({
    queries: BAD_FILINGS.map((filter) => ({
      queryKey: keys.filings(filter),
      queryFn: ({ signal }: { signal: AbortSignal }) => api.filings(filter, undefined, MOST, signal),
      refetchInterval: polling,
    })),
  });
  const bad = new Set(
    filings.flatMap((one) => (one.data?.items ?? []).filter((f) => !f.deleted).map((f) => f.id)),
  );
  const stuck = files.data?.items.filter((one) => one.state === 'failed' || one.state === 'interrupted');
  const lines: [name: string, to: string, count: number | undefined, more: boolean][] = [
    [t('home.tray'), '/tray', tray.data?.items.length, Boolean(tray.data?.next)],
    [t('home.files'), '/upload', stuck?.length, false],
    [
      t('home.filings'),
      '/filings',
      filings.every((one) => one.data) ? bad.size : undefined,
      filings.some((one) => one.data?.next),
    ],
  ];
  return (
    <Panel title={t('home.other')} flush>
      <table className="plain">
        <tbody>
          {lines.map(([name, to, count, more]) => (
            <tr key={to}>
              <td>
                <Link to={to}>{name}</Link>
              </td>
              <td className={`right num ${count ? 'bad' : 'quiet'}`}>
                {count === undefined ? '…' : t(more ? 'home.more' : 'home.count', { count })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
