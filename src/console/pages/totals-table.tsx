import { useMemo, type ReactNode } from 'react';
import { Button, Table, type TableColumnsType } from 'antd';
import { Link, useLocation } from 'react-router-dom';
import type { FigureLine, Figures } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { usePages } from '../parts/printing.js';
import { useTexts } from '../texts/index.js';
import { treeOf, type TotalsNode, type TotalsShown } from './totals-query.js';

type Sums = Pick<FigureLine, 'gross' | 'withdrawn' | 'returned' | 'net' | 'pending' | 'yearOnYear'>;

/** The console's page of the records behind a figure: the same question, in the address. */
const recordsPage = (path: string) => `/totals/records?${path.split('?')[1] ?? ''}`;
const GROUPS_A_PAGE = 100;
/** Up to this many rows everything stands open; more begin with their groups. */
const ROWS_OPEN = 120;

interface TotalsTableProps {
  shown: TotalsShown;
  nameOf: (dimension: string) => string;
  /** Narrows the page to one value of a dimension. */
  onChoose: (dimension: string, code: string) => void;
}

/** Lines in groups with their subtotals, the sum once at the end; each figure leads to the records it is made of. */
export function TotalsTable({ shown, nameOf, onChoose }: TotalsTableProps) {
  const { t, text } = useTexts();
  const { figures, levels } = shown;
  const tree = useMemo(() => treeOf(shown), [shown]);
  const pages = usePages(tree.length, GROUPS_A_PAGE);
  const rows = figures.lines.length + levels.reduce((n, level) => n + level.lines.length, 0);
  const open = useMemo(
    () => (rows <= ROWS_OPEN ? levels.flatMap(({ lines, by }) => lines.map((line) => idOf(line, by))) : []),
    [rows, levels],
  );
  const columns = sumColumns(figures, t);
  const table: TableColumnsType<TotalsNode> = [
    {
      title: figures.by.map(nameOf).join(' › '),
      key: 'what',
      className: 'group-cell',
      render: (_, { dimension, line }) => {
        const code = line.key[dimension] ?? '';
        const name = text(line.text[dimension]) || code;
        return (
          <Button
            type="link"
            size="small"
            title={t('totals.narrow', { what: nameOf(dimension), value: name })}
            onClick={() => onChoose(dimension, code)}
          >
            {dimension === 'regime' && name !== code ? `${code} ${name}` : name}
          </Button>
        );
      },
    },
    ...columns.map(({ key, title, cell }) => ({
      title,
      key,
      align: 'right' as const,
      className: 'num',
      render: (_: unknown, { line }: TotalsNode) => cell(line),
    })),
    {
      title: '',
      key: 'open',
      className: 'row-acts no-print',
      render: (_, { line }) => <ToRecords path={line.records} />,
    },
  ];
  return (
    <Panel title={t('totals.lines')} flush>
      <Table<TotalsNode>
        key={figures.by.join()}
        size="small"
        // With year on year the columns would be wider than a page of 1280 pixels.
        className={figures.sum.yearOnYear ? 'totals-table dense' : 'totals-table'}
        rowKey="id"
        columns={table}
        dataSource={tree}
        expandable={{ defaultExpandedRowKeys: open, indentSize: 18 }}
        rowClassName={({ children }, _, indent) => (children ? `group-row level-${indent}` : '')}
        pagination={pages}
        tableLayout="auto"
        scroll={{ x: 'max-content' }}
        summary={() => (
          <Table.Summary.Row className="sum-row">
            <Table.Summary.Cell index={0}>{t('totals.sum')}</Table.Summary.Cell>
            {columns.map(({ key, cell }, at) => (
              <Table.Summary.Cell key={key} index={at + 1} align="right" className="num">
                {cell(figures.sum)}
              </Table.Summary.Cell>
            ))}
            <Table.Summary.Cell index={columns.length + 1} className="row-acts no-print">
              <ToRecords path={figures.sum.records} />
            </Table.Summary.Cell>
          </Table.Summary.Row>
        )}
      />
    </Panel>
  );
}

const idOf = (line: FigureLine, by: readonly string[]) => JSON.stringify(by.map((d) => line.key[d] ?? ''));

function ToRecords({ path }: { path: string }) {
  const { t } = useTexts();
  const { search } = useLocation();
  return (
    <Link to={recordsPage(path)} state={{ totals: search }}>
      {t('totals.records')}
    </Link>
  );
}

interface SumColumn {
  key: string;
  title: string;
  cell(sums: Sums): ReactNode;
}

/** The columns of figures; those that hold nothing anywhere are left out. */
function sumColumns({ sum }: Figures, t: ReturnType<typeof useTexts>['t']): SumColumn[] {
  const taken = (kind: 'withdrawn' | 'returned'): SumColumn[] =>
    sum[kind].lines === 0
      ? []
      : [{ key: kind, title: t(`totals.${kind}`), cell: (sums) => <Taken amount={sums[kind]} /> }];
  return [
    { key: 'orders', title: t('totals.orders'), cell: ({ gross }) => decimalText(gross.documents) },
    {
      key: 'cny',
      title: t('totals.grossCny'),
      cell: ({ gross }) => (
        <>
          {gross.withoutRate > 0 && (
            <span className="no-rate">{t('totals.lineWithoutRate', { count: gross.withoutRate })} </span>
          )}
          {decimalText(gross.cny)}
        </>
      ),
    },
    { key: 'usd', title: t('totals.grossUsd'), cell: ({ gross }) => decimalText(gross.usd) },
    ...taken('withdrawn'),
    ...taken('returned'),
    { key: 'net', title: t('totals.net'), cell: ({ net }) => decimalText(net.cny) },
    { key: 'netUsd', title: t('totals.netUsd'), cell: ({ net }) => decimalText(net.usd) },
    ...(sum.yearOnYear
      ? [{ key: 'growth', title: t('totals.growth'), cell: (sums: Sums) => <Growth of={sums.yearOnYear} /> }]
      : []),
    ...(sum.pending.lines > 0
      ? [
          {
            key: 'pending',
            title: t('totals.pendingShort'),
            cell: ({ pending }: Sums) =>
              pending.lines === 0 ? (
                <Dash />
              ) : (
                <span title={t('totals.reversedOrders', { count: decimalText(pending.documents) })}>
                  {decimalText(pending.cny)}
                </span>
              ),
          },
        ]
      : []),
  ];
}

const Dash = () => <span className="quiet">—</span>;

/** What withdrawals or returns of the month take back; a dash where there were none. */
function Taken({ amount }: { amount: Sums['withdrawn'] }) {
  const { t } = useTexts();
  if (amount.lines === 0) return <Dash />;
  return (
    <span
      title={`${t('totals.reversedOrders', { count: decimalText(amount.documents) })} · USD ${decimalText(amount.usd)}`}
    >
      −{decimalText(amount.cny)}
    </span>
  );
}

/** Growth of the net value over the same months of the year before: `0.1234` is shown as +12.34 %. */
function Growth({ of }: { of: Sums['yearOnYear'] }) {
  const { text } = useTexts();
  const rate = of?.net.cny;
  if (!of || rate === null || rate === undefined)
    return (
      <span className="quiet" title={of?.text ? text(of.text) : undefined}>
        —
      </span>
    );
  const said = of.text ? ` · ${text(of.text)}` : '';
  return (
    <span
      className={rate.startsWith('-') ? 'bad' : 'good'}
      title={`${decimalText(of.previous.net.cny)}${said}`}
    >
      {percentText(rate)}
    </span>
  );
}

/** `-0.1234` → `−12.34%`, moving the point in the text so that no digit is lost. */
function percentText(rate: string): string {
  const negative = rate.startsWith('-');
  const [whole = '0', fraction = ''] = rate.replace('-', '').split('.');
  const digits = `${whole}${fraction.padEnd(4, '0')}`;
  const at = whole.length + 2;
  return `${negative ? '−' : '+'}${decimalText(String(Number(digits.slice(0, at))))}.${digits.slice(at)}%`;
}
