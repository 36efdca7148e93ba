import { CalculatorOutlined, LeftOutlined } from '@ant-design/icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Badge, Button, Skeleton, Tabs } from 'antd';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api, roundPath } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { AwardPolicy, AwardRound } from '../api/types.js';
import { EstimateAlert, EstimateMark } from '../parts/award-words.js';
import { decimalText, timeText } from '../parts/format.js';
import { MadeFileMenu } from '../parts/made-file.js';
import { PageHead, Panel } from '../parts/page.js';
import { ProblemView, useFailure } from '../parts/problem.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { EvidenceTab } from './award-evidence.js';
import { FlagsTab } from './award-flags.js';
import { InputsTab } from './award-inputs.js';
import { LinesTab } from './award-lines.js';
import { openReadings, ReadingsTab } from './award-readings.js';
import { ReviewsTab } from './award-reviews.js';
import { SigningTab, stillNeeded } from './award-signing.js';
import { RoundState } from './awards.js';
import { NotFoundPage } from './not-found.js';
import { usePolicies } from './policies.js';

/** A round with its policy; every change answers with the whole round, which then stands in the cache. */
export function useRound(id: string) {
  const policies = usePolicies();
  const round = useQuery({ queryKey: keys.round(id), queryFn: ({ signal }) => api.round(id, signal) });
  const policy = policies.data?.find((one) => one.id === round.data?.policy);
  return {
    round: round.data,
    policy,
    error: round.error ?? policies.error,
    missing: Boolean(round.data && policies.data && !policy),
    retry: () => void Promise.all([round.refetch(), policies.refetch()]),
  };
}

/** A change of a round: sends, keeps the answer, says what went wrong. */
export function useRoundChange<V>(
  send: (values: V) => Promise<AwardRound>,
  onDone?: (round: AwardRound) => void,
) {
  const client = useQueryClient();
  const fail = useFailure();
  return useMutation({
    mutationFn: send,
    onSuccess: async (round) => {
      client.setQueryData(keys.round(round.id), round);
      onDone?.(round);
      await client.invalidateQueries({ queryKey: keys.rounds });
    },
    onError: fail,
  });
}

/** What each tab of a round gets. */
export interface RoundTabProps {
  round: AwardRound;
  policy: AwardPolicy;
}

const TABS = ['readings', 'inputs', 'lines', 'evidence', 'flags', 'signing', 'reviews'] as const;
type TabName = (typeof TABS)[number];
const PANES: Record<TabName, (props: RoundTabProps) => React.ReactNode> = {
  readings: ReadingsTab,
  inputs: InputsTab,
  lines: LinesTab,
  evidence: EvidenceTab,
  flags: FlagsTab,
  signing: SigningTab,
  reviews: ReviewsTab,
};

/** How many items of a tab wait for a person. */
function waiting({ round, policy }: RoundTabProps, tab: TabName): number {
  if (round.state === 'frozen') return tab === 'reviews' ? round.openReviews : 0;
  if (tab === 'readings') return openReadings(round, policy).length;
  if (tab === 'lines') return round.lines.filter(({ status }) => status === 'needs-decision').length;
  if (tab === 'flags') return round.flags.filter(({ decision }) => decision === null).length;
  return 0;
}

/** An award round from readings to freeze. */
export default function AwardRoundPage() {
  const { id = '', tab } = useParams();
  const { round, policy, error, missing, retry } = useRound(id);
  if (error) return <ProblemView error={error} onRetry={retry} />;
  if (missing || (tab !== undefined && !TABS.some((one) => one === tab))) return <NotFoundPage />;
  if (!round || !policy) return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  return <RoundView round={round} policy={policy} tab={TABS.find((one) => one === tab) ?? firstTab(round)} />;
}

/** Where the work of a round stands. */
const firstTab = (round: AwardRound): TabName =>
  round.state === 'frozen'
    ? round.openReviews > 0
      ? 'reviews'
      : 'lines'
    : round.lines.length > 0
      ? 'lines'
      : 'readings';

function RoundView({ round, policy, tab }: RoundTabProps & { tab: TabName }) {
  const { t, text } = useTexts();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const compute = useRoundChange(
    () => api.computeRound(round.id),
    ({ lines }) => {
      void message.success(t('round.computed', { count: lines.length }));
      void navigate(`/awards/${round.id}/lines`);
    },
  );
  const Pane = PANES[tab];
  const frozen = round.state === 'frozen';
  return (
    <>
      <PageHead
        title={round.title}
        part={t(`round.tab.${tab}`)}
        sub={
          <>
            <WayBack to="/awards">
              <LeftOutlined /> {t('round.back')}
            </WayBack>
            <Link to={`/policies/${round.policy}`}>{text(round.policyTitle)}</Link> · {round.year}{' '}
            <RoundState state={round.state} /> {round.asOf && t('round.asOf', { time: timeText(round.asOf) })}
          </>
        }
        actions={
          <>
            {round.computedAt && <Exports round={round} />}
            {!frozen && (
              <Button
                type={round.state === 'open' ? 'primary' : 'default'}
                icon={<CalculatorOutlined />}
                loading={compute.isPending}
                onClick={() => compute.mutate(undefined)}
              >
                {t(round.computedAt ? 'round.computeAgain' : 'round.compute')}
              </Button>
            )}
          </>
        }
      />
      {round.estimate && <EstimateAlert />}
      {round.state === 'open' && round.computedAt && (
        <Alert type="warning" showIcon className="estimate-alert" title={t('round.stale')} />
      )}
      {round.computedAt && <Tiles round={round} />}
      <Panel flush className="panel-tabs">
        <Tabs
          activeKey={tab}
          onChange={(key) => void navigate(`/awards/${round.id}/${key}`)}
          items={TABS.map((key) => ({
            key,
            label: (
              <Badge count={waiting({ round, policy }, key)} size="small" offset={[8, 0]} color="orange">
                {t(`round.tab.${key}`)}
              </Badge>
            ),
          }))}
        />
        <div className="tab-body">
          <Pane round={round} policy={policy} />
        </div>
      </Panel>
    </>
  );
}

function Tiles({ round }: { round: AwardRound }) {
  const { t } = useTexts();
  const open = stillNeeded(round).length;
  return (
    <div className="tiles totals-tiles">
      <div className="tile">
        <span>{t('rounds.enterprises')}</span>
        <b className="num">{round.enterprises}</b>
      </div>
      <div className="tile">
        <span>{t('round.total')}</span>
        <b className="num">
          {decimalText(round.cny)} <small>CNY</small>
        </b>
      </div>
      {round.estimate && (
        <div className="tile">
          <span>
            {t('round.estimated')} <EstimateMark />
          </span>
          <b className="num">
            {decimalText(round.estimated)} <small>CNY</small>
          </b>
        </div>
      )}
      {round.pot && (
        <div className="tile">
          <span>{t('lines.pot')}</span>
          <b className="num">
            {decimalText(round.pot.used)} / {decimalText(round.pot.limit)} <small>CNY</small>
          </b>
        </div>
      )}
      {round.state !== 'frozen' && (
        <div className="tile">
          <span>{t('round.openItems')}</span>
          <b className="num">{open}</b>
        </div>
      )}
    </div>
  );
}

function Exports({ round }: { round: AwardRound }) {
  const { t } = useTexts();
  const to = (name: string) => roundPath(round.id, name);
  return (
    <MadeFileMenu
      files={[
        { path: to('sheet.pdf'), label: t('round.pdf') },
        { path: to('sheet.xlsx'), label: t('round.xlsx') },
        ...(round.state === 'frozen' ? [{ path: to('frozen.json'), label: t('round.frozenForm') }] : []),
      ]}
    >
      {t('round.export')}
    </MadeFileMenu>
  );
}
