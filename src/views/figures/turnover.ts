import type { z } from 'zod';
import { Dec } from '../../base/decimal.js';
import { momentOf } from '../../figures/moment.js';
import { sumFigures } from '../../figures/sums.js';
import { readTurnovers } from '../../figures/turnover.js';
import type { Queryable } from '../../store/store.js';
import type { turnoverSchema } from './shapes.js';

/**
 * Platform turnover beside customs turnover of each enterprise that has either, with their difference; the two are never
 * added. `tenants` may see the reports of their own codes, `all` every report.
 */
export async function compareTurnover(
  db: Queryable,
  tenants: readonly string[],
  all: boolean,
  question: { from: string; to: string; direction: 'E' | 'I'; asOf?: Date | undefined },
): Promise<z.output<typeof turnoverSchema>> {
  const { from, to, direction } = question;
  const asOf = await momentOf(db, question.asOf);
  const customs = await sumFigures(
    db,
    { tenants, from, to, asOf, by: ['enterprise'], chosen: { direction: [direction] } },
    [],
  );
  const { rows: own } = await db.query<{ code: string; name: string }>(
    'select code, name from tenants where id = any($1) and code is not null',
    [tenants],
  );
  const enterprises = [
    ...new Set([...own.map((r) => r.code), ...customs.map((r) => r.key.enterprise ?? '')]),
  ];
  const reported = await readTurnovers(db, {
    from,
    to,
    direction,
    asOf,
    enterprises: all ? 'all' : enterprises,
  });
  const names = new Map([
    ...own.map((r) => [r.code, r.name] as const),
    ...reported.map((r) => [r.enterprise, r.name] as const),
  ]);
  const codes = [
    ...new Set([...reported.map((r) => r.enterprise), ...customs.map((r) => r.key.enterprise ?? '')]),
  ];
  const nothing = { cny: '0.00', usd: '0.00' };
  return {
    asOf: asOf.toISOString(),
    from,
    to,
    direction,
    lines: codes.sort().map((code) => {
      const platform = reported.find((r) => r.enterprise === code);
      const cleared = customs.find((r) => r.key.enterprise === code);
      const gross = cleared ? { cny: cleared.gross.cny, usd: cleared.gross.usd } : nothing;
      const says = platform ?? { ...nothing, withoutRate: 0, sources: [] };
      const less = (of: 'cny' | 'usd') => new Dec(says[of]).minus(gross[of]).toFixed(2);
      return {
        enterprise: { code, name: names.get(code) || code },
        platform: { cny: says.cny, usd: says.usd, withoutRate: says.withoutRate, sources: says.sources },
        customs: { gross, net: cleared?.net ?? nothing },
        difference: { cny: less('cny'), usd: less('usd') },
        ratio: new Dec(says.cny).isZero() ? null : new Dec(gross.cny).div(says.cny).toFixed(4),
      };
    }),
  };
}
