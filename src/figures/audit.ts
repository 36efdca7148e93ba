import type { Queryable } from '../store/store.js';
import { countedElsewhere } from './history.js';
import { columnsOf, cubeAsOf, cubes, type Cube } from './cubes.js';
import { loadCountingRule, uncountedRegimes, type CountingRule } from './rule.js';
import { cellsAsOf, momentOf, stoodAsOf } from './moment.js';

/** One thing that does not agree: what was compared, where, and both sides. */
export interface Difference {
  check: 'rollups' | 'cubes' | 'versions' | 'sources' | 'money';
  where: string;
  shown: string;
  recounted: string;
}

export interface Audit {
  asOf: string;
  /** How many cells, versions and goods lines were compared. */
  compared: { cells: number; versions: number; lines: number };
  differences: Difference[];
}

const AT_MOST = 100;

/**
 * Recounts the figures another way, in SQL, and says where they differ (the first hundred of each check):
 *
 *   rollups:  every cell of the totals (rollups and what is not folded) against a plain sum of the versions that stand;
 *   cubes:    every row of the coarse sums likewise;
 *   versions: each line and event has versions 1, 2, 3 … of which the last alone stands;
 *   sources:  each goods line of each cleared list, from declarations and orders, and of imported historical data, from
 *             the rows of their files, against the records that count it;
 *   money:    no line is taken back beyond what was counted of it.
 *
 * Everything as of one moment. Reads all records: minutes on ten million lines.
 */
export async function auditFigures(
  db: Queryable,
  { tenants, rule = loadCountingRule() }: { tenants?: readonly string[]; rule?: CountingRule } = {},
): Promise<Audit> {
  const asOf = await momentOf(db);
  const values = [tenants ?? null, asOf];
  const differences: Difference[] = [];
  const check = async (name: Difference['check'], sql: string, parameters: unknown[] = values) => {
    const { rows } = await db.query<Omit<Difference, 'check'>>(`${sql} limit ${AT_MOST}`, parameters);
    for (const row of rows) differences.push({ check: name, ...row });
  };
  await check('rollups', rollups);
  for (const cube of cubes.filter((c) => c.tenants || tenants === undefined))
    await check('cubes', coarseSums(cube));
  await check('versions', versions);
  await check('sources', declaredLists, [...values, uncountedRegimes(rule)]);
  await check('sources', importedHistory);
  await check('money', takenBack);
  const { rows } = await db.query<{ cells: string; versions: string; lines: string }>(
    `select (select count(*) from figure_cells c where ${mine('c')}) as cells,
            count(*) as versions, count(*) filter (where ended_batch is null and measure = 'counted') as lines
       from counting_records r where ${mine('r')}`,
    [tenants ?? null],
  );
  const [found] = rows;
  return {
    asOf: asOf.toISOString(),
    compared: {
      cells: Number(found?.cells ?? 0),
      versions: Number(found?.versions ?? 0),
      lines: Number(found?.lines ?? 0),
    },
    differences,
  };
}

// Each check is one statement: $1 are the tenants (null for all), $2 the moment; it gives where, what is shown, what was recounted.
const mine = (alias: string) => `($1::uuid[] is null or ${alias}.tenant_id = any($1))`;
const stood = stoodAsOf('$2', 'r');

const SUMS = ['documents', 'lines', 'unrated', 'cny', 'usd'] as const;
const textOf = (alias: string) => `concat_ws(' ', ${SUMS.map((sum) => `${alias}.${sum}`).join(', ')})`;
const orZero = (alias: string) => `(${SUMS.map((sum) => `coalesce(${alias}.${sum}, 0)`).join(', ')})`;
/** Sums that are kept, added up once more. */
const keptSums = (alias: string) =>
  SUMS.map(
    (sum) =>
      `sum(${alias}.${sum})::${sum === 'cny' || sum === 'usd' ? 'numeric(24, 2)' : 'bigint'} as ${sum}`,
  ).join(', ');
/** The same sums, of nothing but the versions that stand. */
const plainSums = (by: string) => `
  select ${by}, sum(r.lead::int)::bigint as documents, count(*)::bigint as lines,
         count(*) filter (where r.rate_id is null)::bigint as unrated,
         coalesce(sum(r.cny), 0)::numeric(24, 2) as cny, coalesce(sum(r.usd), 0)::numeric(24, 2) as usd
    from counting_records r where r.measure <> 'void' and ${stood} and ${mine('r')} group by ${by}`;

const rollups = `
  with shown as (
    select v.cell_id, ${keptSums('v')}
      from (${cellsAsOf('$2')}) v join figure_cells c on c.id = v.cell_id where ${mine('c')} group by 1
  ), plain as (${plainSums('r.cell_id')})
  select concat_ws(' ', c.measure, c.month, c.enterprise, c.regime, c.country) as "where",
         coalesce(${textOf('s')}, '') as shown, coalesce(${textOf('p')}, '') as recounted
    from shown s full join plain p using (cell_id) left join figure_cells c on c.id = cell_id
   where ${orZero('s')} is distinct from ${orZero('p')}`;

function coarseSums(cube: Cube): string {
  const columns = columnsOf(cube);
  const list = (alias: string) => columns.map((c) => `${alias}.${c}`).join(', ');
  return `
  with shown as (
    select ${list('c')}, ${keptSums('c')}
      from (${cubeAsOf(cube, '$2')}) c where ${cube.tenants ? mine('c') : '$1::uuid[] is null'} group by ${list('c')}
  ), plain as (${plainSums(list('r'))})
  select concat_ws(' ', '${cube.id}', ${columns.join(', ')}) as "where",
         coalesce(${textOf('s')}, '') as shown, coalesce(${textOf('p')}, '') as recounted
    from shown s full join plain p using (${columns.join(', ')})
   where ${orZero('s')} is distinct from ${orZero('p')}`;
}

const versions = `
  select concat_ws(' ', source_kind, source_id, line, event_id) as "where",
         concat_ws(' ', count(*), 'versions,', count(*) filter (where ended_batch is null), 'in force') as shown,
         concat_ws(' ', max(version), 'versions, 1 in force') as recounted
    from counting_records r where ${mine('r')} and $2::timestamptz is not null
   group by source_kind, source_id, line, event_id
  having count(*) <> max(version) or count(*) filter (where ended_batch is null) <> 1
      or max(version) filter (where ended_batch is null) <> max(version)`;

/** $3: regimes of which lists are no source. */
const declaredLists = `
  with declared as (
    select c.id as source_id, c.order_no, sum((l->>'totalPrice')::numeric) as goods, count(*) as lines
      from declarations c join orders o on o.id = c.id
      left join lateral (
        select x.order_revision from documents x
         where x.declaration_id = c.id and x.filing is null and x.verdict in ('released', 'cleared')
         order by x.revision desc limit 1) d on true
      left join order_revisions v on v.order_id = c.id and v.revision = d.order_revision
     cross join lateral jsonb_array_elements(coalesce(v.body, o.body)->'lines') l
     where c.ie_flag = 'E' and c.cleared_at is not null and c.regime <> all($3::text[]) and ${mine('c')} group by 1, 2
  ), counted as (
    select r.source_id, max(r.order_nos[1]) as order_no, sum(r.amount) as goods, count(*) as lines from counting_records r
     where r.measure = 'counted' and r.direction = 'E' and r.source_kind in ('list', 'goods-declaration') and ${stood} and ${mine('r')} group by 1
  )
  select concat_ws(' ', 'order', coalesce(d.order_no, c.order_no), 'declaration', source_id) as "where",
         concat_ws(' ', coalesce(c.lines, 0), 'lines', coalesce(c.goods, 0)::numeric(24, 5)) as shown,
         concat_ws(' ', coalesce(d.lines, 0), 'lines', coalesce(d.goods, 0)::numeric(24, 5)) as recounted
    from declared d full join counted c using (source_id)
   where (coalesce(c.lines, 0), coalesce(c.goods, 0)) is distinct from (coalesce(d.lines, 0), coalesce(d.goods, 0))`;

/** What the newest row of each goods line says, unless a list of the gateway counts. */
const importedHistory = `
  with said as (
    select distinct on (l.document_id, l.line) l.document_id, l.line, l.said
      from history_lines l join history_documents h on h.id = l.document_id
     where l.event = 'cleared' and ${mine('h')}
       and not ${countedElsewhere('h.document_no')}
     order by l.document_id, l.line, l.id desc
  ), declared as (
    select h.id as source_id, h.document_no, sum((s.said->>'amount')::numeric) as goods, count(*) as lines
      from said s join history_documents h on h.id = s.document_id group by 1, 2
  ), counted as (
    select r.source_id, sum(r.amount) as goods, count(*) as lines from counting_records r
     where r.measure = 'counted' and r.source_kind = 'history' and ${stood} and ${mine('r')} group by 1
  )
  select concat_ws(' ', 'historical document', d.document_no, source_id) as "where",
         concat_ws(' ', coalesce(c.lines, 0), 'lines', coalesce(c.goods, 0)::numeric(24, 5)) as shown,
         concat_ws(' ', coalesce(d.lines, 0), 'lines', coalesce(d.goods, 0)::numeric(24, 5)) as recounted
    from declared d full join counted c using (source_id)
   where (coalesce(c.lines, 0), coalesce(c.goods, 0)) is distinct from (coalesce(d.lines, 0), coalesce(d.goods, 0))`;

const takenBack = `
  select concat_ws(' ', 'declaration', r.source_id, 'line', r.line) as "where",
         concat_ws(' ', 'taken back', sum(r.amount) filter (where r.measure in ('withdrawn', 'returned'))) as shown,
         concat_ws(' ', 'counted', coalesce(sum(r.amount) filter (where r.measure = 'counted'), 0)) as recounted
    from counting_records r where ${stood} and ${mine('r')} group by r.source_kind, r.source_id, r.line
  having coalesce(sum(r.amount) filter (where r.measure in ('withdrawn', 'returned')), 0)
       > coalesce(sum(r.amount) filter (where r.measure = 'counted'), 0)
      or coalesce(sum(r.cny) filter (where r.measure in ('withdrawn', 'returned')), 0)
       > coalesce(sum(r.cny) filter (where r.measure = 'counted'), 0)`;
