import { Alert, Empty, Table, Tag, type TableColumnsType } from 'antd';
import { Link, useLocation } from 'react-router-dom';
import type { AwardLine, AwardRound } from '../api/types.js';
import { Arithmetic, AwardStatusTag, EstimateMark } from '../parts/award-words.js';
import { decimalText } from '../parts/format.js';
import { usePages } from '../parts/printing.js';
import { useTexts } from '../texts/index.js';
import type { RoundTabProps } from './award-round.js';

/** The page of the counting records behind a line; the way back leads here. */
export function RecordsLink({ line, children }: { line: AwardLine; children: React.ReactNode }) {
  const { pathname } = useLocation();
  return (
    <Link to={`/totals/records?${line.recordsPath.split('?')[1] ?? ''}`} state={{ back: pathname }}>
      {children}
    </Link>
  );
}

/** The clauses whose amounts a line counts. */
export const countedClauses = ({ result }: Pick<AwardLine, 'result'>): string[] =>
  result.clauses
    .filter((c) => c.kept && (c.status === 'award' || c.estimateCny !== null))
    .map((c) => c.clause);

const amount = (value: string | null) =>
  value === null ? <span className="quiet">—</span> : decimalText(value);

/** All candidates with what each gets, why it is not more, and the pot over all of them. */
export function LinesTab({ round }: RoundTabProps) {
  const { t, text } = useTexts();
  const pages = usePages(round.lines.length, 100);
  if (!round.computedAt) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('lines.none')} />;
  const columns: TableColumnsType<AwardLine> = [
    {
      title: t('lines.enterprise'),
      render: (_, { enterprise, name }) => (
        <>
          <Link to={`/awards/${round.id}/enterprises/${enterprise}`}>{name || enterprise}</Link>
          <div className="mono quiet small">{enterprise}</div>
        </>
      ),
    },
    { title: t('lines.result'), render: (_, { status }) => <AwardStatusTag status={status} /> },
    {
      title: t('lines.clauses'),
      render: (_, line) => countedClauses(line).map((id) => <Tag key={id}>{id}</Tag>),
    },
    { title: t('lines.cny'), align: 'right', className: 'num', render: (_, { cny }) => amount(cny) },
    ...(round.estimate
      ? [
          {
            title: (
              <>
                {t('lines.estimate')} <EstimateMark />
              </>
            ),
            key: 'estimate',
            align: 'right' as const,
            className: 'num',
            render: (_: unknown, { result }: AwardLine) => amount(result.estimateCny),
          },
        ]
      : []),
    {
      title: t('lines.granted'),
      align: 'right',
      className: 'num',
      render: (_, { granted }) => amount(granted),
    },
    {
      title: t('lines.records'),
      align: 'right',
      className: 'num',
      render: (_, line) => <RecordsLink line={line}>{decimalText(line.records)}</RecordsLink>,
    },
    {
      title: t('lines.why'),
      className: 'wide-text small',
      render: (_, { why, result }) =>
        result.open.length > 0
          ? text(result.lines[0])
          : why.map((line, at) => <div key={at}>{text(line)}</div>),
    },
  ];
  return (
    <>
      <Table<AwardLine>
        size="small"
        rowKey="enterprise"
        className="award-lines"
        columns={columns}
        dataSource={round.lines}
        pagination={pages}
        tableLayout="auto"
        scroll={{ x: 900 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('lines.nobody')} /> }}
        summary={() => (
          <Table.Summary.Row className="sum-row">
            <Table.Summary.Cell index={0} colSpan={3}>
              {t('lines.sum')}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={3} align="right" className="num">
              {decimalText(round.cny)}
            </Table.Summary.Cell>
            {round.estimate && (
              <Table.Summary.Cell index={4} align="right" className="num">
                {decimalText(round.estimated)}
              </Table.Summary.Cell>
            )}
            <Table.Summary.Cell index={5} align="right" className="num">
              {round.pot?.status === 'needs-decision' ? '—' : decimalText(round.granted)}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={6} colSpan={2} />
          </Table.Summary.Row>
        )}
      />
      {round.pot && <Pot round={round} pot={round.pot} />}
    </>
  );
}

function Pot({ round, pot }: { round: AwardRound; pot: NonNullable<AwardRound['pot']> }) {
  const { t } = useTexts();
  const undecided = pot.status === 'needs-decision';
  return (
    <section className="pot">
      <h3>
        {t('lines.pot')} {undecided && <AwardStatusTag status={pot.status} />}
      </h3>
      {undecided && (
        <Alert
          type="warning"
          showIcon
          title={<Link to={`/awards/${round.id}/readings`}>{t('lines.potDecide')}</Link>}
        />
      )}
      <Arithmetic lines={pot.lines} />
    </section>
  );
}
