import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Queryable, Store } from '../store/store.js';
import type { Access } from './access.js';
import { newActivation } from './identity.js';
import { demandPassword } from './passwords.js';
import { hashPassword, passwordMatches } from './secrets.js';

export const accountActions = [
  'disabled',
  'enabled',
  'reset',
  'sessions-ended',
  'password-changed',
  'certificate-revoked',
  'added',
  'changed',
  'enterprise-added',
  'enterprise-changed',
  'enterprise-disabled',
  'enterprise-enabled',
  'key-added',
  'key-rotated',
  'key-revoked',
  'mandate-added',
  'mandate-revoked',
  'certificate-registered',
  'keys-reloaded',
  'rates-imported',
] as const;
export type AccountAction = (typeof accountActions)[number];

/** Writes down who did what to which account, key, certificate or table. */
export async function noteAccount(
  db: Queryable,
  entry: { tenantId: string; userId: string | null; subject: string; action: AccountAction; actor: string },
): Promise<void> {
  await db.query(
    'insert into account_log (id, tenant_id, user_id, subject, action, actor) values ($1, $2, $3, $4, $5, $6)',
    [newId(), entry.tenantId, entry.userId, entry.subject, entry.action, entry.actor],
  );
}

interface UserRow {
  id: string;
  tenant_id: string;
  email: string;
  password_hash: string | null;
}

async function lockUser(tx: Queryable, id: string): Promise<UserRow> {
  const { rows } = await tx.query<UserRow>(
    'select id, tenant_id, email, password_hash from users where id::text = $1 for update',
    [id],
  );
  if (!rows[0]) throw new FaultError([notFoundFault('用户 / user')], 404);
  return rows[0];
}

const endSessions = (tx: Queryable, userId: string) =>
  tx.query('delete from sessions where user_id = $1', [userId]);

/**
 * Disables a user (sessions and event streams end, the password no longer opens anything) or enables one again. Throws
 * A03 (404), and A08 (409) for the last user of the operator who could enable others.
 */
export async function setUserActive(
  store: Store,
  access: Access,
  id: string,
  active: boolean,
): Promise<void> {
  await store.transaction(async (tx) => {
    // All who could stay are held first, in one order: two who disable each other do so one after the other.
    const { rows: able } = await tx.query<{ id: string }>(
      `select u.id from users u join tenants t on t.id = u.tenant_id
        where t.role = 'operator' and u.active and u.password_hash is not null order by u.id for update of u`,
    );
    const user = await lockUser(tx, id);
    if (!active) {
      const { rows: own } = await tx.query(`select 1 from tenants where id = $1 and role = 'operator'`, [
        user.tenant_id,
      ]);
      if (own.length > 0 && able.every((u) => u.id === user.id))
        throw new FaultError(
          [makeFault('A08', 'id', { reason: '运营方至少要有一名可用的用户 / the operator needs one user' })],
          409,
        );
      await endSessions(tx, user.id);
      await tx.query('delete from activations where user_id = $1 and used_at is null', [user.id]);
    }
    await tx.query('update users set active = $2 where id = $1', [user.id, active]);
    const action = active ? 'enabled' : 'disabled';
    await noteAccount(tx, {
      tenantId: user.tenant_id,
      userId: user.id,
      subject: user.email,
      action,
      actor: access.actor,
    });
  });
}

/** Makes the password of a user void, ends the sessions, and gives the one-time token that sets a new one. */
export async function resetUser(store: Store, access: Access, id: string): Promise<string> {
  return store.transaction(async (tx) => {
    const user = await lockUser(tx, id);
    await endSessions(tx, user.id);
    await tx.query('update users set password_hash = null where id = $1', [user.id]);
    await noteAccount(tx, {
      tenantId: user.tenant_id,
      userId: user.id,
      subject: user.email,
      action: 'reset',
      actor: access.actor,
    });
    return newActivation(tx, user.tenant_id, user.id);
  });
}

/** Ends every session of a user: whoever used one signs in again. */
export async function endUserSessions(store: Store, access: Access, id: string): Promise<void> {
  await store.transaction(async (tx) => {
    const user = await lockUser(tx, id);
    await endSessions(tx, user.id);
    await noteAccount(tx, {
      tenantId: user.tenant_id,
      userId: user.id,
      subject: user.email,
      action: 'sessions-ended',
      actor: access.actor,
    });
  });
}

/** Changes the own password; the other sessions end. Throws A09 (401) for a wrong one, A22 (422) for a weak new one. */
export async function changePassword(
  store: Store,
  access: Access,
  keep: Buffer | undefined,
  input: { current: string; next: string },
): Promise<void> {
  const { rows } = await store.query<UserRow & { email: string }>(
    'select id, email, password_hash from users where id = $1',
    [access.userId],
  );
  demandPassword(input.next, rows[0]?.email ?? '');
  if (!(await passwordMatches(input.current, rows[0]?.password_hash ?? null)))
    throw new FaultError([makeFault('A09', 'current')], 401);
  const hash = await hashPassword(input.next);
  await store.transaction(async (tx) => {
    const user = await lockUser(tx, access.userId ?? '');
    await tx.query('update users set password_hash = $2 where id = $1', [user.id, hash]);
    await tx.query('delete from sessions where user_id = $1 and token_hash is distinct from $2', [
      user.id,
      keep ?? null,
    ]);
    await noteAccount(tx, {
      tenantId: user.tenant_id,
      userId: user.id,
      subject: user.email,
      action: 'password-changed',
      actor: access.actor,
    });
  });
}

/** Revokes the certificate a party signs with: nothing it signed is taken from now on. Throws A03 (404). */
export async function revokePartyCertificate(
  store: Store,
  access: Access,
  enterpriseCode: string,
  serial: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    const { rows } = await tx.query<{ tenant_id: string }>(
      `update party_certificates set revoked_at = coalesce(revoked_at, now())
        where enterprise_code = $1 and serial = $2 returning tenant_id`,
      [enterpriseCode, serial],
    );
    if (!rows[0]) throw new FaultError([notFoundFault('证书 / certificate')], 404);
    const subject = `${enterpriseCode} ${serial}`;
    await noteAccount(tx, {
      tenantId: rows[0].tenant_id,
      userId: null,
      subject,
      action: 'certificate-revoked',
      actor: access.actor,
    });
  });
}

/** What was done to accounts and certificates, newest first. */
export async function accountLog(db: Queryable, limit: number) {
  const { rows } = await db.query<{
    id: string;
    subject: string;
    action: AccountAction;
    actor: string;
    created_at: Date;
  }>(
    'select id, subject, action, actor_name(actor) as actor, created_at from account_log order by id desc limit $1',
    [limit],
  );
  return rows.map((r) => ({
    id: r.id,
    subject: r.subject,
    action: r.action,
    actor: r.actor,
    at: r.created_at.toISOString(),
  }));
}
