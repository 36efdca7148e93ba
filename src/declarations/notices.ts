import { z } from 'zod';
import { severities, type Fault } from '../base/fault.js';
import { newId } from '../base/ids.js';
import type { Access } from '../enterprises/access.js';
import { toJsonb } from '../store/jsonb.js';
import { wake, type Queryable, type Store } from '../store/store.js';

/** A notice of one declaration, as people see it. Times are UTC. */
export interface NoticeRow {
  id: string;
  declaration_id: string;
  order_no: string;
  fault: Fault;
  created_at: Date;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  note: string | null;
}

/** What one declaration was given. */
export interface NoticesOf {
  declarationId: string;
  tenantId: string;
  notices: readonly Fault[];
}

/** Stores the notices of new declarations in the caller's transaction; one for each rule and place. */
export async function storeNotices(tx: Queryable, found: readonly NoticesOf[]): Promise<void> {
  const rows = found.flatMap(({ declarationId, tenantId, notices }) =>
    notices.map((fault) => ({ id: newId(), declarationId, tenantId, fault })),
  );
  if (rows.length === 0) return;
  await tx.query(
    `insert into notices (id, tenant_id, declaration_id, code, path, fault)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[])
     on conflict (declaration_id, code, path) do nothing`,
    [
      rows.map((r) => r.id),
      rows.map((r) => r.tenantId),
      rows.map((r) => r.declarationId),
      rows.map((r) => r.fault.code),
      rows.map((r) => r.fault.path),
      rows.map((r) => toJsonb(r.fault)),
    ],
  );
}

/**
 * After a correction: notices that no longer hold go, new ones come, and one that says exactly what it said keeps its
 * acknowledgement.
 */
export async function replaceNotices(tx: Queryable, of: NoticesOf): Promise<void> {
  await tx.query(
    `delete from notices n where n.declaration_id = $1 and not exists (
       select 1 from unnest($2::text[], $3::text[], $4::jsonb[]) as k (code, path, fault)
        where k.code = n.code and k.path = n.path and k.fault = n.fault)`,
    [
      of.declarationId,
      of.notices.map((n) => n.code),
      of.notices.map((n) => n.path),
      of.notices.map((n) => toJsonb(n)),
    ],
  );
  await storeNotices(tx, [of]);
}

/** Which notices are meant; every field narrows. */
export const noticeFilterSchema = z.object({
  code: z
    .string()
    .regex(/^[A-Z]\d{2,3}$/)
    .optional()
    .describe('Code of the rule'),
  declarationId: z.uuid().optional(),
  importId: z.uuid().optional().describe('Notices of the orders of one import'),
});
export type NoticeFilter = z.output<typeof noticeFilterSchema>;

const WHERE = `n.tenant_id = any($1) and ($2::text is null or n.code = $2) and ($3::uuid is null or n.declaration_id = $3)
  and ($4::uuid is null or d.import_id = $4)`;
const values = (tenants: readonly string[], filter: NoticeFilter) => [
  tenants,
  filter.code ?? null,
  filter.declarationId ?? null,
  filter.importId ?? null,
];

/** Notices, newest first; `open` leaves out what was acknowledged. */
export async function listNotices(
  db: Queryable,
  tenants: readonly string[],
  filter: NoticeFilter,
  page: { open: boolean; cursor?: string | undefined; limit: number },
): Promise<NoticeRow[]> {
  const { rows } = await db.query<NoticeRow>(
    `select n.id, n.declaration_id, d.order_no, n.fault, n.created_at, n.acknowledged_at,
            actor_name(n.acknowledged_by) as acknowledged_by, n.note
       from notices n join declarations d on d.id = n.declaration_id
      where ${WHERE} and (not $5 or n.acknowledged_at is null) and ($6::uuid is null or n.id < $6)
      order by n.id desc limit $7`,
    [...values(tenants, filter), page.open, page.cursor ?? null, page.limit],
  );
  return rows;
}

/** How often each rule spoke: `open` still to be looked at, and `acknowledged`. */
export async function countNotices(
  db: Queryable,
  tenants: readonly string[],
  filter: NoticeFilter,
): Promise<{ code: string; fault: Fault; open: number; acknowledged: number; declarations: number }[]> {
  const { rows } = await db.query<{
    code: string;
    fault: Fault;
    open: number;
    acknowledged: number;
    declarations: number;
  }>(
    `select n.code, (array_agg(n.fault order by n.id desc))[1] as fault,
            count(*) filter (where n.acknowledged_at is null)::int as open,
            count(n.acknowledged_at)::int as acknowledged, count(distinct n.declaration_id)::int as declarations
       from notices n join declarations d on d.id = n.declaration_id where ${WHERE} group by n.code order by n.code`,
    values(tenants, filter),
  );
  return rows;
}

/** Acknowledges every open notice that the filter means, with who did it; returns how many. Blocks nothing, frees nothing. */
export async function acknowledgeNotices(
  store: Store,
  access: Access,
  filter: NoticeFilter,
  note: string,
): Promise<number> {
  return store.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `update notices n set acknowledged_at = now(), acknowledged_by = $5, note = nullif($6, '')
         from declarations d where d.id = n.declaration_id and ${WHERE} and n.acknowledged_at is null`,
      [...values(access.tenants, filter), access.actor, note],
    );
    await wake(tx, 'declarations');
    return rowCount ?? 0;
  });
}

const storedSchema = z.looseObject({ severity: z.enum(severities).default('fault') });

/** Parts faults as they were stored, where those of before notices existed name no severity. */
export function partStored(stored: readonly Fault[]): { faults: Fault[]; notices: Fault[] } {
  const all = stored.map((fault): Fault => ({ ...fault, severity: storedSchema.parse(fault).severity }));
  return {
    faults: all.filter((fault) => fault.severity === 'fault'),
    notices: all.filter((fault) => fault.severity === 'notice'),
  };
}
