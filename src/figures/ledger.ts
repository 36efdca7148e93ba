import { groupBy } from '../base/collections.js';
import { newId } from '../base/ids.js';
import type { Queryable } from '../store/store.js';
import {
  COLUMNS,
  RECORD_FIELDS,
  type Cause,
  type RecordContent,
  type RecordKey,
  type StandingRecord,
  type WantedRecord,
} from './records.js';

const FIELDS = Object.keys(COLUMNS) as (keyof RecordContent)[];
const KEY_COLUMNS = ['id', 'source_kind', 'source_id', 'line', 'event_id', 'version', 'cause'];
const CELL_COLUMNS = `measure, month, tenant_id, enterprise, seller_name, regime, direction, platform_code, channel,
  district, park, source_place, country, port, transport`;

/** The versions in force of these sources, every line and event of them. */
export async function standing(tx: Queryable, sourceIds: readonly string[]): Promise<StandingRecord[]> {
  const { rows } = await tx.query<StandingRecord>(
    `select ${RECORD_FIELDS} from counting_records r where r.source_id = any($1) and r.ended_batch is null`,
    [sourceIds],
  );
  return rows;
}

/**
 * Makes the records of some sources be what is wanted: what differs from the version in force gets a new version, what
 * is wanted no more a void one; the rest is left alone. The caller has locked the sources. Versions, and what they
 * change in the cells of the totals, are written in the caller's transaction. Returns how many versions were written.
 */
export async function record(
  tx: Queryable,
  wanted: readonly WantedRecord[],
  stands: readonly StandingRecord[],
): Promise<number> {
  const before = new Map(stands.map((s) => [keyOf(s), s]));
  const versions: { content: WantedRecord; version: number; cause: Cause; ends: string | undefined }[] = [];
  for (const content of wanted) {
    const stood = before.get(keyOf(content));
    before.delete(keyOf(content));
    const changed = stood ? FIELDS.filter((field) => !same(stood[field], content[field])) : [];
    if (stood && changed.length === 0) continue;
    versions.push({
      content,
      version: (stood?.version ?? 0) + 1,
      cause: stood ? causeOf(stood, content, changed) : 'first',
      ends: stood?.id,
    });
  }
  for (const gone of before.values())
    if (gone.measure !== 'void')
      versions.push({
        content: { ...gone, measure: 'void', lead: false },
        version: gone.version + 1,
        cause: 'void',
        ends: gone.id,
      });
  if (versions.length === 0) return 0;
  await tx.query(
    `with batch as materialized (select counting_batch() as id),
     ended as (
       update counting_records r set ended_batch = batch.id from batch where r.id = any($1) and r.ended_batch is null
       returning r.cell_id, r.measure, r.lead, r.cny, r.usd, r.rate_id
     ), added as (
       insert into counting_records (batch_id, ${KEY_COLUMNS.join(', ')}, ${Object.values(COLUMNS).join(', ')})
       select batch.id, ${[...KEY_COLUMNS, ...Object.values(COLUMNS)].map((c) => `v.${c}`).join(', ')}
         from batch, jsonb_populate_recordset(null::counting_records, $2::jsonb) as v
       returning *
     ), cells as (
       insert into figure_cells (id, ${CELL_COLUMNS})
       select distinct on (cell_id) cell_id, ${CELL_COLUMNS} from added where measure <> 'void' order by cell_id
       on conflict (id) do nothing
     ), moved as (
       select cell_id, measure, lead, cny, usd, rate_id, 1 as sign from added
       union all select cell_id, measure, lead, cny, usd, rate_id, -1 from ended
     )
     insert into figure_deltas (batch_id, cell_id, documents, lines, unrated, cny, usd)
     select batch.id, cell_id, sum(sign * lead::int), sum(sign), sum(case when rate_id is null then sign else 0 end),
            coalesce(sum(sign * cny), 0), coalesce(sum(sign * usd), 0)
       from batch, moved where measure <> 'void' group by batch.id, cell_id`,
    [
      versions.flatMap((v) => v.ends ?? []),
      JSON.stringify(
        versions.map(({ content, version, cause }) => ({
          id: newId(),
          source_kind: content.sourceKind,
          source_id: content.sourceId,
          line: content.line,
          event_id: content.eventId,
          version,
          cause,
          ...Object.fromEntries(FIELDS.map((field) => [COLUMNS[field], content[field]])),
        })),
      ),
    ],
  );
  return versions.length;
}

const keyOf = (key: RecordKey) => `${key.sourceKind} ${key.sourceId} ${key.line} ${key.eventId}`;

function same(a: RecordContent[keyof RecordContent], b: RecordContent[keyof RecordContent]): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => x === b[i]);
  return a === b;
}

const MOMENTS: ReadonlySet<keyof RecordContent> = new Set([
  'countedAt',
  'declaredAt',
  'releasedAt',
  'clearedAt',
  'month',
]);
const GOODS: ReadonlySet<keyof RecordContent> = new Set([
  'orderRevision',
  'amount',
  'qty',
  'gcode',
  'unit',
  'currency',
]);

/** The weightiest of the reasons why a version differs from the one before it. */
function causeOf(
  stood: RecordContent,
  content: RecordContent,
  changed: readonly (keyof RecordContent)[],
): Cause {
  if (content.measure === 'void') return 'void';
  if (changed.includes('rule')) return 'rule';
  if (changed.some((f) => GOODS.has(f))) return 'amended';
  if (stood.measure !== content.measure || changed.some((f) => MOMENTS.has(f))) return 'moment';
  if (stood.rateId === null && content.rateId !== null) return 'rate';
  return 'attribution';
}

/** Versions in force by their source. */
export const bySource = (records: readonly StandingRecord[]) => groupBy(records, (r) => r.sourceId);
