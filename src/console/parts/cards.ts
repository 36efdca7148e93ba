import type { Counts, DeclarationFilter, Delivery, Text, Verdict } from '../api/types.js';
import { deliveryLooks, verdictLooks, type Tone } from './states.js';

type StateFilter = Pick<DeclarationFilter, 'delivery' | 'verdict' | 'attention'>;

/** One thing to filter by; its number is read from the counts, so card and table always speak of the same set. */
export interface StatePart {
  filter: StateFilter;
  text: Text;
}
export interface StateCard {
  id: string;
  text: Text;
  help: Text;
  tone: Tone;
  /** One part: the card filters by it. Several: the card sums them and the row below offers each. */
  parts: StatePart[];
}

const ofVerdict = (verdict: Verdict): StatePart => ({
  filter: { verdict },
  text: verdictLooks[verdict].text,
});
const ofDelivery = (delivery: Delivery): StatePart => ({
  filter: { delivery },
  text: deliveryLooks[delivery].text,
});
const card = (
  id: string,
  tone: Tone,
  text: [string, string],
  help: [string, string],
  parts: StatePart[],
): StateCard => ({
  id,
  tone,
  text: { zh: text[0], en: text[1] },
  help: { zh: help[0], en: help[1] },
  parts,
});

export const stateCards: StateCard[] = [
  card(
    'all',
    'idle',
    ['全部', 'All'],
    ['符合当前条件的全部申报', 'Every declaration of this selection'],
    [{ filter: {}, text: { zh: '全部', en: 'All' } }],
  ),
  card(
    'attention',
    'bad',
    ['待处理', 'To do'],
    [
      '退单、失败、拒收、扣留、结果未知或等待责任主体，需要有人看一眼',
      'Refused, failed, detained, unknown or waiting for a party: a person should look',
    ],
    [{ filter: { attention: 'true' }, text: { zh: '待处理', en: 'To do' } }],
  ),
  card(
    'declaring',
    'busy',
    ['申报中', 'In progress'],
    ['', ''],
    [ofVerdict('none'), ofVerdict('received'), ofVerdict('accepted')],
  ),
  card(
    'checked',
    'look',
    ['查验/审核', 'Inspection, review'],
    ['', ''],
    [ofVerdict('inspection'), ofVerdict('review'), ofVerdict('reviewed'), ofVerdict('detained')],
  ),
  card(
    'released',
    'good',
    ['放行', 'Released'],
    ['海关已放行，计入当月统计', 'Released by customs and counted in its month'],
    [ofVerdict('released')],
  ),
  card(
    'cleared',
    'done',
    ['结关', 'Cleared'],
    ['货物已离境，清单结关', 'Goods have left, the list is closed'],
    [ofVerdict('cleared')],
  ),
  card(
    'refused',
    'bad',
    ['退单', 'Refused'],
    ['', ''],
    [ofVerdict('refused'), ofVerdict('failed'), ofVerdict('sent-back')],
  ),
  card(
    'waiting',
    'wait',
    ['待责任主体', 'Awaiting party'],
    [
      '有单证要由其责任主体签发，或在等前一单证的回执',
      'A document must be signed by its own party, or waits for the one before it',
    ],
    [ofDelivery('waiting')],
  ),
  card(
    'unknown',
    'odd',
    ['结果未知', 'Unknown'],
    [
      '已发出但没收到口岸应答，网关会用原报文再次核对',
      'Sent, but the answer was lost; the gateway asks again with the same bytes',
    ],
    [ofDelivery('unknown')],
  ),
];

const sameFilter = (a: StateFilter, b: StateFilter): boolean =>
  a.delivery === b.delivery && a.verdict === b.verdict && a.attention === b.attention;

/** The number of one part; a delivery and a verdict count the list document of each declaration. */
export function countOf(part: StatePart, counts: Counts): number {
  const { delivery, verdict, attention } = part.filter;
  if (attention) return counts.attention;
  if (verdict) return counts.byVerdict[verdict] ?? 0;
  if (delivery) return counts.byDelivery[delivery] ?? 0;
  return counts.total;
}

export const cardCount = (stateCard: StateCard, counts: Counts): number =>
  stateCard.parts.reduce((sum, part) => sum + countOf(part, counts), 0);

/** The card and part a filter stands for; undefined for a mixture no card names. */
export function cardOf(filter: StateFilter): { card: StateCard; part: StatePart } | undefined {
  for (const stateCard of stateCards) {
    const part = stateCard.parts.find((candidate) => sameFilter(candidate.filter, filter));
    if (part) return { card: stateCard, part };
  }
  return undefined;
}

/** The part a click on a card selects: of several the one with most declarations, so the table is never empty for no reason. */
export function partToOpen(stateCard: StateCard, counts: Counts | undefined): StatePart | undefined {
  if (!counts) return stateCard.parts[0];
  return stateCard.parts.reduce<StatePart | undefined>(
    (best, part) => (!best || countOf(part, counts) > countOf(best, counts) ? part : best),
    undefined,
  );
}
