import type { Order } from '../orders/order.js';
import { eachValue } from '../orders/paths.js';
import { inForce, type Regime } from '../orders/regimes.js';
import type { Situation } from './check.js';

/** The exclusions of the order's regime that hold for it: the path is filled, the flag is meant, the day is right. */
export function excluding(
  order: Order,
  { regime, date }: Pick<Situation, 'regime' | 'date'>,
): Regime['excludes'] {
  return (regime?.excludes ?? []).filter((exclusion) => {
    if (exclusion.statisticsFlag !== undefined && exclusion.statisticsFlag !== order.list.statisticsFlag)
      return false;
    let filled = false;
    eachValue(exclusion.path)(order, () => (filled = true));
    return filled && inForce(exclusion, date);
  });
}
