import { z } from 'zod';
import { faultSchema, type Fault } from '../../base/fault.js';
import type { Queryable } from '../../store/store.js';

/** One cause of refused orders in an import: the same fault at the same field, with how often and where first. */
export interface Cause {
  code: string;
  /** Path without the numbers of lines. */
  path: string;
  /** The sender's own header; null when the file has no column for the field. */
  header: string | null;
  /** Orders it stands in, and how often in all. */
  orders: number;
  count: number;
  /** The first row it stands in; null for JSON. */
  firstRow: number | null;
  /** One of the faults, for its words. */
  example: Fault;
}

/** What the query gives, read back strictly: faults were stored as JSON. */
const rowSchema = z.object({
  code: z.string(),
  path: z.string(),
  orders: z.number(),
  count: z.number(),
  first_row: z.number().nullable(),
  example: faultSchema,
});

/** The causes of an import's refused orders, those that concern the most orders first. */
export async function causesOf(db: Queryable, importId: string): Promise<Cause[]> {
  const { rows } = await db.query(
    `select f ->> 'code' as code, regexp_replace(f ->> 'path', '\\[\\d+\\]', '[]', 'g') as path,
            count(distinct v.order_index)::int as orders, count(*)::int as count, min(v.row_from) as first_row,
            (array_agg(f order by v.order_index))[1] as example
       from import_verdicts v cross join lateral jsonb_array_elements(v.faults) f
      where v.import_id = $1 and v.outcome = 'faulty' and coalesce(f ->> 'severity', 'fault') = 'fault'
      group by 1, 2 order by 3 desc, 1, 2 limit 200`,
    [importId],
  );
  const { rows: read } = await db.query<{ columns: { header: string; field: string | null }[] | null }>(
    `select columns_read -> 'columns' as columns from imports where id = $1`,
    [importId],
  );
  const headers = new Map((read[0]?.columns ?? []).map((column) => [column.field, column.header]));
  return z
    .array(rowSchema)
    .parse(rows)
    .map(({ first_row, ...cause }) => ({
      ...cause,
      header: headers.get(cause.path) ?? null,
      firstRow: first_row,
    }));
}
