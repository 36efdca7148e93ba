import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { usePolling } from '../api/live.js';
import { keys } from '../api/queries.js';
import type { Import } from '../api/types.js';
import { useCursors } from '../parts/cursors.js';
import { decimalText, percentOf, sizeText, timeText } from '../parts/format.js';
import { Panel } from '../parts/page.js';
import { PagedList } from '../parts/paged-list.js';
import { importLooks } from '../parts/states.js';
import { StateTag } from '../parts/status.js';
import { useTexts } from '../texts/index.js';

const LIMIT = 20;
export const isRunning = (one: Import): boolean => one.state === 'running' || one.state === 'receiving';

/** Imports so far, newest first. */
export function UploadHistory() {
  const { t } = useTexts();
  const polling = usePolling();
  const cursors = useCursors();
  const query = useQuery({
    queryKey: keys.importHistory(cursors.cursor),
    queryFn: ({ signal }) => api.imports(cursors.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? 2_000 : polling),
  });

  const columns: TableColumnsType<Import> = [
    {
      title: t('field.file'),
      key: 'file',
      ellipsis: true,
      render: (_, one) => (
        <span title={one.fileName}>
          <Link to={`/upload/${one.id}`}>{one.fileName}</Link>
          <span className="quiet"> · {sizeText(one.bytesTotal)}</span>
        </span>
      ),
    },
    {
      title: t('field.seller'),
      key: 'seller',
      ellipsis: true,
      render: (_, one) => one.seller?.name ?? <span className="quiet">{t('upload.severalSellers')}</span>,
    },
    {
      title: t('field.state'),
      key: 'state',
      width: 150,
      render: (_, one) => (
        <>
          <StateTag look={importLooks[one.state]} />
          {isRunning(one) && <span className="quiet num"> {percentOf(one.bytesRead, one.bytesTotal)}%</span>}
        </>
      ),
    },
    numberColumn(t('upload.orders'), (one) => one.orders),
    numberColumn(t('outcome.accepted'), (one) => one.accepted),
    numberColumn(t('outcome.faulty'), (one) => one.faulty, 'bad'),
    numberColumn(t('outcome.exists'), (one) => one.exists),
    {
      title: t('field.createdAt'),
      key: 'at',
      width: 160,
      className: 'num',
      render: (_, one) => timeText(one.createdAt),
    },
    {
      title: t('field.createdBy'),
      key: 'by',
      width: 150,
      ellipsis: true,
      render: (_, one) => <span title={one.createdBy}>{one.createdBy}</span>,
    },
  ];

  return (
    <Panel title={t('upload.history')} flush>
      <PagedList<Import>
        query={query}
        cursors={cursors}
        rowKey="id"
        columns={columns}
        empty={t('upload.noHistory')}
        width={1080}
      />
    </Panel>
  );
}

function numberColumn(
  title: string,
  value: (one: Import) => number,
  tone = '',
): TableColumnsType<Import>[number] {
  return {
    title,
    key: title,
    align: 'right',
    width: 92,
    className: 'num',
    render: (_, one) => {
      const count = value(one);
      return <span className={count > 0 ? tone : 'quiet'}>{decimalText(count)}</span>;
    },
  };
}
