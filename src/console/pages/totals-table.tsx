import { Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import type { Totals, TotalsLine } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { useTexts } from '../texts/index.js';

/** The console's page for an API path of declarations: the same filter, in the address. */
function pageOf(path: string): string {
  const [, query = ''] = path.split('?');
  return `/declarations?${query}`;
}

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
      width: 150,
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
      width: 150,
      align: 'right',
      className: 'num',
      render: (_, line) => decimalText(line.usd),
    },
    {
      title: '',
      key: 'open',
      width: 110,
      className: 'no-print',
      render: (_, line) => <Link to={pageOf(line.declarations)}>{t('totals.behind')}</Link>,
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
        scroll={{ x: 860 }}
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
            <Table.Summary.Cell index={7} className="no-print" />
          </Table.Summary.Row>
        )}
      />
    </Panel>
  );
}
