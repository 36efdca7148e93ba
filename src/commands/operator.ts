import { visibleTenants, type Access } from '../enterprises/access.js';
import type { Gateway } from '../gateway.js';
import { OPERATOR_TENANT } from '../store/store.js';

/** The command line is the operator's: whoever may read the settings may act. */
export async function operatorAccess(gateway: Gateway): Promise<Access> {
  return {
    userId: null,
    actor: 'cli',
    tenantId: OPERATOR_TENANT,
    role: 'operator',
    tenants: await visibleTenants(gateway.store, OPERATOR_TENANT, 'operator'),
  };
}
