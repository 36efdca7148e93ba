import { month7, type Clock } from '../../base/clock.js';
import type { Chosen } from '../../figures/dimensions.js';

interface Scope {
  from?: string | undefined;
  to?: string | undefined;
  direction: string;
  asOf?: string | undefined;
}

/** A validated query as a question about figures: this year's months where none are given, values split at commas. */
export function questionOf(
  query: Scope & Readonly<Record<string, unknown>>,
  clock: Clock,
): { from: string; to: string; asOf: Date | undefined; chosen: Chosen } {
  const { from, to, direction, asOf, ...rest } = query;
  const now = month7(clock.now());
  const chosen: Record<string, string[]> = direction === 'all' ? {} : { direction: [direction] };
  for (const [name, value] of Object.entries(rest))
    if (typeof value === 'string' && !NOT_CHOSEN.has(name))
      chosen[name] = value.split(',').map((v) => v.trim());
  return {
    from: from ?? `${(to ?? now).slice(0, 4)}-01`,
    to: to ?? now,
    asOf: asOf === undefined ? undefined : new Date(asOf),
    chosen,
  };
}

const NOT_CHOSEN: ReadonlySet<string> = new Set(['by', 'yearOnYear', 'cursor', 'limit', 'measure', 'source']);

/** The same without choices, for what knows months and direction only. */
export function periodOf(query: Scope & { direction: 'E' | 'I' }, clock: Clock) {
  const { from, to, asOf } = questionOf({ ...query }, clock);
  return { from, to, asOf, direction: query.direction };
}
