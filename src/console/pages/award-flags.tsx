import { useState } from 'react';
import { Button, Empty, Space, Table, Tag } from 'antd';
import { Link } from 'react-router-dom';
import { api } from '../api/calls.js';
import type { AwardRound } from '../api/types.js';
import { decimalText, timeText } from '../parts/format.js';
import { usePages } from '../parts/printing.js';
import { NoteModal } from '../parts/note-modal.js';
import { codeName } from '../parts/codes.js';
import { useTexts } from '../texts/index.js';
import { useRoundChange, type RoundTabProps } from './award-round.js';

type Flag = AwardRound['flags'][number];

/** What looks odd behind a round; a person decides each. */
export function FlagsTab({ round }: RoundTabProps) {
  const { t } = useTexts();
  return (
    <>
      <p className="quiet tab-help">{t('flags.help')}</p>
      <FlagList round={round} flags={round.flags} />
    </>
  );
}

export function FlagList({ round, flags }: { round: AwardRound; flags: readonly Flag[] }) {
  const { t, text } = useTexts();
  const pages = usePages(flags.length, 50);
  const [asked, setAsked] = useState<{ flag: Flag; decision: 'dismissed' | 'upheld' } | null>(null);
  const decide = useRoundChange(
    ({ flag, decision, note }: { flag: Flag; decision: 'dismissed' | 'upheld'; note: string }) =>
      api.decideFlag(round.id, flag.id, { decision, note }),
    () => setAsked(null),
  );
  const nameOf = (code: string) => round.lines.find((l) => l.enterprise === code)?.name || code;
  return (
    <>
      <Table<Flag>
        size="small"
        rowKey="id"
        dataSource={[...flags]}
        pagination={pages}
        tableLayout="auto"
        scroll={{ x: 900 }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('flags.none')} /> }}
        columns={[
          {
            title: t('round.tab.flags'),
            className: 'wide-text',
            render: (_, { kind, rule, enterprise }) => (
              <>
                <b>{t(`flags.kind.${kind}`)}</b> · {nameOf(enterprise)}
                <div className="quiet small">{text(rule)}</div>
              </>
            ),
          },
          {
            title: t('flags.evidence'),
            className: 'wide-text',
            render: (_, { evidence }) => <Evidence evidence={evidence} />,
          },
          {
            title: t('flags.decision'),
            render: (_, flag) =>
              flag.decision === null ? (
                <Tag color="gold">{t('flags.undecided')}</Tag>
              ) : (
                <>
                  <Tag color={flag.decision === 'upheld' ? 'red' : 'green'}>
                    {t(`flags.${flag.decision}`)}
                  </Tag>
                  <div className="quiet small">
                    {flag.decidedBy} · {timeText(flag.decidedAt)}
                  </div>
                  <div className="small">{flag.note}</div>
                </>
              ),
          },
          ...(round.state === 'frozen'
            ? []
            : [
                {
                  title: '',
                  key: 'act',
                  className: 'row-acts no-print',
                  render: (_: unknown, flag: Flag) => (
                    <Space size={4}>
                      <Button size="small" onClick={() => setAsked({ flag, decision: 'dismissed' })}>
                        {t('flags.dismiss')}
                      </Button>
                      <Button size="small" danger onClick={() => setAsked({ flag, decision: 'upheld' })}>
                        {t('flags.uphold')}
                      </Button>
                    </Space>
                  ),
                },
              ]),
        ]}
      />
      {asked && (
        <NoteModal
          open
          title={`${t(asked.decision === 'upheld' ? 'flags.uphold' : 'flags.dismiss')} · ${t(`flags.kind.${asked.flag.kind}`)}`}
          help={t('flags.decideHelp')}
          confirm={t(asked.decision === 'upheld' ? 'flags.uphold' : 'flags.dismiss')}
          busy={decide.isPending}
          onCancel={() => setAsked(null)}
          onSubmit={({ note }) => decide.mutate({ ...asked, note })}
        />
      )}
    </>
  );
}

const FIELDS = [
  'orderNo',
  'declarations',
  'declaration',
  'record',
  'usd',
  'gcode',
  'exportUsd',
  'importUsd',
  'countries',
  'platform',
  'platformName',
  'unit',
  'usdPerUnit',
  'median',
  'countedUsd',
  'returnedUsd',
] as const;
type Field = (typeof FIELDS)[number];
const MONEY: readonly Field[] = [
  'usd',
  'exportUsd',
  'importUsd',
  'usdPerUnit',
  'median',
  'countedUsd',
  'returnedUsd',
];
const MOST_LINKS = 5;

/** The evidence of a flag in words, with ways to the records and declarations it names. */
function Evidence({ evidence }: { evidence: Flag['evidence'] }) {
  const { t } = useTexts();
  return (
    <dl className="evidence-facts">
      {FIELDS.filter((field) => evidence[field] !== undefined && evidence[field] !== null).map((field) => (
        <div key={field}>
          <dt>{t(`flags.field.${field}`)}</dt>
          <dd>
            <Value field={field} value={evidence[field]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ field, value }: { field: Field; value: unknown }) {
  const { t, text } = useTexts();
  const all = (Array.isArray(value) ? value : [value]).map(String);
  if (field === 'record') return <Link to={`/totals/records/${all[0] ?? ''}`}>{t('flags.openRecord')}</Link>;
  if (field === 'declaration' || field === 'declarations')
    return (
      <>
        {all.slice(0, MOST_LINKS).map((id, at) => (
          <Link key={id} to={`/declarations/${id}`}>
            {at > 0 && ' · '}
            {at + 1}
          </Link>
        ))}
        {all.length > MOST_LINKS && ` … ${all.length}`}
      </>
    );
  if (field === 'countries')
    return <>{all.map((code) => text(codeName('country', code)) || code).join(' · ')}</>;
  if (field === 'unit') return <>{text(codeName('unit', all[0] ?? '')) || all[0]}</>;
  if (MONEY.includes(field)) return <span className="num">{decimalText(all[0] ?? '')}</span>;
  return <span className="mono">{all.join(' · ')}</span>;
}
