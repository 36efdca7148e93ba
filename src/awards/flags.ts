import { newId } from '../base/ids.js';
import { stoodAsOf } from '../figures/moment.js';
import type { Queryable } from '../store/store.js';
import { flagKinds, type FlagKind, type IntegrityChecks } from './integrity.js';
import { canonical, sha256 } from './run.js';

/** What a round's records are searched for, so that support is not drawn by orders that only look like trade. */
export interface FlagScope {
  roundId: string;
  tenantId: string;
  year: number;
  asOf: Date;
  enterprises: readonly string[];
}

const MOST = 200;

const STANDING = `select c.* from counting_records c
   where c.enterprise = any($1) and left(c.month, 4) = $2 and ${stoodAsOf('$3', 'c')}`;

/**
 * The searches, one query each: enterprise and evidence. Evidence names records and declarations, never persons. A limit of
 * `mappings/integrity` is put in by `{name}`: it was read as a plain decimal.
 */
const SEARCHES: Record<FlagKind, string> = {
  // The same order number declared more than once by one enterprise.
  'duplicate-order': `
    with r as (${STANDING} and c.measure = 'counted')
    select enterprise, json_build_object('orderNo', no, 'declarations', array_agg(distinct source_id), 'usd', sum(usd)) as evidence
      from r, unnest(order_nos) as no group by enterprise, no having count(distinct source_id) >= {declarations}`,
  // The same commodity leaves and comes in again under one enterprise in the year, in value terms near the same.
  'circular-flow': `
    with r as (${STANDING} and c.measure = 'counted')
    select o.enterprise, json_build_object('gcode', o.gcode, 'exportUsd', o.usd, 'importUsd', i.usd, 'countries', o.countries) as evidence
      from (select enterprise, gcode, sum(usd) as usd, array_agg(distinct country) as countries from r where direction = 'E' group by 1, 2) o
      join (select enterprise, gcode, sum(usd) as usd from r where direction = 'I' group by 1, 2) i using (enterprise, gcode)
     where i.usd >= o.usd * {share}`,
  // The enterprise is the platform it sells on.
  'related-party': `
    with r as (${STANDING} and c.measure = 'counted')
    select enterprise, json_build_object('platform', platform_code, 'platformName', max(platform_name), 'usd', sum(usd), 'why', 'own-platform') as evidence
      from r where platform_code <> '' and (platform_code = seller_code or platform_code = enterprise) group by enterprise, platform_code`,
  'price-outlier': `
    with r as (${STANDING} and c.measure = 'counted' and c.qty > 0 and c.usd > 0),
         m as (select gcode, unit, percentile_cont(0.5) within group (order by usd / qty) as median, count(*) as n from r group by 1, 2)
    select r.enterprise, json_build_object('gcode', r.gcode, 'unit', r.unit, 'record', r.id, 'declaration', r.source_id, 'usdPerUnit', round(r.usd / r.qty, 4), 'median', round(m.median::numeric, 4)) as evidence
      from r join m using (gcode, unit)
     where m.n >= {records} and m.median > 0 and (r.usd / r.qty > m.median * {times} or r.usd / r.qty < m.median / {times})`,
  'goods-return': `
    with r as (${STANDING})
    select enterprise, json_build_object('countedUsd', sum(usd) filter (where measure = 'counted'), 'returnedUsd', sum(usd) filter (where measure = 'returned'),
             'declarations', array_agg(distinct source_id) filter (where measure = 'returned')) as evidence
      from r where direction = 'E' group by enterprise
    having sum(usd) filter (where measure = 'returned') >= {share} * sum(usd) filter (where measure = 'counted')`,
};

/** Searches the records behind a round and stores what is new; what a person decided stays decided. Returns how many are new. */
export async function findFlags(tx: Queryable, checks: IntegrityChecks, scope: FlagScope): Promise<number> {
  let found = 0;
  for (const kind of flagKinds) {
    const limits = checks.get(kind)?.limits ?? {};
    const search = SEARCHES[kind].replace(/\{(\w+)\}/g, (_, name: string) => limits[name] ?? 'null');
    const { rows } = await tx.query<{ enterprise: string; evidence: unknown }>(
      `${search} order by 1 limit ${MOST}`,
      [scope.enterprises, String(scope.year), scope.asOf],
    );
    for (const row of rows) {
      const { rowCount } = await tx.query(
        `insert into award_flags (id, tenant_id, round_id, enterprise, kind, evidence, fingerprint) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [
          newId(),
          scope.tenantId,
          scope.roundId,
          row.enterprise,
          kind,
          JSON.stringify(row.evidence),
          sha256(canonical(row.evidence)),
        ],
      );
      found += rowCount ?? 0;
    }
  }
  return found;
}
