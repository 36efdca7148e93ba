import type { Queryable } from './store.js';

/** Tables whose rows are taken back with who and why, and stay. */
export type WithdrawableTable = 'tax_records' | 'warehouse_evidence' | 'warehouse_facts';

/** Takes a row back; it stays in the history. False when none of these tenants' stands by this id. */
export async function withdrawRow(
  db: Queryable,
  table: WithdrawableTable,
  tenants: readonly string[],
  id: string,
  by: string,
  why: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update ${table} set withdrawn_at = now(), withdrawn_by = $3, withdrawn_why = $4
      where id = $1 and tenant_id = any($2) and withdrawn_at is null`,
    [id, tenants, by, why],
  );
  return (rowCount ?? 0) > 0;
}
