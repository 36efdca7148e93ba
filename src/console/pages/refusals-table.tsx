import { Button, Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router-dom';
import { mayAct, useMe } from '../api/session.js';
import type { RefusalGroup } from '../api/types.js';
import { CoachNote } from '../parts/coach.js';
import { decimalText, timeText } from '../parts/format.js';
import { pageOfApi } from '../parts/links.js';
import { SourceText } from '../parts/source.js';
import { useTexts } from '../texts/index.js';

interface RefusalTableProps {
  groups: RefusalGroup[];
  onBulk: (group: RefusalGroup) => void;
}

const keyOf = (group: RefusalGroup) => `${group.messageType}/${group.code}`;

/** One row for each code of a document; it opens to why, which fields and what to do. */
export function RefusalTable({ groups, onBulk }: RefusalTableProps) {
  const { t, text } = useTexts();
  const acts = mayAct(useMe().role);
  const columns: TableColumnsType<RefusalGroup> = [
    {
      title: t('refusals.count'),
      key: 'count',
      width: 70,
      align: 'right',
      className: 'num',
      render: (_, group) => <b>{decimalText(group.count)}</b>,
    },
    {
      title: t('refusals.cause'),
      key: 'cause',
      render: (_, group) => (
        <>
          <span className="code-mark num">{group.code}</span> {text(group.coach.title)}
          {!group.coach.known && <span className="refusal-unknown">{t('refusals.unknownMark')}</span>}
        </>
      ),
    },
    {
      title: t('refusals.document'),
      key: 'document',
      width: 190,
      render: (_, group) => (
        <>
          {text(group.title)}{' '}
          <span className="mono quiet small">{group.messageType.replace('Message', '')}</span>
        </>
      ),
    },
    {
      title: t('coach.remedy'),
      key: 'step',
      width: 150,
      render: (_, { coach }) => (
        <b className={`next-step step-${coach.action}`}>{t(`coach.action.${coach.action}`)}</b>
      ),
    },
    {
      title: t('refusals.newestAt'),
      key: 'newest',
      width: 160,
      className: 'num',
      render: (_, group) => timeText(group.newestAt),
    },
    {
      title: '',
      key: 'actions',
      width: 220,
      align: 'right',
      className: 'row-acts no-print',
      render: (_, group) => (
        <span className="refusal-actions">
          <Link to={pageOfApi(group.declarations)}>{t('refusals.list', { count: group.count })}</Link>
          {acts && (
            <Button
              size="small"
              type={
                group.coach.action === 'correct' || group.coach.action === 'resubmit' ? 'primary' : 'default'
              }
              onClick={() => onBulk(group)}
            >
              {t('refusals.bulk')}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <Table<RefusalGroup>
      size="small"
      className="list refusals"
      rowKey={keyOf}
      rowClassName="refusal"
      columns={columns}
      dataSource={groups}
      pagination={false}
      scroll={{ x: 1000 }}
      expandable={{
        expandRowByClick: true,
        defaultExpandedRowKeys: groups.length === 1 ? groups.map(keyOf) : [],
        expandedRowRender: (group) => <Explained group={group} />,
        columnWidth: 36,
      }}
    />
  );
}

function Explained({ group }: { group: RefusalGroup }) {
  const { t, text } = useTexts();
  const { coach } = group;
  return (
    <div className="refusal-body">
      {!coach.known && <p>{t('refusals.notInTable')}</p>}
      <CoachNote coach={coach} />
      {coach.note && <p className="quiet small">{text(coach.note)}</p>}
      <p className="quiet small">
        {group.status !== group.code && t('refusals.status', { status: group.status })}
        {coach.source !== '' && (
          <>
            {' '}
            {t('fault.source')} <SourceText source={coach.source} />
          </>
        )}
      </p>
    </div>
  );
}
