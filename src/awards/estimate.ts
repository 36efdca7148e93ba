import type { Access } from '../enterprises/access.js';
import { momentOf } from '../figures/moment.js';
import { choicesOf, policyOf, type AwardParts } from './rounds.js';
import { runAwards, type LineResult } from './run.js';

/**
 * What the records of the asker's own enterprises might be worth under a policy: an estimate. The readings are those of
 * the newest round of policy and year; where nobody chose, the result says which reading is open and what each would give.
 */
export async function estimateFor(parts: AwardParts, access: Access, policyId: string, year: number) {
  const policy = policyOf(parts.book, policyId);
  const asOf = await momentOf(parts.store);
  const { rows } = await parts.store.query<{ id: string }>(
    'select id from award_rounds where policy = $1 and year = $2 order by id desc limit 1',
    [policyId, year],
  );
  const choices = rows[0] ? await choicesOf(parts.store, rows[0].id) : new Map<string, string>();
  const { lines } = await runAwards(
    { ...parts, db: parts.store },
    { policy, year, clauses: [], choices, given: new Map(), asOf, tenants: access.tenants },
  );
  return {
    policy: policyId,
    year,
    asOf: asOf.toISOString(),
    mark: { zh: '测算，不作为奖励依据', en: 'Estimate; no award may be based on it' },
    readings: Object.fromEntries(choices),
    lines: lines.map((l): { enterprise: string; name: string; result: LineResult } => ({
      enterprise: l.enterprise,
      name: l.name,
      result: l.result,
    })),
  };
}
