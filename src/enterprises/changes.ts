import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { OPERATOR_TENANT, type Store } from '../store/store.js';
import type { Access } from './access.js';
import { noteAccount } from './accounts.js';
import { listEnterprises, unique, type EnterpriseView } from './registry.js';
import { newSecret } from './secrets.js';

/** Changes name and code of an enterprise. Throws A03 (404), A12 (409) when the code is taken. */
export async function changeEnterprise(
  store: Store,
  access: Access,
  id: string,
  input: { name: string; code: string | null },
): Promise<EnterpriseView> {
  return store.transaction(async (tx) => {
    const { rows } = await unique(
      `企业代码 ${input.code ?? ''}`,
      tx.query<{ old: string }>(
        `update tenants t set name = $2, code = $3 from tenants o
          where t.id = $1 and o.id = t.id returning concat_ws(' ', o.name, o.code) as old`,
        [id, input.name, input.code],
      ),
    );
    if (!rows[0]) throw new FaultError([notFoundFault('企业 / enterprise')], 404);
    await noteAccount(tx, {
      tenantId: id,
      userId: null,
      subject: `${rows[0].old} → ${[input.name, input.code].filter(Boolean).join(' ')}`,
      action: 'enterprise-changed',
      actor: access.actor,
    });
    const [changed] = (await listEnterprises(tx)).filter((one) => one.tenantId === id);
    if (!changed) throw new FaultError([notFoundFault('企业 / enterprise')], 404);
    return changed;
  });
}

/**
 * Disables an enterprise (its people are signed out, its API keys open nothing) or enables it again; its declarations go
 * on. Throws A03 (404), A08 (409) for the operator itself.
 */
export async function setEnterpriseActive(
  store: Store,
  access: Access,
  id: string,
  active: boolean,
): Promise<void> {
  if (id === OPERATOR_TENANT && !active)
    throw new FaultError(
      [makeFault('A08', 'id', { reason: '运营方自身不能停用 / the operator itself stays' })],
      409,
    );
  await store.transaction(async (tx) => {
    const { rows } = await tx.query<{ name: string; code: string | null }>(
      'update tenants set active = $2 where id = $1 returning name, code',
      [id, active],
    );
    if (!rows[0]) throw new FaultError([notFoundFault('企业 / enterprise')], 404);
    if (!active) await tx.query('delete from sessions where tenant_id = $1', [id]);
    await noteAccount(tx, {
      tenantId: id,
      userId: null,
      subject: [rows[0].name, rows[0].code].filter(Boolean).join(' '),
      action: active ? 'enterprise-enabled' : 'enterprise-disabled',
      actor: access.actor,
    });
  });
}

/** Changes name and address of a user. Throws A03 (404), A12 (409) when the address is taken. */
export async function changeUser(
  store: Store,
  access: Access,
  id: string,
  input: { name: string; email: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const { rows } = await unique(
      `邮箱 ${input.email}`,
      tx.query<{ tenant_id: string; old: string }>(
        `update users u set name = $2, email = $3 from users o
          where u.id = $1 and o.id = u.id returning u.tenant_id, o.email as old`,
        [id, input.name, input.email],
      ),
    );
    if (!rows[0]) throw new FaultError([notFoundFault('用户 / user')], 404);
    await noteAccount(tx, {
      tenantId: rows[0].tenant_id,
      userId: id,
      subject: rows[0].old === input.email ? input.email : `${rows[0].old} → ${input.email}`,
      action: 'changed',
      actor: access.actor,
    });
  });
}

/** Longest time that a key still opens after another took its place, in hours. */
export const MOST_ROTATION_HOURS = 168;

/**
 * Makes a new API key in place of another; the old one still opens for `hours`, so that systems can change over. Returns
 * the secret, shown this once. Throws A03 (404) for a key that is not in force.
 */
export async function rotateApiKey(
  store: Store,
  access: Access,
  id: string,
  hours: number,
): Promise<{ id: string; secret: string }> {
  const { secret, hash } = newSecret('gwk_');
  const next = newId();
  await store.transaction(async (tx) => {
    const { rows } = await tx.query<{ tenant_id: string; name: string; prefix: string }>(
      `update api_keys set revoked_at = now() + make_interval(hours => $2)
        where id = $1 and revoked_at is null returning tenant_id, name, prefix`,
      [id, hours],
    );
    const old = rows[0];
    if (!old) throw new FaultError([notFoundFault('接口密钥 / API key')], 404);
    await tx.query(
      `insert into api_keys (id, tenant_id, name, prefix, secret_hash, rotated_from) values ($1, $2, $3, $4, $5, $6)`,
      [next, old.tenant_id, old.name, secret.slice(0, 12), hash, id],
    );
    await noteAccount(tx, {
      tenantId: old.tenant_id,
      userId: null,
      subject: `${old.name} ${old.prefix}… → ${secret.slice(0, 12)}…`,
      action: 'key-rotated',
      actor: access.actor,
    });
  });
  return { id: next, secret };
}
