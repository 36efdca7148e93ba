import type { Gateway } from '../gateway.js';
import { listDeclarations } from '../views/declarations/queries.js';

/** Ids of the declarations (at most 20) that carry this reference: an id, or any of their numbers. */
export async function declarationsByReference(
  gateway: Gateway,
  tenants: readonly string[],
  reference: string,
): Promise<string[]> {
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(reference)) return [reference];
  const { items } = await listDeclarations(
    gateway.store,
    tenants,
    { q: reference },
    { limit: 20 },
    gateway.view,
    gateway.catalogue,
  );
  return items.map((declaration) => declaration.id);
}
