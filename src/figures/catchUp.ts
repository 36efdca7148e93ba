import type { Queryable, Store } from '../store/store.js';
import type { Rates } from './rates.js';
import type { CountingRule } from './rule.js';

/** Counts declarations with all their grants; see `countLists`. */
export type Count = (tx: Queryable, declarationIds: string[]) => Promise<unknown>;

const AT_ONCE = 200;
const rateMonth = (on: string) =>
  `case when ${on} = 'declared' then coalesce(to_char(r.declared_at at time zone 'Asia/Shanghai', 'YYYY-MM'), r.month) else r.month end`;

/**
 * Gives records that had no rate when they were made the rate the table has now: record and what was taken back of it
 * become new versions in one transaction. A record that has a rate is never converted again. Returns how many lines.
 */
export async function fillMissingRates(
  store: Store,
  rates: Rates,
  rule: CountingRule,
  count: Count,
): Promise<number> {
  const unrated = `from counting_records r where r.rate_id is null and r.ended_batch is null and r.measure in ('counted', 'pending')`;
  const { rows } = await store.query<{ month: string; currency: string }>(
    `select distinct ${rateMonth('$1')} as month, r.currency ${unrated}`,
    [rule.rate.on],
  );
  let filled = 0;
  for (const { month, currency } of rows.filter((r) => rates.rateId(r.month, r.currency) !== undefined)) {
    const { rows: lacking } = await store.query<{ id: string; lines: number }>(
      `select r.source_id as id, count(*)::int as lines ${unrated} and r.currency = $2 and ${rateMonth('$3')} = $1 group by 1 order by 1`,
      [month, currency, rule.rate.on],
    );
    for (let i = 0; i < lacking.length; i += AT_ONCE) {
      const some = lacking.slice(i, i + AT_ONCE);
      await store.transaction((tx) =>
        count(
          tx,
          some.map((r) => r.id),
        ),
      );
      filled += some.reduce((sum, r) => sum + r.lines, 0);
    }
  }
  return filled;
}

/**
 * Counts what should stand in the records and does not: released lists without a record of the rule in force, after a
 * change of the rule or of the schema. Goes through the declarations once, in the order of their ids, a few in each
 * transaction; `stopping` ends it early. Returns how many declarations were looked at anew.
 */
export async function countMissing(
  store: Store,
  rule: CountingRule,
  count: Count,
  stopping: () => boolean = () => false,
): Promise<number> {
  let after = '00000000-0000-0000-0000-000000000000';
  let counted = 0;
  while (!stopping()) {
    const { rows } = await store.query<{ id: string }>(
      `select c.id from declarations c
        where c.id > $1 and c.released_at is not null
          and not exists (select 1 from counting_records r
                           where r.source_id = c.id and r.ended_batch is null and r.rule = $2)
          and not (c.withdrawn_at is not null and c.cleared_at is null)
        order by c.id limit $3`,
      [after, rule.id, AT_ONCE],
    );
    const last = rows.at(-1);
    if (!last) break;
    await store.transaction((tx) =>
      count(
        tx,
        rows.map((r) => r.id),
      ),
    );
    counted += rows.length;
    after = last.id;
  }
  return counted;
}
