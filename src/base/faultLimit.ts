import type { Fault } from './fault.js';
import { makeFault } from './faults.js';

/** How many faults of one thing (order, correction, filing, message, request) are given one by one. */
export const FAULTS_SHOWN = 100;
/** How many faults one answer about many orders gives one by one, all orders together. */
export const FAULTS_OF_AN_ANSWER = 300;
const GROUPS_NAMED = 10;
const REST = 'A20';

/**
 * The first faults of a thing and, when there are more, one fault A20 that says how many and of which codes, the most
 * frequent first: nobody reads the hundred and first, and an answer stays in proportion to its request.
 */
export function limitFaults(faults: readonly Fault[], most = FAULTS_SHOWN): Fault[] {
  // What was limited before says already how many more there are.
  if (faults.length <= most || (faults.length === most + 1 && faults[most]?.code === REST))
    return [...faults];
  const rest = faults.slice(most);
  const more = countCodes(rest);
  const groups = Object.entries(more).sort(([, a], [, b]) => b - a);
  const named = groups.slice(0, GROUPS_NAMED).map(([code, n]) => `${code} × ${n}`);
  if (groups.length > GROUPS_NAMED) named.push('…');
  const count = groups.reduce((sum, [, n]) => sum + n, 0);
  const params = { count: String(count), groups: named.join('、'), groupsEn: named.join(', ') };
  // Of notices not listed nobody should think that they refuse.
  const severity = rest.every((fault) => fault.severity === 'notice') ? 'notice' : 'fault';
  return [...faults.slice(0, most), { ...makeFault(REST, '', params), severity, more }];
}

/** How many faults of each code there are, those that an earlier limit left out included. */
function countCodes(faults: readonly Fault[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code, more = { [code]: 1 } } of faults)
    for (const [one, n] of Object.entries(more)) counts[one] = (counts[one] ?? 0) + n;
  return counts;
}

/**
 * The same for an answer about many things: each keeps its first hundred until the answer has given its share, those
 * after it say only how many and of which codes.
 */
export function limitAnswer<T extends { faults: readonly Fault[]; notices: readonly Fault[] }>(
  things: readonly T[],
  most = FAULTS_OF_AN_ANSWER,
): (T & { faults: Fault[]; notices: Fault[] })[] {
  let left = most;
  const share = (faults: readonly Fault[]): Fault[] => {
    const shown = Math.min(left, FAULTS_SHOWN);
    left -= Math.min(shown, faults.length);
    return limitFaults(faults, shown);
  };
  return things.map((thing) => ({ ...thing, faults: share(thing.faults), notices: share(thing.notices) }));
}
