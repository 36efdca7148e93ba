import { useState } from 'react';
import { LockOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Empty, Select, Space, Table, Tag } from 'antd';
import { api } from '../api/calls.js';
import { keys } from '../api/queries.js';
import type { AwardRound, NewSignature } from '../api/types.js';
import { Copyable } from '../parts/copy.js';
import { timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { Facts } from '../parts/page.js';
import { useTexts, type TextKey } from '../texts/index.js';
import { useRoundChange, type RoundTabProps } from './award-round.js';

type Office = AwardRound['signatures'][number]['office'];

/** The newest opinion of an office on the present computation. */
const opinionOf = (round: AwardRound, office: Office) =>
  round.signatures.filter((s) => s.office === office && s.current).at(-1);

/** What stands between a round and its freeze, in the order in which it is done. */
export function stillNeeded(round: AwardRound): { key: TextKey; office?: Office; count?: number }[] {
  const flags = round.flags.filter(({ decision }) => decision === null).length;
  const lines = round.lines.filter(({ status }) => status === 'needs-decision').length;
  return [
    ...(round.state === 'open' ? [{ key: 'signing.needs.compute' as const }] : []),
    ...(lines > 0 ? [{ key: 'signing.needs.lines' as const, count: lines }] : []),
    ...(round.pot?.status === 'needs-decision' ? [{ key: 'signing.needs.pot' as const }] : []),
    ...(flags > 0 ? [{ key: 'signing.needs.flags' as const, count: flags }] : []),
    ...round.reviewers
      .filter((office) => opinionOf(round, office)?.decision !== 'agreed')
      .map((office) => ({ key: 'signing.needs.office' as const, office })),
  ];
}

/** Who signs for which office, what each said, and the freeze. */
export function SigningTab({ round }: RoundTabProps) {
  const { t } = useTexts();
  return (
    <>
      <h3>{t('signing.offices')}</h3>
      <p className="quiet tab-help">{t('signing.help')}</p>
      <Offices round={round} />
      <Freeze round={round} />
      <h3>{t('signing.log')}</h3>
      <Table
        size="small"
        rowKey={({ office, signedAt }) => `${office}/${signedAt}`}
        dataSource={[...round.signatures].reverse()}
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 900 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('signing.none')} /> }}
        columns={[
          { title: t('signing.office'), render: (_, { office }) => t(`award.office.${office}`) },
          { title: t('signing.opinion'), render: (_, { decision }) => <Opinion decision={decision} /> },
          { title: t('signing.signer'), dataIndex: 'signedBy' },
          { title: t('record.at'), render: (_, { signedAt }) => timeText(signedAt) },
          { title: t('field.note'), dataIndex: 'note', className: 'wide-text' },
          {
            title: '',
            key: 'current',
            render: (_, { current }) => (current ? null : <Tag>{t('signing.outdated')}</Tag>),
          },
        ]}
      />
    </>
  );
}

function Opinion({ decision }: { decision: 'agreed' | 'objected' }) {
  const { t } = useTexts();
  return <Tag color={decision === 'agreed' ? 'green' : 'red'}>{t(`signing.${decision}`)}</Tag>;
}

function Offices({ round }: { round: AwardRound }) {
  const { t } = useTexts();
  const [asked, setAsked] = useState<Omit<NewSignature, 'note'> | null>(null);
  const people = useQuery({ queryKey: keys.signers, queryFn: ({ signal }) => api.signers(signal) });
  const name = useRoundChange(({ office, signer }: { office: Office; signer: string }) =>
    api.nameSigner(round.id, office, signer),
  );
  const sign = useRoundChange(
    (body: NewSignature) => api.signRound(round.id, body),
    () => setAsked(null),
  );
  const frozen = round.state === 'frozen';
  return (
    <>
      <Table
        size="small"
        rowKey="office"
        className="offices"
        pagination={false}
        tableLayout="auto"
        scroll={{ x: 900 }}
        dataSource={round.reviewers.map((office) => ({ office }))}
        columns={[
          { title: t('signing.office'), render: (_, { office }) => <b>{t(`award.office.${office}`)}</b> },
          {
            title: t('signing.signer'),
            render: (_, { office }) => {
              const named = round.signers.find((s) => s.office === office);
              return (
                <Space>
                  {named && <span>{named.signer}</span>}
                  {!frozen && (
                    <Select
                      size="small"
                      className="no-print"
                      aria-label={`${t('signing.name')} ${t(`award.office.${office}`)}`}
                      placeholder={t('signing.name')}
                      value={null}
                      loading={people.isPending || name.isPending}
                      showSearch={{ optionFilterProp: 'label' }}
                      popupMatchSelectWidth={false}
                      style={{ width: 150 }}
                      options={(people.data ?? []).map((p) => ({
                        value: p.signer,
                        label: `${p.name} · ${p.office}`,
                      }))}
                      onChange={(signer: string | null) => signer && name.mutate({ office, signer })}
                    />
                  )}
                </Space>
              );
            },
          },
          {
            title: t('signing.opinion'),
            render: (_, { office }) => {
              const opinion = opinionOf(round, office);
              return opinion ? (
                <>
                  <Opinion decision={opinion.decision} /> {opinion.signedBy}{' '}
                  <span className="quiet">{timeText(opinion.signedAt)}</span>
                </>
              ) : (
                <span className="quiet">{t('signing.none')}</span>
              );
            },
          },
          {
            title: '',
            key: 'sign',
            className: 'row-acts no-print',
            render: (_, { office }) =>
              round.state === 'computed' &&
              round.signers.some((s) => s.office === office && s.mine) && (
                <Space size={4}>
                  <Button
                    size="small"
                    type="primary"
                    onClick={() => setAsked({ office, decision: 'agreed' })}
                  >
                    {t('signing.agree')}
                  </Button>
                  <Button size="small" danger onClick={() => setAsked({ office, decision: 'objected' })}>
                    {t('signing.object')}
                  </Button>
                </Space>
              ),
          },
        ]}
      />
      {asked && (
        <NoteModal
          open
          title={`${t(`award.office.${asked.office}`)} · ${t(asked.decision === 'agreed' ? 'signing.agree' : 'signing.object')}`}
          help={t('signing.signHelp')}
          confirm={t(asked.decision === 'agreed' ? 'signing.agree' : 'signing.object')}
          busy={sign.isPending}
          onCancel={() => setAsked(null)}
          onSubmit={({ note }) => sign.mutate({ ...asked, note })}
        />
      )}
    </>
  );
}

function Freeze({ round }: { round: AwardRound }) {
  const { t } = useTexts();
  const { modal } = App.useApp();
  const freeze = useRoundChange(() => api.freezeRound(round.id));
  if (round.state === 'frozen')
    return (
      <div className="freeze">
        <Facts
          columns={2}
          items={[
            [t('signing.frozenAt'), timeText(round.frozenAt)],
            [t('signing.hash'), <Copyable value={round.sha256} what="SHA-256" />],
          ]}
        />
      </div>
    );
  const needed = stillNeeded(round);
  return (
    <div className="freeze">
      <Alert
        type={needed.length === 0 ? 'success' : 'warning'}
        showIcon
        title={t(needed.length === 0 ? 'signing.ready' : 'signing.notReady')}
        description={
          needed.length > 0 && (
            <ul className="needs">
              {needed.map(({ key, office, count = 0 }) => (
                <li key={`${key}/${office ?? ''}`}>
                  {t(key, { count, office: office ? t(`award.office.${office}`) : '' })}
                </li>
              ))}
            </ul>
          )
        }
        action={
          <Button
            type="primary"
            icon={<LockOutlined />}
            disabled={needed.length > 0}
            loading={freeze.isPending}
            onClick={() =>
              void modal.confirm({
                title: t('signing.freeze'),
                content: t('signing.freezeHelp'),
                okText: t('signing.freeze'),
                cancelText: t('action.cancel'),
                onOk: () => freeze.mutate(undefined),
              })
            }
          >
            {t('signing.freeze')}
          </Button>
        }
      />
    </div>
  );
}
