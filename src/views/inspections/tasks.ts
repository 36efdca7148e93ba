import { z } from 'zod';
import type { Queryable } from '../../store/store.js';

/** One order to inspect (查验), as the work list shows it. Times are ISO 8601 UTC. */
export const inspectionTaskSchema = z
  .object({
    /** The document that is inspected. */
    id: z.string(),
    declarationId: z.string(),
    orderNo: z.string(),
    /** 报关单号, once customs gave it. */
    entryId: z.string().nullable(),
    seller: z.string(),
    goods: z.string(),
    /** 即到即检: goes first. */
    fresh: z.boolean(),
    orderedAt: z.iso.datetime(),
    orderedNote: z.string(),
    arrivedAt: z.iso.datetime().nullable(),
    arrivedBy: z.string().nullable(),
    result: z.enum(['passed', 'refused']).nullable(),
    resultAt: z.iso.datetime().nullable(),
    resultNote: z.string(),
    /** Minutes from arrival (else from the order) to the result, or to now while there is none. */
    minutes: z.int(),
  })
  .meta({ id: 'InspectionTask' });
export type InspectionTask = z.output<typeof inspectionTaskSchema>;

/** Medians of what ended in the last thirty days, in minutes; null where nothing ended. */
export const inspectionTimesSchema = z.object({
  fresh: z.int().nullable(),
  other: z.int().nullable(),
});

interface Row extends Omit<InspectionTask, 'orderedAt' | 'arrivedAt' | 'resultAt'> {
  ordered_at: Date;
  arrived_at: Date | null;
  result_at: Date | null;
}

/** Tasks: open ones with fresh goods first, then by arrival and order; ended ones, the newest first. */
export async function inspectionTasks(
  db: Queryable,
  tenants: readonly string[],
  { open, limit }: { open: boolean; limit: number },
): Promise<InspectionTask[]> {
  const { rows } = await db.query<Row>(
    `select t.document_id as id, t.declaration_id as "declarationId", c.order_no as "orderNo", c.invt_no as "entryId",
            c.seller_name as seller, t.fresh, t.ordered_at, t.ordered_note as "orderedNote", t.arrived_at,
            actor_name(t.arrived_by) as "arrivedBy", t.result, t.result_at, t.result_note as "resultNote",
            coalesce((select string_agg(l.gname, '、' order by l.gnum) from declaration_lines l
                       where l.declaration_id = t.declaration_id and l.gnum is not null), '') as goods,
            greatest(0, floor(extract(epoch from coalesce(t.result_at, now()) - coalesce(t.arrived_at, t.ordered_at)) / 60))::int as minutes
       from inspection_tasks t join declarations c on c.id = t.declaration_id
      where t.tenant_id = any($1) and (t.result is null) = $2
      order by case when $2 then not t.fresh end, case when $2 then coalesce(t.arrived_at, t.ordered_at) end,
               t.ordered_at desc limit $3`,
    [tenants, open, limit],
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
