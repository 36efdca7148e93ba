import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import { blank, type Entry } from '../declarations/entry.js';
import type { InspectionTask, inspectionTimesSchema } from './shapes.js';

interface Row extends Omit<InspectionTask, 'orderedAt' | 'arrivedAt' | 'resultAt'> {
  ordered_at: Date;
  arrived_at: Date | null;
  result_at: Date | null;
}

/** Which tasks are asked for. */
export interface TaskQuestion {
  open: boolean;
  limit: number;
  /** Only those of this declaration. */
  declaration?: string | undefined;
}

/** Tasks: open ones with fresh goods first, then by arrival and order; ended ones, the newest first. */
export async function inspectionTasks(
  db: Queryable,
  tenants: readonly string[],
  { open, limit, declaration }: TaskQuestion,
): Promise<InspectionTask[]> {
  const { rows } = await db.query<Row>(
    `select t.document_id as id, t.declaration_id as "declarationId", c.order_no as "orderNo", c.invt_no as "entryId",
            c.seller_name as seller, t.fresh, t.ordered_at, t.ordered_note as "orderedNote", t.arrived_at,
            actor_name(t.arrived_by) as "arrivedBy", t.result, t.result_at, t.result_note as "resultNote",
            coalesce((select string_agg(l.gname, '、' order by l.gnum) from declaration_lines l
                       where l.declaration_id = t.declaration_id and l.gnum is not null), '') as goods,
            greatest(0, floor(extract(epoch from coalesce(t.result_at, now()) - coalesce(t.arrived_at, t.ordered_at)) / 60))::int as minutes
       from inspection_tasks t join declarations c on c.id = t.declaration_id
      where t.tenant_id = any($1) and (t.result is null) = $2 and ($4::uuid is null or t.declaration_id = $4)
      order by case when $2 then not t.fresh end, case when $2 then coalesce(t.arrived_at, t.ordered_at) end,
               t.ordered_at desc limit $3`,
    [tenants, open, limit, declaration ?? null],
  );
  return rows.map(({ ordered_at, arrived_at, result_at, ...task }) => ({
    ...task,
    orderedAt: ordered_at.toISOString(),
    arrivedAt: arrived_at?.toISOString() ?? null,
    resultAt: result_at?.toISOString() ?? null,
  }));
}

/** How long inspections took, from the arrival of the goods to the result. */
export async function inspectionTimes(
  db: Queryable,
  tenants: readonly string[],
): Promise<z.output<typeof inspectionTimesSchema>> {
  const { rows } = await db.query<{ fresh: boolean; minutes: number }>(
    `select fresh, round(percentile_cont(0.5) within group (order by extract(epoch from result_at - coalesce(arrived_at, ordered_at)) / 60))::int as minutes
       from inspection_tasks
      where tenant_id = any($1) and result_at > now() - interval '30 days' and result_at >= coalesce(arrived_at, ordered_at)
      group by fresh`,
    [tenants],
  );
  const of = (fresh: boolean) => rows.find((r) => r.fresh === fresh)?.minutes ?? null;
  return { fresh: of(true), other: of(false) };
}

/** The arrivals that people noted of the goods of a declaration, as its timeline shows them. */
export async function arrivalEntries(db: Queryable, declarationId: string): Promise<Entry[]> {
  const { rows } = await db.query<{ id: string; type: string; at: Date; by: string }>(
    `select t.document_id as id, d.message_type as type, t.arrived_at as at, actor_name(t.arrived_by) as by
       from inspection_tasks t join documents d on d.id = t.document_id
      where t.declaration_id = $1 and t.arrived_at is not null`,
    [declarationId],
  );
  return rows.map(({ id, type, at, by }) => ({
    ...blank,
    at: at.toISOString(),
    kind: 'decision',
    documentId: id,
    messageType: type,
    title: { zh: '货物运抵查验场地', en: 'Goods arrived where they are inspected' },
    detail: by,
  }));
}
