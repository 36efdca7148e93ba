import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import { roleSchema } from '../terms/role.js';
import { LOCK } from '../store/advisory.js';
import { OPERATOR_TENANT, type Queryable, type Store } from '../store/store.js';
import { visibleTenants, type Access } from './access.js';
import { demandPassword } from './passwords.js';
import { hashPassword, hashSecret, newSecret, passwordMatches } from './secrets.js';

const SESSION_HOURS = 12;
const ACTIVATION_HOURS = 72;

interface IdentityRow {
  user_id: string | null;
  tenant_id: string;
  role: string;
  actor: string;
}

async function toAccess(db: Queryable, row: IdentityRow | undefined): Promise<Access | undefined> {
  if (!row) return undefined;
  const role = roleSchema.parse(row.role);
  return {
    userId: row.user_id,
    actor: row.actor,
    tenantId: row.tenant_id,
    role,
    tenants: await visibleTenants(db, row.tenant_id, role),
  };
}

/** The identity behind an API key; undefined when it is unknown or revoked. */
export async function accessOfApiKey(db: Queryable, secret: string): Promise<Access | undefined> {
  const { rows } = await db.query<IdentityRow>(
    `with used as (
       update api_keys set last_used_at = now()
        where secret_hash = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')
     )
     select null as user_id, k.tenant_id, t.role, 'key:' || k.prefix as actor
       from api_keys k join tenants t on t.id = k.tenant_id
      where k.secret_hash = $1 and (k.revoked_at is null or k.revoked_at > now()) and t.active`,
    [hashSecret(secret)],
  );
  return toAccess(db, rows[0]);
}

/** The identity behind a console session; undefined when it ended. */
export async function accessOfSession(db: Queryable, token: string): Promise<Access | undefined> {
  const { rows } = await db.query<IdentityRow>(
    `select u.id as user_id, s.tenant_id, t.role, 'user:' || u.id as actor
       from sessions s join users u on u.id = s.user_id join tenants t on t.id = s.tenant_id
      where s.token_hash = $1 and s.expires_at > now() and u.active and t.active`,
    [hashSecret(token)],
  );
  return toAccess(db, rows[0]);
}

async function openSession(db: Queryable, userId: string, tenantId: string): Promise<string> {
  const { secret, hash } = newSecret('gws_');
  await db.query(
    `insert into sessions (token_hash, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + make_interval(hours => $4))`,
    [hash, tenantId, userId, SESSION_HOURS],
  );
  await db.query('delete from sessions where expires_at < now()');
  return secret;
}

/** Signs in with e-mail and password; returns the session token and whose it is. Throws A09 (401). */
export async function signIn(
  db: Queryable,
  email: string,
  password: string,
): Promise<{ token: string; userId: string }> {
  const { rows } = await db.query<{
    id: string;
    tenant_id: string;
    password_hash: string | null;
    active: boolean;
  }>(
    `select u.id, u.tenant_id, u.password_hash, u.active and t.active as active
       from users u join tenants t on t.id = u.tenant_id where lower(u.email) = lower($1)`,
    [email],
  );
  const user = rows[0];
  const ok = await passwordMatches(password, user?.password_hash ?? null);
  if (!user || !ok || !user.active) throw new FaultError([makeFault('A09', 'password')], 401);
  return { token: await openSession(db, user.id, user.tenant_id), userId: user.id };
}

export const signOut = async (db: Queryable, token: string): Promise<void> => {
  await db.query('delete from sessions where token_hash = $1', [hashSecret(token)]);
};

/** Makes a one-time token that lets a user set the password; earlier unused tokens of the user end. */
export async function newActivation(db: Queryable, tenantId: string, userId: string | null): Promise<string> {
  const { secret, hash } = newSecret('gwa_');
  await db.query('delete from activations where user_id is not distinct from $1 and used_at is null', [
    userId,
  ]);
  await db.query(
    `insert into activations (token_hash, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + make_interval(hours => $4))`,
    [hash, tenantId, userId, ACTIVATION_HOURS],
  );
  return secret;
}

/**
 * On the first start there is no user: returns the one-time token with which the operator's first user is made.
 * Undefined once the operator has a user who can sign in.
 */
export async function firstOperatorActivation(store: Store): Promise<string | undefined> {
  return store.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK.firstUser]);
    const { rows } = await tx.query(
      'select 1 from users where tenant_id = $1 and password_hash is not null limit 1',
      [OPERATOR_TENANT],
    );
    return rows.length > 0 ? undefined : newActivation(tx, OPERATOR_TENANT, null);
  });
}

/**
 * Uses a one-time token: sets the password (and, for the operator's first user, name and e-mail) and signs in.
 * Throws A10 (410) when the token is wrong, used or expired, A22 (422) for a weak password, A04 when the first user's name or e-mail is missing.
 */
export async function activate(
  store: Store,
  input: { token: string; email?: string | undefined; name?: string | undefined; password: string },
): Promise<string> {
  const { rows: open } = await store.query<{ email: string | null }>(
    `select u.email from activations a left join users u on u.id = a.user_id
      where a.token_hash = $1 and a.used_at is null and a.expires_at > now()`,
    [hashSecret(input.token)],
  );
  // Hashing is dear: nobody has it done without a token that opens something.
  if (!open[0]) throw new FaultError([makeFault('A10', 'token')], 410);
  demandPassword(input.password, open[0].email ?? input.email ?? '');
  const passwordHash = await hashPassword(input.password);
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ tenant_id: string; user_id: string | null }>(
      `update activations set used_at = now()
        where token_hash = $1 and used_at is null and expires_at > now() returning tenant_id, user_id`,
      [hashSecret(input.token)],
    );
    const found = rows[0];
    if (!found) throw new FaultError([makeFault('A10', 'token')], 410);
    let userId = found.user_id;
    if (userId) {
      await tx.query('update users set password_hash = $2 where id = $1', [userId, passwordHash]);
      await tx.query('delete from sessions where user_id = $1', [userId]);
    } else {
      const missing = (['email', 'name'] as const).filter((k) => !input[k]);
      if (missing.length > 0)
        throw new FaultError(
          missing.map((k) => makeFault('A04', k, { reason: '必填 / required' })),
          422,
        );
      userId = newId();
      await tx.query(
        'insert into users (id, tenant_id, email, name, password_hash) values ($1, $2, $3, $4, $5)',
        [userId, found.tenant_id, input.email, input.name, passwordHash],
      );
    }
    return openSession(tx, userId, found.tenant_id);
  });
}
