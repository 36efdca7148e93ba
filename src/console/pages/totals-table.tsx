import { Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import type { Totals, TotalsLine } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import { pageOfApi } from '../parts/links.js';
import { Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

/** The lines with their sum; each leads to the declarations it counts. */
export function TotalsTable({ totals }: { totals: Totals }) {
  const { t, text } = useTexts();
  const columns: TableColumnsType<TotalsLine> = [
    {
      title: t('field.month'),
      key: 'month',
      width: 100,
      className: 'num',
      render: (_, line) => line.month,
      sorter: (a, b) => a.month.localeCompare(b.month),
    },
    {
      title: t('field.seller'),
      key: 'seller',
      ellipsis: true,
      render: (_, line) => <span title={line.seller.code}>{line.seller.name}</span>,
      sorter: (a, b) => a.seller.name.localeCompare(b.seller.name, 'zh-CN'),
    },
    {
      title: t('field.regime'),
      key: 'regime',
      width: 90,
      className: 'num',
      render: (_, line) => line.regime,
    },
    {
      title: t('field.country'),
      key: 'country',
      width: 150,
      render: (_, line) => text(line.country.text),
      sorter: (a, b) => a.country.code.localeCompare(b.country.code),
    },
    {
      title: t('totals.orders'),
      key: 'orders',
      width: 110,
      align: 'right',
      className: 'num',
      render: (_, line) => decimalText(line.orders),
      sorter: (a, b) => a.orders - b.orders,
    },
    {
      title: 'CNY',
      key: 'cny',
      width: 140,
      align: 'right',
      className: 'num',
      render: (_, line) => (
        <>
          {line.withoutRate > 0 && (
            <span className="no-rate">{t('totals.lineWithoutRate', { count: line.withoutRate })}</span>
          )}{' '}
          {decimalText(line.cny)}
        </>
      ),
      sorter: (a, b) => Number(a.cny) - Number(b.cny),
    },
    {
      title: 'USD',
      key: 'usd',
      width: 130,
      align: 'right',
      className: 'num',
      render: (_, line) => decimalText(line.usd),
    },
    ...(['withdrawn', 'returned'] as const).map((kind) => ({
      title: t(`totals.${kind}`),
      key: kind,
      width: 140,
      align: 'right' as const,
      className: 'num',
      render: (_: unknown, line: TotalsLine) => <Reversed amount={line[kind]} to={line.reversed} />,
    })),
    {
      title: t('totals.net'),
      key: 'net',
      width: 140,
      align: 'right',
      className: 'num',
      render: (_, line) => <Net amount={line.net} />,
      sorter: (a, b) => Number(a.net.cny) - Number(b.net.cny),
    },
    {
      title: '',
      key: 'open',
      width: 90,
      className: 'no-print',
      render: (_, line) => <Link to={pageOfApi(line.declarations)}>{t('totals.behind')}</Link>,
    },
  ];
  return (
    <Panel title={t('totals.lines')} flush>
      <Table<TotalsLine>
        size="small"
        rowKey={(line) => `${line.month}/${line.seller.code}/${line.regime}/${line.country.code}`}
        columns={columns}
        dataSource={totals.lines}
        pagination={false}
        scroll={{ x: 1240 }}
        summary={() => (
          <Table.Summary.Row className="sum-row">
            <Table.Summary.Cell index={0} colSpan={4}>
              {t('totals.sum')}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={4} align="right" className="num">
              {decimalText(totals.sum.orders)}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={5} align="right" className="num">
              {decimalText(totals.sum.cny)}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={6} align="right" className="num">
              {decimalText(totals.sum.usd)}
            </Table.Summary.Cell>
            <Table.Summary.Cell index={7} align="right" className="num">
              <Reversed amount={totals.sum.withdrawn} to={null} />
            </Table.Summary.Cell>
            <Table.Summary.Cell index={8} align="right" className="num">
              <Reversed amount={totals.sum.returned} to={null} />
            </Table.Summary.Cell>
            <Table.Summary.Cell index={9} align="right" className="num">
              <Net amount={totals.sum.net} />
            </Table.Summary.Cell>
            <Table.Summary.Cell index={10} className="no-print" />
          </Table.Summary.Row>
        )}
      />
    </Panel>
  );
}

/** What withdrawals or returns of the month take back, leading to them; a dash where there were none. */
function Reversed({ amount, to }: { amount: Totals['sum']['withdrawn']; to: string | null }) {
  const { t } = useTexts();
  if (amount.orders === 0) return <span className="quiet">—</span>;
  const count = t('totals.reversedOrders', { count: decimalText(amount.orders) });
  return (
    <>
      <div title={`USD ${decimalText(amount.usd)}`}>−{decimalText(amount.cny)}</div>
      <div className="small">{to ? <Link to={pageOfApi(to)}>{count}</Link> : count}</div>
    </>
  );
}

function Net({ amount }: { amount: Totals['sum']['net'] }) {
  return (
    <>
      <div>{decimalText(amount.cny)}</div>
      <div className="quiet small">USD {decimalText(amount.usd)}</div>
    </>
  );
}
