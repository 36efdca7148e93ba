import { useState } from 'react';
import { SyncOutlined } from '@ant-design/icons';
import { Button, Empty, Space, Table, Tag } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import type { AwardRound, ReviewDecision } from '../api/types.js';
import { decimalText, timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { useTexts } from '../texts/index.js';
import { useRoundChange, type RoundTabProps } from './award-round.js';

type Review = AwardRound['reviews'][number];
const DECISIONS = ['reclaimed', 'paid', 'noted'] as const;

/** The word of a decision about a review item. */
const decisionKey = (decision: string) =>
  `reviews.${DECISIONS.find((one) => one === decision) ?? 'noted'}` as const;

/** What changed after the freeze; the round itself stays as it was. */
export function ReviewsTab({ round }: RoundTabProps) {
  const { t } = useTexts();
  const [asked, setAsked] = useState<{ review: Review; decision: ReviewDecision['decision'] } | null>(null);
  const recheck = useRoundChange(() => api.recheckRound(round.id));
  const decide = useRoundChange(
    ({ review, decision, note }: { review: Review } & ReviewDecision) =>
      api.decideReview(round.id, review.id, { decision, note }),
    () => setAsked(null),
  );
  if (round.state !== 'frozen')
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('reviews.notFrozen')} />;
  const line = (code: string) => round.lines.find((l) => l.enterprise === code);
  const amount = (value: string | null) => (value === null ? '—' : decimalText(value));
  return (
    <>
      <p className="quiet tab-help">{t('reviews.help')}</p>
      <div className="tab-bar no-print">
        <Button icon={<SyncOutlined />} loading={recheck.isPending} onClick={() => recheck.mutate(undefined)}>
          {t('reviews.recheck')}
        </Button>
      </div>
      <Table<Review>
        size="small"
        rowKey="id"
        dataSource={round.reviews}
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('reviews.none')} /> }}
        columns={[
          {
            title: t('lines.enterprise'),
            render: (_, { enterprise }) => (
              <Link to={`/awards/${round.id}/enterprises/${enterprise}`}>
                {line(enterprise)?.name ?? enterprise}
              </Link>
            ),
          },
          {
            title: t('reviews.before'),
            align: 'right',
            className: 'num',
            render: (_, r) => amount(r.beforeCny),
          },
          {
            title: t('reviews.after'),
            align: 'right',
            className: 'num',
            render: (_, r) => amount(r.afterCny),
          },
          {
            title: t('reviews.difference'),
            align: 'right',
            className: 'num',
            render: (_, { differenceCny }) => (
              <b className={differenceCny.startsWith('-') ? 'bad' : ''}>{decimalText(differenceCny)}</b>
            ),
          },
          { title: t('reviews.raised'), render: (_, { raisedAt }) => timeText(raisedAt) },
          {
            title: t('reviews.records'),
            render: (_, { enterprise }) => (
              <Link
                to={`/totals/records?${recordsNow(round, enterprise)}`}
                state={{ back: `/awards/${round.id}/reviews` }}
              >
                {t('totals.records')}
              </Link>
            ),
          },
          {
            title: t('flags.decision'),
            render: (_, review) =>
              review.decision === null ? (
                <Space size={4} className="no-print">
                  {DECISIONS.map((decision) => (
                    <Button key={decision} size="small" onClick={() => setAsked({ review, decision })}>
                      {t(`reviews.${decision}`)}
                    </Button>
                  ))}
                </Space>
              ) : (
                <>
                  <Tag color="blue">{t(decisionKey(review.decision))}</Tag> {review.note}
                </>
              ),
          },
        ]}
      />
      {asked && (
        <NoteModal
          open
          title={t(decisionKey(asked.decision))}
          help={t('reviews.decideHelp')}
          confirm={t(decisionKey(asked.decision))}
          busy={decide.isPending}
          onCancel={() => setAsked(null)}
          onSubmit={({ note }) => decide.mutate({ ...asked, note })}
        />
      )}
    </>
  );
}

/** The records of an enterprise as they are now, returns after the year included. */
const recordsNow = ({ year }: AwardRound, enterprise: string): string =>
  new URLSearchParams({ from: `${year}-01`, to: `${year + 1}-12`, direction: 'all', enterprise }).toString();
