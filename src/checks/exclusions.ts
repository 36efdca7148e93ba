import type { Order } from '../orders/order.js';
import { eachValue } from '../orders/paths.js';
import { inForce, type Regime } from '../orders/regimes.js';
import type { Situation } from './check.js';

type Exclusion = Regime['excludes'][number];

/** Where an order is what an exclusion means: the places that are filled, or that have the value it names. */
export function excludedAt(order: Order, { path, value: meant }: Exclusion): { at: string; value: string }[] {
  const places: { at: string; value: string }[] = [];
  eachValue(path)(order, (value, at) => {
    if (meant === undefined || value === meant) places.push({ at, value });
  });
  return places;
}

/** The exclusions of the order's regime that hold for it: it is what they mean, the flag is meant, the day is right. */
export function excluding(
  order: Order,
  { regime, date }: Pick<Situation, 'regime' | 'date'>,
): Regime['excludes'] {
  return (regime?.excludes ?? []).filter((exclusion) => {
    if (exclusion.statisticsFlag !== undefined && exclusion.statisticsFlag !== order.list.statisticsFlag)
      return false;
    return inForce(exclusion, date) && excludedAt(order, exclusion).length > 0;
  });
}
