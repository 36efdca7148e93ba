import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { Import, ImportOutcome, ImportVerdict } from '../api/types.js';
import { Copyable, CopyButton } from '../parts/copy.js';
import { useCursors } from '../parts/cursors.js';
import { FaultList } from '../parts/faults.js';
import { PagedList } from '../parts/paged-list.js';
import { useTexts } from '../texts/index.js';
import { isRunning } from './upload-history.js';

const LIMIT = 50;

/** Row numbers as the spreadsheet shows them: `3` or `3–5`. */
const rowsText = (one: ImportVerdict): string => {
  if (!one.rows) return `#${one.index + 1}`;
  return one.rows.from === one.rows.to ? String(one.rows.from) : `${one.rows.from}–${one.rows.to}`;
};

/** The verdicts of one kind; the faulty ones with every fault and what to do about it. */
export function ImportVerdicts({ one, outcome }: { one: Import; outcome: ImportOutcome }) {
  const { t } = useTexts();
  const cursors = useCursors();
  const query = useQuery({
    queryKey: keys.importVerdicts(one.id, outcome, cursors.cursor),
    queryFn: ({ signal }) => api.importVerdicts(one.id, outcome, cursors.cursor, LIMIT, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isRunning(one) ? 2_000 : false,
  });
  const columns: TableColumnsType<ImportVerdict> = [
    {
      title: t('field.rows'),
      key: 'rows',
      width: 90,
      className: 'num top-cell',
      render: (_, row) => rowsText(row),
    },
    {
      title: t('field.orderNo'),
      key: 'orderNo',
      width: 330,
      className: 'top-cell',
      render: (_, row) =>
        row.declarationId && row.orderNo !== null ? (
          <span className="copyable">
            <Link to={`/declarations/${row.declarationId}`} className="mono">
              {row.orderNo}
            </Link>
            <CopyButton value={row.orderNo} what={t('field.orderNo')} />
          </span>
        ) : (
          <Copyable value={row.orderNo} what={t('field.orderNo')} />
        ),
    },
    outcome === 'faulty'
      ? {
          title: t('field.faults'),
          key: 'faults',
          render: (_, row) => <FaultList faults={row.faults} places={row.places} />,
        }
      : {
          title: t('field.declaration'),
          key: 'declaration',
          render: (_, row) => (
            <>
              {row.declarationId && <Link to={`/declarations/${row.declarationId}`}>{t('action.open')}</Link>}
              {row.notices.length > 0 && <FaultList faults={row.notices} />}
            </>
          ),
        },
  ];
  return (
    <PagedList<ImportVerdict>
      query={query}
      cursors={cursors}
      rowKey="id"
      columns={columns}
      empty={t(isRunning(one) ? 'import.emptyYet' : `import.empty.${outcome}`)}
      width={760}
    />
  );
}
