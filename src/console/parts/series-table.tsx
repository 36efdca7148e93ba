import { Table, type TableColumnsType } from 'antd';
import { useTexts } from '../texts/index.js';
import { Panel } from './page.js';

interface SeriesTableProps<Row extends { month: string }> {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  columns: TableColumnsType<Row>;
}

/** A series by month beside the list it is made of; nothing when it is empty. */
export function SeriesTable<Row extends { month: string }>({ rows, rowKey, columns }: SeriesTableProps<Row>) {
  const { t } = useTexts();
  if (rows.length === 0) return null;
  return (
    <Panel flush title={t('settlements.series')}>
      <Table<Row>
        size="small"
        rowKey={rowKey}
        pagination={false}
        dataSource={[...rows]}
        columns={[{ title: t('records.month'), dataIndex: 'month', className: 'num' }, ...columns]}
        tableLayout="auto"
        scroll={{ x: 'max-content' }}
      />
    </Panel>
  );
}
