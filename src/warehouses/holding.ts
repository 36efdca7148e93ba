import { Dec, decimal } from '../base/decimal.js';

/** One company's share of another, in percent. */
export interface Holding {
  holder: string;
  held: string;
  share: string;
}

const HUNDRED = 100;

/**
 * What the enterprise holds of the company that runs the warehouse, directly or through others, in percent: along each way
 * the shares are multiplied, ways are added. The company that runs it is the one that holds nobody. Null when no way
 * leads there, when more than one company holds nobody, or when companies hold each other in a circle.
 */
export function effectiveShare(holdings: readonly Holding[], enterprise: readonly string[]): string | null {
  const ends = new Set(
    holdings.map((h) => h.held).filter((name) => !holdings.some((h) => h.holder === name)),
  );
  const [end] = ends;
  if (end === undefined || ends.size > 1) return null;
  const known = new Map<string, Dec | undefined>();
  const under = new Set<string>();
  const reach = (name: string): Dec | undefined => {
    if (name === end) return new Dec(1);
    if (under.has(name)) return undefined;
    if (known.has(name)) return known.get(name);
    under.add(name);
    let sum: Dec | undefined = new Dec(0);
    for (const { held, share } of holdings.filter((h) => h.holder === name)) {
      const further = reach(held);
      sum = further === undefined ? undefined : sum?.plus(further.times(decimal(share)).div(HUNDRED));
    }
    under.delete(name);
    known.set(name, sum);
    return sum;
  };
  const start = enterprise.find((name) => holdings.some((h) => h.holder === name));
  const found = start === undefined ? undefined : reach(start);
  return found === undefined ? null : found.times(HUNDRED).toDecimalPlaces(4).toFixed();
}
