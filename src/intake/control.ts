import { newId } from '../base/ids.js';
import type { Profile } from '../orders/columns/profile.js';
import { toJsonb } from '../store/jsonb.js';
import { isOver } from '../store/pauses.js';
import { wake, type Store } from '../store/store.js';
import { LEASE_SECONDS } from './imports.js';

/** Ends a running import; what was accepted stays. False when it was not running. */
export async function cancelImport(store: Store, id: string): Promise<boolean> {
  const { rowCount } = await store.query(
    `update imports set state = 'cancelled', finished_at = now(), lease_until = null where id = $1 and state in ('running', 'interrupted')`,
    [id],
  );
  await wake(store, 'imports');
  return rowCount === 1;
}

/**
 * Goes on with an import that was interrupted or cancelled, or whose process died, where it stopped. False when it is
 * over or another process is at work on it.
 */
export async function resumeImport(store: Store, id: string): Promise<boolean> {
  const { rowCount } = await store.query(
    `update imports set state = 'running', finished_at = null, lease_until = null, error = null, deaths = 0
      where id = $1 and (state in ('interrupted', 'cancelled') or (state = 'running' and ${isOver('lease_until', LEASE_SECONDS)}))`,
    [id],
  );
  await wake(store, 'imports');
  return rowCount === 1;
}

/**
 * Reads the bytes of an import that is over once more, as a new import, with another profile if one is given: orders that
 * were accepted before are found to exist, the others get another verdict (defaults, goods master or profile may have
 * changed). Undefined while the import is still under way.
 */
export async function retryImport(
  store: Store,
  id: string,
  actor: string,
  profile?: Profile,
): Promise<string | undefined> {
  const fresh = newId();
  const made = await store.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `insert into imports (id, tenant_id, seller_tenant_id, file_name, format, state, bytes_total, fingerprint, created_by, profile, retry_of)
       select $2, tenant_id, seller_tenant_id, file_name, format, 'running', bytes_total, fingerprint, $3, $4, id
         from imports where id = $1 and state in ('done', 'failed', 'cancelled', 'interrupted')`,
      [id, fresh, actor, profile ? toJsonb(profile) : null],
    );
    if (rowCount !== 1) return false;
    await tx.query(
      `insert into import_chunks (tenant_id, import_id, n, bytes) select tenant_id, $2, n, bytes from import_chunks where import_id = $1`,
      [id, fresh],
    );
    await wake(tx, 'imports');
    return true;
  });
  return made ? fresh : undefined;
}
