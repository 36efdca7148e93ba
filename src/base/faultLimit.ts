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
  const counts = new Map<string, number>();
  for (const { code } of rest) counts.set(code, (counts.get(code) ?? 0) + 1);
  const groups = [...counts].sort(([, a], [, b]) => b - a);
  const named = groups.slice(0, GROUPS_NAMED).map(([code, n]) => `${code} × ${n}`);
  if (groups.length > GROUPS_NAMED) named.push('…');
  const params = { count: String(rest.length), groups: named.join('、'), groupsEn: named.join(', ') };
  // Of notices not listed nobody should think that they refuse.
  const severity = rest.every((fault) => fault.severity === 'notice') ? 'notice' : 'fault';
  return [...faults.slice(0, most), { ...makeFault(REST, '', params), severity }];
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
