import { decimal } from '../../base/decimal.js';
import type { RoundView } from './rounds.js';

/** Two rounds side by side: readings that differ and what each enterprise gets in either. */
export function compareRounds(a: RoundView, b: RoundView) {
  const pair = (view: RoundView) => new Map(view.lines.map((l) => [l.enterprise, l]));
  const [left, right] = [pair(a), pair(b)];
  return {
    left: { id: a.id, title: a.title, cny: a.cny },
    right: { id: b.id, title: b.title, cny: b.cny },
    readings: a.readings.flatMap((r) => {
      const other = b.readings.find((o) => o.id === r.id);
      return other && other.choice !== r.choice
        ? [{ id: r.id, title: r.title, left: r.choice, right: other.choice }]
        : [];
    }),
    lines: [...new Set([...left.keys(), ...right.keys()])].sort().map((enterprise) => {
      const [l, r] = [left.get(enterprise), right.get(enterprise)];
      return {
        enterprise,
        name: l?.name ?? r?.name ?? '',
        left: l ? { status: l.status, cny: l.cny } : null,
        right: r ? { status: r.status, cny: r.cny } : null,
        same: l?.status === r?.status && l?.cny === r?.cny,
        /** Right less left; null where either has no amount. */
        differenceCny:
          l && r && l.cny !== null && r.cny !== null ? decimal(r.cny).minus(l.cny).toFixed(2) : null,
      };
    }),
  };
}
