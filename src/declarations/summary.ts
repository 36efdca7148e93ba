import type { Delivery } from '../terms/delivery.js';
import type { Verdict } from '../terms/verdict.js';

/** A document as far as the summary of its declaration is concerned. */
export interface SummaryDocument {
  messageType: string;
  delivery: Delivery;
  waitingFor: string | null;
  verdict: Verdict;
  accepted: boolean;
}

const TROUBLE: readonly Delivery[] = ['dead', 'refused', 'unknown'];
const NEEDS_A_PERSON: ReadonlySet<Verdict> = new Set(['refused', 'failed', 'detained', 'sent-back']);

/**
 * What the declaration shows for its documents: the delivery that most needs attention, the verdict of the list (or
 * the refusal of a document it depends on), and whether a person should look.
 */
export function summarise(
  documents: readonly SummaryDocument[],
  listType: string,
): { delivery: Delivery; verdict: Verdict; attention: boolean } {
  const list = documents.find((d) => d.messageType === listType);
  const trouble = TROUBLE.find((state) => documents.some((d) => d.delivery === state));
  const waitsForParty = documents.some((d) => d.delivery === 'waiting' && d.waitingFor === 'party');
  const delivery = trouble ?? (waitsForParty ? 'waiting' : (list?.delivery ?? 'waiting'));
  const refused = documents.find((d) => NEEDS_A_PERSON.has(d.verdict));
  const verdict = list && list.verdict !== 'none' ? list.verdict : (refused?.verdict ?? 'none');
  return { delivery, verdict, attention: trouble !== undefined || waitsForParty || refused !== undefined };
}

/**
 * What a waiting list may do now that its documents moved: go (`ready`), go on waiting, or wait because one of them
 * was refused. A document declared elsewhere no longer holds it back.
 */
export function nextStep(
  document: SummaryDocument,
  after: readonly string[],
  siblings: readonly SummaryDocument[],
  elsewhere: ReadonlySet<string>,
): 'ready' | 'documents' | 'refused-document' {
  const before = siblings.filter((s) => after.includes(s.messageType) && !elsewhere.has(s.messageType));
  if (before.some((s) => s.verdict === 'refused' || s.verdict === 'failed' || s.delivery === 'refused'))
    return 'refused-document';
  return before.every((s) => s.accepted) ? 'ready' : document.delivery === 'ready' ? 'ready' : 'documents';
}
