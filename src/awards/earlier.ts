import { Dec } from '../base/decimal.js';
import { groupBy } from '../base/collections.js';
import type { Queryable } from '../store/store.js';
import type { LineResult } from './run.js';

/** An award of an earlier frozen round, in the form of the case files. */
export interface Earlier {
  clause: string;
  year: number;
  awardCny: string;
}

/**
 * What frozen rounds of a policy granted for earlier years, by enterprise and clause: one-off clauses and cumulative caps
 * count it. Another round of the same year is a trial until it is to be frozen (`grantedTwice`).
 * `before` is the moment a frozen round was itself frozen at, when it is computed again. Where the pot cut the sum of
 * several clauses, each bears the same share, floored to the fen.
 */
export async function grantedBefore(
  db: Queryable,
  policy: string,
  round: { id: string; year: number; before: Date | null },
): Promise<Map<string, Earlier[]>> {
  const { rows } = await db.query<{
    enterprise: string;
    year: number;
    granted: string;
    result: LineResult;
  }>(
    `select l.enterprise, r.year, l.granted, l.result from award_rounds r join award_lines l on l.round_id = r.id
      where r.policy = $1 and r.state = 'frozen' and r.id <> $2 and r.year < $4 and l.granted > 0 and ($3::timestamptz is null or r.frozen_at < $3)
      order by r.frozen_at, l.enterprise`,
    [policy, round.id, round.before, round.year],
  );
  const all = rows.flatMap(({ enterprise, year, granted, result }) => {
    const kept = result.clauses.filter((c) => c.kept && c.status === 'award' && c.cny !== null);
    const sum = kept.reduce((a, c) => a.plus(c.cny ?? 0), new Dec(0));
    return kept.map((c) => ({
      enterprise,
      clause: c.clause,
      year,
      awardCny: new Dec(c.cny ?? 0).times(granted).div(sum).toDecimalPlaces(2, Dec.ROUND_FLOOR).toFixed(2),
    }));
  });
  return new Map(
    [...groupBy(all, (e) => e.enterprise)].map(([enterprise, of]) => [
      enterprise,
      of.map(({ clause, year, awardCny }) => ({ clause, year, awardCny })),
    ]),
  );
}

/** Enterprises of a round that a frozen round of the same policy and year already grants one of the same clauses. */
export async function grantedTwice(db: Queryable, roundId: string): Promise<string[]> {
  const granted = (alias: string) => `
    award_lines ${alias} cross join lateral jsonb_array_elements(${alias}.result->'clauses') as ${alias}c (clause)
      where ${alias}c.clause->>'kept' = 'true' and ${alias}c.clause->>'status' = 'award' and ${alias}.granted > 0`;
  const { rows } = await db.query<{ enterprise: string }>(
    `with mine as (select m.enterprise, mc.clause->>'clause' as clause from ${granted('m')} and m.round_id = $1),
     others as (
       select o.enterprise, oc.clause->>'clause' as clause from ${granted('o')} and o.round_id in (
         select r.id from award_rounds r join award_rounds t on t.id = $1
          where r.id <> t.id and r.policy = t.policy and r.year = t.year and r.state = 'frozen'))
     select distinct enterprise from mine join others using (enterprise, clause) order by 1`,
    [roundId],
  );
  return rows.map((r) => r.enterprise);
}
