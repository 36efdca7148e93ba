import { coachShort } from '../../coach/coach.js';
import type { Verdict } from '../../terms/verdict.js';

/** Verdicts that ask nothing of anybody; not `received`, which codes nobody knows have, too. */
const GOING_WELL: ReadonlySet<Verdict | null> = new Set<Verdict>([
  'accepted',
  'review',
  'inspection',
  'reviewed',
  'released',
  'cleared',
]);

/** The coach's word; left out where it only does not know a code that goes well by the family's own table. */
export function coachOf(
  verdict: Verdict | null,
  said: Parameters<typeof coachShort>[0],
): ReturnType<typeof coachShort> {
  const word = coachShort(said);
  return word && !word.known && GOING_WELL.has(verdict) ? null : word;
}
