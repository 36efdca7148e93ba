import { FilePdfOutlined, LeftOutlined, PrinterOutlined } from '@ant-design/icons';
import { Button, Skeleton, Table, Tag } from 'antd';
import { Link, useParams } from 'react-router-dom';
import { roundPath } from '../api/calls.js';
import type { AwardLine, AwardPolicy, AwardRound } from '../api/types.js';
import { Arithmetic, AwardStatusTag, EstimateAlert, EstimateMark, Quote } from '../parts/award-words.js';
import { Copyable } from '../parts/copy.js';
import { decimalText, timeText } from '../parts/format.js';
import { MadeFileButton } from '../parts/made-file.js';
import { Facts, PageHead, Panel } from '../parts/page.js';
import { ProblemView } from '../parts/problem.js';
import { WayBack } from '../parts/way-back.js';
import { useTexts } from '../texts/index.js';
import { EvidenceFiles, itemsOf } from './award-evidence.js';
import { FlagList } from './award-flags.js';
import { inputRows } from './award-inputs.js';
import { RecordsLink } from './award-lines.js';
import { useRound } from './award-round.js';
import { NotFoundPage } from './not-found.js';

/** What one enterprise gets and why: to be defended line by line. */
export default function AwardSheetPage() {
  const { id = '', code = '' } = useParams();
  const { round, policy, error, missing, retry } = useRound(id);
  if (error) return <ProblemView error={error} onRetry={retry} />;
  const line = round?.lines.find((one) => one.enterprise === code);
  if (missing || (round && !line)) return <NotFoundPage />;
  if (!round || !policy || !line)
    return <Skeleton active paragraph={{ rows: 12 }} className="page-skeleton" />;
  return <Sheet round={round} policy={policy} line={line} />;
}

interface SheetProps {
  round: AwardRound;
  policy: AwardPolicy;
  line: AwardLine;
}

function Sheet({ round, policy, line }: SheetProps) {
  const texts = useTexts();
  const { t, text } = texts;
  const given = inputRows(round, policy, texts).filter((row) => row.enterprise === line.enterprise);
  const items = itemsOf(line, policy);
  const flags = round.flags.filter((flag) => flag.enterprise === line.enterprise);
  return (
    <>
      <PageHead
        title={line.name || line.enterprise}
        sub={
          <>
            <WayBack to={`/awards/${round.id}/lines`}>
              <LeftOutlined /> {t('sheet.back')}
            </WayBack>
            {round.title} · {round.year} <AwardStatusTag status={line.status} />
            {round.estimate && <EstimateMark />}
          </>
        }
        actions={
          <>
            <MadeFileButton
              icon={<FilePdfOutlined />}
              path={roundPath(round.id, 'enterprises', line.enterprise, 'sheet.pdf')}
            >
              {t('sheet.pdf')}
            </MadeFileButton>
            <Button icon={<PrinterOutlined />} disabled={false} onClick={() => window.print()}>
              {t('action.print')}
            </Button>
          </>
        }
      />
      {round.estimate && <EstimateAlert />}
      <Panel>
        <Facts
          columns={4}
          items={[
            [t('lines.enterprise'), <Copyable value={line.enterprise} what={t('lines.enterprise')} />],
            [t('lines.cny'), line.cny && <b className="num">{decimalText(line.cny)}</b>],
            ...(round.estimate
              ? [
                  [
                    t('lines.estimate'),
                    line.result.estimateCny && <b className="num">{decimalText(line.result.estimateCny)}</b>,
                  ] as [string, React.ReactNode],
                ]
              : []),
            [t('lines.granted'), line.granted && <b className="num">{decimalText(line.granted)}</b>],
            [
              t('sheet.records'),
              <RecordsLink line={line}>
                {t('sheet.recordsOpen', { count: decimalText(line.records) })}
              </RecordsLink>,
            ],
            [t('sheet.recordsHash'), <Copyable value={line.recordsSha256} what="SHA-256" />],
            [t('reports.asOf'), timeText(round.asOf)],
          ]}
        />
      </Panel>
      {line.why.length > 0 && (
        <Panel title={t('sheet.why')}>
          <ul className="why">
            {line.why.map((one, at) => (
              <li key={at}>{text(one)}</li>
            ))}
          </ul>
        </Panel>
      )}
      {line.result.open.length > 0 && <Alternatives round={round} line={line} />}
      {line.result.clauses.map((made) => (
        <Clause key={made.clause} round={round} policy={policy} made={made} />
      ))}
      {(together(line, policy).length > 0 || line.result.clauses.length === 0) && (
        <Panel title={line.result.clauses.length > 0 ? t('sheet.whole') : t('sheet.arithmetic')}>
          {line.result.clauses.length === 0 && line.result.open.length === 0 && (
            <p className="quiet">{t('sheet.noClauses')}</p>
          )}
          <Arithmetic lines={together(line, policy)} />
        </Panel>
      )}
      {line.result.turnover && <Turnover of={line.result.turnover} />}
      {given.length > 0 && (
        <Panel title={t('sheet.given')}>
          <Facts
            columns={2}
            items={given.map((row) => [
              row.figure,
              <>
                <b className="num">{row.value}</b>{' '}
                <span className="quiet small">
                  {row.source} · {row.by} · {timeText(row.at)}
                </span>
              </>,
            ])}
          />
        </Panel>
      )}
      {items.length > 0 && (
        <Panel title={t('policy.evidence')}>
          <EvidenceFiles round={round} line={line} items={items} />
        </Panel>
      )}
      {flags.length > 0 && (
        <Panel title={t('round.tab.flags')}>
          <FlagList round={round} flags={flags} />
        </Panel>
      )}
    </>
  );
}

/** What customs cleared beside what platforms report; never added. */
function Turnover({ of }: { of: NonNullable<AwardLine['result']['turnover']> }) {
  const { t } = useTexts();
  const money = ({ usd, cny }: { usd: string; cny: string }) => (
    <span className="num">
      {decimalText(usd)} USD · {decimalText(cny)} CNY
    </span>
  );
  return (
    <Panel title={t('sheet.turnover')} extra={<span className="quiet small">{t('sheet.neverAdded')}</span>}>
      <Facts
        columns={4}
        items={[
          [t('sheet.customs'), money(of.customs)],
          [t('sheet.platform'), of.sources.length === 0 ? t('turnover.notReported') : money(of.platform)],
          [t('sheet.difference'), of.difference && money(of.difference)],
          [t('sheet.sources'), of.sources.join(' · ')],
        ]}
      />
    </Panel>
  );
}

/** The lines of a result that stand at no clause: what competes under 就高不重复, the pot, what is undecided. */
function together({ result }: AwardLine, policy: AwardPolicy) {
  const told = new Set(result.clauses.flatMap((c) => c.lines.map((line) => line.zh)));
  const headings = new Set(policy.clauses.map((c) => `${c.id} ${c.title.zh}：`));
  return result.lines.filter(({ zh }) => !told.has(zh) && !headings.has(zh));
}

/** One clause: its text, the arithmetic, the readings it used, and whether it counts or lost. */
function Clause({
  round,
  policy,
  made,
}: Omit<SheetProps, 'line'> & { made: AwardLine['result']['clauses'][number] }) {
  const { t, text } = useTexts();
  const clause = policy.clauses.find(({ id }) => id === made.clause);
  const amount = made.cny ?? made.estimateCny;
  const used = Object.entries(made.readings).flatMap(([id, choice]) => {
    const reading = round.readings.find((one) => one.id === id);
    const said = reading?.readings.find((one) => one.choice === choice);
    return reading && said ? [{ id, title: reading.title, said: said.text }] : [];
  });
  return (
    <Panel
      title={
        <>
          <span className="mono">{made.clause}</span> {clause && text(clause.title)}{' '}
          <AwardStatusTag status={made.status} />
          {made.lost && <Tag color="volcano">{t('sheet.lost')}</Tag>}
          {made.cny === null && made.estimateCny !== null && <EstimateMark />}
        </>
      }
      extra={amount !== null && <b className="num">{decimalText(amount)} CNY</b>}
    >
      <div className="clause-pair">
        <div>
          <h4>{t('sheet.arithmetic')}</h4>
          <Arithmetic lines={made.lost ? [...made.lines, made.lost] : made.lines} />
        </div>
        <div>
          {clause && <Quote article={clause.article} quote={clause.quote} />}
          {used.length > 0 && (
            <details className="touched">
              <summary>
                {t('sheet.readings')}: {used.map(({ id }) => id).join(' · ')}
              </summary>
              <ul className="readings-list">
                {used.map(({ id, title, said }) => (
                  <li key={id}>
                    {id} {text(title)}: {text(said)}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      </div>
    </Panel>
  );
}

/** What each reading of an open question would give. */
function Alternatives({ round, line }: Pick<SheetProps, 'round' | 'line'>) {
  const { t, text } = useTexts();
  const rows = line.result.open.flatMap(({ ambiguity, alternatives }) => {
    const reading = round.readings.find(({ id }) => id === ambiguity);
    return alternatives.map((one) => ({
      key: `${ambiguity}/${one.choice}`,
      question: `${ambiguity} ${text(reading?.title)}`,
      ...one,
      choice: text(reading?.readings.find(({ choice }) => choice === one.choice)?.text) || one.choice,
    }));
  });
  return (
    <Panel
      title={t('sheet.open')}
      flush
      extra={<Link to={`/awards/${round.id}/readings`}>{t('round.tab.readings')}</Link>}
    >
      <Table
        size="small"
        rowKey="key"
        dataSource={rows}
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 900 }}
        columns={[
          { title: t('policy.ambiguities'), dataIndex: 'question', className: 'wide-text' },
          { title: t('sheet.reading'), dataIndex: 'choice', className: 'wide-text' },
          { title: t('lines.result'), render: (_, { status }) => <AwardStatusTag status={status} /> },
          {
            title: t('lines.cny'),
            align: 'right',
            className: 'num',
            render: (_, { cny }) => (cny === null ? '—' : decimalText(cny)),
          },
        ]}
      />
    </Panel>
  );
}
