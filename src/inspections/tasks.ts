import { wake, type Queryable } from '../store/store.js';
import type { InspectionRule } from './rule.js';

/**
 * Makes the inspection tasks of these documents what all their receipts say: one task for a document that customs ordered
 * to inspect, however often and in whatever order the receipts came; it ends with the first receipt that releases or
 * refuses the goods after the order. When the goods arrived is a person's to say and stays.
 */
export async function followInspections(
  tx: Queryable,
  documentIds: readonly string[],
  { messages, fresh }: InspectionRule,
): Promise<void> {
  if (documentIds.length === 0) return;
  const each = Object.entries(messages).flatMap(([message, { ordered, passed, refused }]) => [
    ...ordered.map((status) => ({ message, status, means: 'ordered' })),
    ...passed.map((status) => ({ message, status, means: 'passed' })),
    ...refused.map((status) => ({ message, status, means: 'refused' })),
  ]);
  const { rowCount } = await tx.query(
    `with meaning as (select * from unnest($2::text[], $3::text[], $4::text[]) as m (message_type, status, means)),
          said as (
            select d.id, d.tenant_id, d.declaration_id, m.means, coalesce(r.return_time, r.received_at) as at, r.return_status,
                   coalesce(r.info, '') as note
              from documents d join receipts r on r.document_id = d.id and not r.duplicate_notice
              join meaning m on m.message_type = d.message_type and m.status = r.return_status
             where d.id = any($1::uuid[]) and d.declaration_id is not null),
          ordered as (
            select distinct on (id) * from said where means = 'ordered' order by id, at, return_status),
          ended as (
            select distinct on (s.id) s.id, s.means, s.at, s.note from said s join ordered o on o.id = s.id
             where s.means <> 'ordered' order by s.id, s.at, s.means, s.return_status)
     insert into inspection_tasks as t (document_id, tenant_id, declaration_id, ordered_at, ordered_note, result, result_at, result_note, fresh)
     select o.id, o.tenant_id, o.declaration_id, o.at, o.note, e.means, e.at, coalesce(e.note, ''),
            exists (select 1 from declaration_lines l where l.declaration_id = o.declaration_id and l.gnum is not null
                      and l.gcode like any($5::text[]))
       from ordered o left join ended e on e.id = o.id
     on conflict (document_id) do update
        set ordered_at = excluded.ordered_at, ordered_note = excluded.ordered_note, result = excluded.result,
            result_at = excluded.result_at, result_note = excluded.result_note
      where (t.ordered_at, t.ordered_note, t.result, t.result_at, t.result_note)
            is distinct from (excluded.ordered_at, excluded.ordered_note, excluded.result, excluded.result_at, excluded.result_note)`,
    [
      documentIds,
      each.map((m) => m.message),
      each.map((m) => m.status),
      each.map((m) => m.means),
      fresh.prefixes.map((prefix) => `${prefix}%`),
    ],
  );
  if (rowCount) await wake(tx, 'declarations');
}

/** What a person may say of the arrival of the goods. */
export interface Arrival {
  /** When the goods stood ready to be inspected (到货), UTC. */
  at: Date;
  by: string;
}

/**
 * Notes when the goods arrived. Returns false when none of the tenants has the task. A task that ended keeps its result;
 * the time it took is then known.
 */
export async function noteArrival(
  tx: Queryable,
  tenants: readonly string[],
  documentId: string,
  { at, by }: Arrival,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update inspection_tasks set arrived_at = $3, arrived_by = $4 where document_id = $1 and tenant_id = any($2)`,
    [documentId, tenants, at, by],
  );
  if (rowCount) await wake(tx, 'declarations');
  return rowCount === 1;
}
