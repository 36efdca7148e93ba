import { useState } from 'react';
import { Button, Empty, Radio, Segmented, Tag } from 'antd';
import { api } from '../api/calls.js';
import type { AwardPolicy, AwardReading, AwardRound } from '../api/types.js';
import { Quote, textsTouched } from '../parts/award-words.js';
import { timeText } from '../parts/format.js';
import { NoteModal } from '../parts/note-modal.js';
import { useUnsaved } from '../parts/unsaved.js';
import { useTexts } from '../texts/index.js';
import { useRoundChange, type RoundTabProps } from './award-round.js';

/** How many enterprises wait for each question, by the last computation. */
function matters(round: AwardRound): Map<string, number> {
  const count = new Map<string, number>();
  for (const { result } of round.lines)
    for (const { ambiguity } of result.open) count.set(ambiguity, (count.get(ambiguity) ?? 0) + 1);
  return count;
}

/**
 * Questions a person still has to answer: before the first computation those nothing else holds for, afterwards those that a
 * result or the pot waits for.
 */
export function openReadings(round: AwardRound, policy: AwardPolicy): AwardReading[] {
  const needed = new Set(matters(round).keys());
  if (round.pot?.status === 'needs-decision')
    for (const rule of policy.rules)
      if (rule.kind === 'pot') rule.ambiguities.forEach((id) => needed.add(id));
  return round.readings.filter(
    (r) => r.choice === null && (round.computedAt === null ? r.mustChoose : needed.has(r.id)),
  );
}

const SHOWN = ['open', 'chosen', 'all'] as const;

/** Every question the text leaves open, with the clauses it touches and who chose which reading. */
export function ReadingsTab({ round, policy }: RoundTabProps) {
  const { t } = useTexts();
  const open = openReadings(round, policy);
  const chosen = round.readings.filter((r) => r.choice !== null);
  const [shown, setShown] = useState<(typeof SHOWN)[number]>(
    open.length > 0 ? 'open' : chosen.length > 0 ? 'chosen' : 'all',
  );
  const [picked, setPicked] = useState<Record<string, string | null>>({});
  const [asking, setAsking] = useState(false);
  const count = Object.keys(picked).length;
  const save = useRoundChange(
    ({ note }: { note: string }) => api.chooseReadings(round.id, picked, note),
    () => {
      setPicked({});
      setAsking(false);
    },
  );
  useUnsaved(count > 0 && !save.isPending);
  const needed = matters(round);
  const lists = { open, chosen, all: round.readings };
  const list = [...lists[shown]].sort((a, b) => (needed.get(b.id) ?? 0) - (needed.get(a.id) ?? 0));
  const frozen = round.state === 'frozen';
  const pick = (reading: AwardReading, choice: string | null) =>
    setPicked(({ [reading.id]: _, ...rest }) =>
      choice === reading.choice ? rest : { ...rest, [reading.id]: choice },
    );
  return (
    <>
      <p className="quiet tab-help">{t('readings.help')}</p>
      <div className="tab-bar no-print">
        <Segmented
          value={shown}
          onChange={setShown}
          options={SHOWN.map((value) => ({
            value,
            label: t(`readings.${value}`, { count: lists[value].length }),
          }))}
        />
        {!frozen && (
          <Button type="primary" disabled={count === 0} onClick={() => setAsking(true)}>
            {t('readings.save', { count })}
          </Button>
        )}
      </div>
      {list.length === 0 && (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('readings.nothing')} />
      )}
      {list.map((reading) => (
        <ReadingCard
          key={reading.id}
          reading={reading}
          policy={policy}
          depends={needed.get(reading.id) ?? 0}
          value={reading.id in picked ? (picked[reading.id] ?? null) : reading.choice}
          locked={frozen}
          onPick={(choice) => pick(reading, choice)}
        />
      ))}
      <NoteModal
        open={asking}
        title={t('readings.save', { count })}
        help={t('readings.saveHelp')}
        confirm={t('action.save')}
        busy={save.isPending}
        onCancel={() => setAsking(false)}
        onSubmit={(values) => save.mutate(values)}
      />
    </>
  );
}

interface ReadingCardProps {
  reading: AwardReading;
  policy: AwardPolicy;
  depends: number;
  value: string | null;
  locked: boolean;
  onPick: (choice: string | null) => void;
}

function ReadingCard({ reading, policy, depends, value, locked, onPick }: ReadingCardProps) {
  const { t, text } = useTexts();
  const touched = textsTouched(policy, reading.id);
  return (
    <section className="reading" aria-label={text(reading.title)}>
      <h3>
        <span className="mono">{reading.id}</span> {text(reading.title)}{' '}
        {reading.choice === null && reading.mustChoose && <Tag color="gold">{t('policy.mustChoose')}</Tag>}
        {reading.choice === null && depends > 0 && (
          <Tag color="orange">{t('readings.matters', { count: depends })}</Tag>
        )}
      </h3>
      <p>{text(reading.question)}</p>
      <details className="touched">
        <summary>
          {t('policy.touches')}:{' '}
          {[...(touched.every ? [t('policy.everyClause')] : []), ...touched.texts.map(({ id }) => id)].join(
            ' · ',
          )}
        </summary>
        {touched.texts.map(({ id, article, quote }) => (
          <Quote key={id} article={`${id} ${article}`} quote={quote} />
        ))}
      </details>
      <Radio.Group
        className="reading-choices"
        value={value ?? ''}
        disabled={locked}
        onChange={(event) => onPick(event.target.value === '' ? null : String(event.target.value))}
        options={[
          ...reading.readings.map((r) => ({ value: r.choice, label: text(r.text) })),
          { value: '', label: <span className="quiet">{t('readings.unset')}</span> },
        ]}
      />
      {reading.choice !== null && reading.chosenBy ? (
        <p className="small quiet">
          {t('readings.by', { name: reading.chosenBy, time: timeText(reading.chosenAt) })}
          {reading.note && ` · ${reading.note}`}
        </p>
      ) : (
        reading.unset && (
          <p className="small quiet">
            {t('policy.unset')}
            {text(reading.unset)}
          </p>
        )
      )}
    </section>
  );
}
