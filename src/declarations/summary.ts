import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';

/** A document in force as far as the state of its declaration is concerned. */
export interface SiblingDocument {
  id: string;
  messageType: string;
  delivery: Delivery;
  /** It was given up, and a person said that it need not go. */
  discarded: boolean;
  waitingFor: string | null;
  verdict: Verdict;
  accepted: boolean;
  /** Its party declares it by its own channel. */
  elsewhere: boolean;
  /** What customs last said of the revision before, when this one is a change (appType 2). */
  before: Verdict | null;
  /** Messages that have to be taken in before it goes. */
  goesAfter: readonly string[];
  /** It is the declaration itself (清单). */
  isList: boolean;
}

/** What a waiting document does now: it goes (`waitsFor` null) or waits for something else. */
export interface Step {
  id: string;
  waitsFor: 'documents' | 'refused-document' | null;
}

/** What the declaration shows: delivery that most needs attention, verdict, and whether a person should look. */
export interface Summary {
  delivery: Delivery;
  verdict: Verdict;
  attention: boolean;
  /** A document waits for a person who completes its draft. */
  draft: boolean;
}

const TROUBLE: readonly Delivery[] = ['dead', 'refused', 'unknown'];
/** Whether a document that moved from one delivery to another can change what its declaration shows, or let a sibling go. */
export const isFelt = (isList: boolean, from: Delivery, to: Delivery): boolean =>
  isList || from === 'waiting' || to === 'waiting' || TROUBLE.includes(from) || TROUBLE.includes(to);

const NEEDS_A_PERSON: ReadonlySet<Verdict> = new Set(['refused', 'failed', 'detained', 'sent-back']);
/** Verdicts before customs spoke: of a change they say nothing about the document that customs holds. */
const AT_PORT: ReadonlySet<Verdict> = new Set(['none', 'received', 'failed']);

/**
 * The next steps of the waiting documents of a declaration and what it shows then. Depends on nothing else.
 */
export function nextOf(documents: readonly SiblingDocument[]): { steps: Step[]; summary: Summary } {
  const shown = documents.map((d) => ({
    ...d,
    waitingFor: d.elsewhere ? null : d.waitingFor,
    verdict: atCustoms(d),
  }));
  const steps: Step[] = [];
  for (const document of shown) {
    if (document.delivery !== 'waiting' || needsAParty(document) || document.elsewhere) continue;
    const waitsFor = obstacleOf(shown, document.goesAfter);
    if (waitsFor === document.waitingFor) continue;
    if (waitsFor === null) document.delivery = 'ready';
    document.waitingFor = waitsFor;
    steps.push({ id: document.id, waitsFor });
  }
  return { steps, summary: summarise(shown) };
}

/** What no other document of the declaration can end: a party's signature, a person who completes the draft, or a number that another one has at customs. */
const needsAParty = ({ waitingFor }: Pick<SiblingDocument, 'waitingFor'>): boolean =>
  waitingFor === 'party' || waitingFor === 'number' || waitingFor === 'draft';

/** Of a list released although its change failed: released, and nothing left for a person to do. */
const atCustoms = (d: SiblingDocument): Verdict =>
  (d.before === 'released' || d.before === 'cleared') && AT_PORT.has(d.verdict) ? d.before : d.verdict;

/** What still holds a document back that goes after those of types `after`. One declared elsewhere holds nothing back. */
function obstacleOf(siblings: readonly SiblingDocument[], after: readonly string[]): Step['waitsFor'] {
  const before = siblings.filter((s) => after.includes(s.messageType) && !s.elsewhere);
  if (before.some((s) => s.verdict === 'refused' || s.verdict === 'failed' || s.delivery === 'refused'))
    return 'refused-document';
  return before.every((s) => s.accepted) ? null : 'documents';
}

function summarise(documents: readonly SiblingDocument[]): Summary {
  const list = documents.find((d) => d.isList);
  const trouble = TROUBLE.find((state) => documents.some((d) => d.delivery === state && !d.discarded));
  const waitsForParty = documents.some((d) => d.delivery === 'waiting' && needsAParty(d));
  const delivery = trouble ?? (waitsForParty ? 'waiting' : (list?.delivery ?? 'waiting'));
  const refused = documents.find((d) => NEEDS_A_PERSON.has(d.verdict));
  // A change of a list that is under way, or that the port could not process, leaves the list as customs holds it.
  const held = list?.before && AT_PORT.has(list.verdict) ? list.before : list?.verdict;
  const verdict = held && held !== 'none' ? held : (refused?.verdict ?? 'none');
  const draft = documents.some((d) => d.delivery === 'waiting' && d.waitingFor === 'draft');
  const attention = trouble !== undefined || waitsForParty || refused !== undefined;
  return { delivery, verdict, attention, draft };
}
