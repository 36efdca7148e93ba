import { Skeleton } from 'antd';
import type { Counts, DeclarationFilter } from '../api/types.js';
import { cardCount, cardOf, countOf, partToOpen, stateCards, type StatePart } from '../parts/cards.js';
import { decimalText } from '../parts/format.js';
import { useTexts } from '../texts/index.js';

interface StateCardsProps {
  filter: DeclarationFilter;
  counts: Counts | undefined;
  onChoose: (filter: StatePart['filter']) => void;
}

/** The nine cards, and one line below that explains the chosen one or offers its parts; the line is always there. */
export function StateCards({ filter, counts, onChoose }: StateCardsProps) {
  const { t, text } = useTexts();
  const chosen = cardOf(filter);
  const parts = chosen?.card.parts ?? [];
  return (
    <div className="cards-box">
      <div className="cards" role="group" aria-label={t('declarations.states')}>
        {stateCards.map((card) => {
          const active = chosen?.card.id === card.id;
          return (
            <button
              key={card.id}
              type="button"
              className={`card tone-${card.tone} ${active ? 'active' : ''}`}
              aria-pressed={active}
              onClick={() => onChoose(partToOpen(card, counts)?.filter ?? {})}
            >
              <span className="card-name">{text(card.text)}</span>
              <span className="card-count num">
                {counts ? decimalText(cardCount(card, counts)) : <Skeleton.Button active size="small" />}
              </span>
            </button>
          );
        })}
      </div>
      <div className="cards-line">
        {parts.length > 1
          ? parts.map((part) => (
              <button
                key={part.text.zh}
                type="button"
                className={`chip ${part === chosen?.part ? 'active' : ''}`}
                aria-pressed={part === chosen?.part}
                onClick={() => onChoose(part.filter)}
              >
                {text(part.text)}{' '}
                <span className="num">{counts ? decimalText(countOf(part, counts)) : ''}</span>
              </button>
            ))
          : chosen && <span className="quiet">{text(chosen.card.help)}</span>}
      </div>
    </div>
  );
}
