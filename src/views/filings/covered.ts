import type { z } from 'zod';
import type { Queryable } from '../../store/store.js';
import type { Verdict } from '../../terms/verdict.js';
import type { coveredSchema } from './shapes.js';

/** So many lists of a draft are named; a month's summary covers thousands. */
export const COVERED_SHOWN = 200;

type Covered = z.output<typeof coveredSchema>;

/** The lists of these declarations with their numbers, oldest first; those no one of `tenants` owns are left out. */
export async function coveredLists(
  db: Queryable,
  tenants: readonly string[],
  ids: readonly string[],
): Promise<Covered[]> {
  const { rows } = await db.query<{
    id: string;
    order_no: string;
    cop_no: string;
    invt_no: string | null;
    verdict: Verdict;
  }>(
    `select id, order_no, cop_no, invt_no, verdict from declarations
      where tenant_id = any($2) and id = any($1::uuid[]) order by id`,
    [ids, tenants],
  );
  return rows.map((row) => ({
    id: row.id,
    orderNo: row.order_no,
    copNo: row.cop_no,
    invtNo: row.invt_no,
    verdict: row.verdict,
  }));
}
