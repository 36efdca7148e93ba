import type { ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Empty, Table, type TableColumnsType, type TableProps } from 'antd';
import { useNavigate } from 'react-router-dom';
import type { useCursors } from './cursors.js';
import { Pager } from './pager.js';
import { ProblemView } from './problem.js';

interface PagedListProps<Row extends object> {
  /** One page of the list, as its route answers. */
  query: UseQueryResult<{ items: Row[]; next: string | null }>;
  /** The way through the list; left out where it is whole. */
  cursors?: Pick<ReturnType<typeof useCursors>, 'depth' | 'onFirst' | 'onPrevious' | 'onNext'>;
  rowKey: string;
  columns: TableColumnsType<Row>;
  /** Said where the list holds nothing. */
  empty: ReactNode;
  /** What a person can do where the list holds nothing. */
  emptyActions?: ReactNode;
  /** Pixels below which the table is scrolled sideways; left out, columns are as wide as their contents. */
  width?: number;
  /** The page a double click on a row opens. */
  pathOf?: (row: Row) => string;
  /** What only this list's table has. */
  table?: Pick<
    TableProps<Row>,
    'className' | 'onChange' | 'rowClassName' | 'rowSelection' | 'showSorterTooltip'
  >;
}

/** A keyset list with its states: waiting, empty, failed with another try, and the way through its pages. */
export function PagedList<Row extends object>({
  query,
  cursors,
  rowKey,
  columns,
  empty,
  emptyActions,
  width,
  pathOf,
  table,
}: PagedListProps<Row>) {
  const navigate = useNavigate();
  const items = query.data?.items ?? [];
  return (
    <>
      {query.isError ? (
        <ProblemView error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Table<Row>
          {...table}
          size="small"
          rowKey={rowKey}
          columns={columns}
          dataSource={items}
          loading={query.isPending || query.isPlaceholderData}
          pagination={false}
          {...(width === undefined && { tableLayout: 'auto' as const })}
          scroll={{ x: width ?? 'max-content' }}
          {...(pathOf && { onRow: (row) => ({ onDoubleClick: () => void navigate(pathOf(row)) }) })}
          locale={{
            emptyText: query.isPending ? (
              <span className="table-wait" />
            ) : (
              <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty}>
                {emptyActions}
              </Empty>
            ),
          }}
        />
      )}
      {cursors && (
        <Pager
          {...cursors}
          next={query.data?.next ?? null}
          count={items.length}
          busy={query.isPlaceholderData}
        />
      )}
    </>
  );
}
