import { Skeleton } from 'antd';
import type { Counts, DeclarationFilter } from '../api/types.js';
import { decimalText } from '../parts/format.js';
import { flowStages, stageLooks, todoStages, type Stage } from '../parts/stages.js';
import type { Tone } from '../parts/states.js';
import { useTexts } from '../texts/index.js';

type StageFilter = Pick<DeclarationFilter, 'stage' | 'attention'>;

interface StageCardsProps {
  filter: DeclarationFilter;
  counts: Counts | undefined;
  onChoose: (filter: StageFilter) => void;
}

/**
 * What needs a person first, below it the slim way from intake to clearance. A declaration stands in exactly one stage,
 * so every number is that of the rows it opens.
 */
export function StageCards({ filter, counts, onChoose }: StageCardsProps) {
  const { t, text } = useTexts();
  const choice = (name: string, tone: Tone, of: number | undefined, to: StageFilter, help = '') => {
    const active = filter.stage === to.stage && filter.attention === to.attention;
    return (
      <button
        key={name}
        type="button"
        title={help}
        className={`card tone-${of === 0 ? 'none' : tone} ${active ? 'active' : ''}`}
        aria-pressed={active}
        onClick={() => onChoose(active ? {} : to)}
      >
        <span className="card-name">{name}</span>
        <span className="card-count num">
          {of === undefined ? <Skeleton.Button active size="small" /> : decimalText(of)}
        </span>
      </button>
    );
  };
  const stage = (one: Stage) =>
    choice(
      text(stageLooks[one].text),
      stageLooks[one].tone,
      counts?.byStage[one],
      { stage: one },
      text(stageLooks[one].help),
    );
  return (
    <div className="cards-box">
      <div className="cards todo" role="group" aria-label={t('queue.todo')}>
        {choice(t('queue.todo'), 'bad', counts?.attention, { attention: 'true' }, t('queue.todoHelp'))}
        {todoStages.map(stage)}
      </div>
      <div className="cards flow" role="group" aria-label={t('queue.flow')}>
        {choice(t('queue.all'), 'idle', counts?.total, {})}
        {flowStages.map(stage)}
      </div>
    </div>
  );
}
