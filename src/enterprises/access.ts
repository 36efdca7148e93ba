import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import type { Role } from '../terms/role.js';
import type { Queryable } from '../store/store.js';

/**
 * Who asks, and which tenants' rows it may see. Every query on tenant rows takes `tenants` from here: the one place
 * where a query gets its tenant.
 */
export interface Access {
  userId: string | null;
  actor: string;
  tenantId: string;
  role: Role;
  /** Sellers this identity may see or act for, its own tenant included. */
  tenants: string[];
}

/** What each role may do; anything not listed is refused. */
const rights = {
  'orders:submit': ['seller', 'broker', 'operator'],
  'declarations:read': ['seller', 'broker', 'officer', 'operator'],
  'declarations:act': ['seller', 'broker', 'operator'],
  'bytes:read': ['seller', 'broker', 'operator'],
  'totals:read': ['seller', 'broker', 'officer', 'operator'],
  'totals:close': ['officer', 'operator'],
  'tray:read': ['seller', 'broker', 'operator'],
  'tray:decide': ['broker', 'operator'],
  'awards:estimate': ['seller', 'broker', 'officer', 'operator'],
  'awards:manage': ['officer', 'operator'],
  'warehouses:read': ['seller', 'broker', 'officer', 'operator'],
  'records:read': ['seller', 'broker', 'officer', 'operator'],
  'registry:read': ['seller', 'broker', 'officer', 'operator'],
  'registry:manage': ['officer', 'operator'],
  'enterprises:manage': ['operator'],
  'port:manage': ['operator'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof rights;

export const may = (role: Role, right: Right): boolean => (rights[right] as readonly Role[]).includes(role);

/** Throws A02 (403) when the role lacks the right. */
export function demand(access: Access, right: Right): void {
  if (!may(access.role, right)) throw new FaultError([makeFault('A02', 'role', { role: access.role })], 403);
}

/**
 * The tenants a role may see: a seller itself; a broker itself and the sellers whose mandate is in force today
 * (Asia/Shanghai); officer and operator every seller.
 */
export async function visibleTenants(db: Queryable, tenantId: string, role: Role): Promise<string[]> {
  if (role === 'seller') return [tenantId];
  const { rows } =
    role === 'broker'
      ? await db.query<{ id: string }>(
          `select distinct tenant_id as id from mandates
            where broker_tenant_id = $1 and revoked_at is null
              and valid_from <= (now() at time zone 'Asia/Shanghai')::date
              and (valid_to is null or valid_to >= (now() at time zone 'Asia/Shanghai')::date)`,
          [tenantId],
        )
      : await db.query<{ id: string }>(`select id from tenants`);
  return [...new Set([tenantId, ...rows.map((r) => r.id)])];
}
