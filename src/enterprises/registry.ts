import pg from 'pg';
import { FaultError } from '../base/fault.js';
import { makeFault, notFoundFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import type { Role } from '../terms/role.js';
import type { Queryable, Store } from '../store/store.js';
import { newActivation } from './identity.js';
import { newSecret } from './secrets.js';

const UNIQUE_VIOLATION = '23505';

/** Says A12 (409) when what is to be unique is taken. */
export async function unique<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION)
      throw new FaultError([makeFault('A12', 'code', { what })], 409);
    throw error;
  }
}

interface TenantRow {
  id: string;
  code: string | null;
  name: string;
  role: Role;
  active: boolean;
  created_at: Date;
}
export type EnterpriseView = ReturnType<typeof tenantView>;
const tenantView = (r: TenantRow) => ({
  tenantId: r.id,
  code: r.code,
  name: r.name,
  role: r.role,
  active: r.active,
  createdAt: r.created_at.toISOString(),
});

/** Every enterprise, in the order they were added. */
export async function listEnterprises(db: Queryable) {
  const { rows } = await db.query<TenantRow>(
    'select id, code, name, role, active, created_at from tenants order by id',
  );
  return rows.map(tenantView);
}

/** Adds an enterprise; throws A12 (409) when its code is taken. */
export async function addEnterprise(db: Queryable, input: { code: string | null; name: string; role: Role }) {
  const { rows } = await unique(
    `企业代码 ${input.code ?? ''}`,
    db.query<TenantRow>(
      'insert into tenants (id, code, name, role) values ($1, $2, $3, $4) returning id, code, name, role, active, created_at',
      [newId(), input.code, input.name, input.role],
    ),
  );
  return tenantView(rows[0]!);
}

interface UserRow {
  id: string;
  tenant_id: string;
  name: string;
  email: string;
  active: boolean;
  created_at: Date;
}
const userView = (r: UserRow) => ({
  id: r.id,
  tenantId: r.tenant_id,
  name: r.name,
  email: r.email,
  active: r.active,
  createdAt: r.created_at.toISOString(),
});

/** Every user of every enterprise, in the order they were added. */
export async function listUsers(db: Queryable) {
  const { rows } = await db.query<UserRow>(
    'select id, tenant_id, name, email, active, created_at from users order by id',
  );
  return rows.map(userView);
}

/** Adds a user who has no password yet; the answer holds the one-time token that sets it. */
export async function addUser(store: Store, input: { tenantId: string; name: string; email: string }) {
  return store.transaction(async (tx) => {
    await demandTenant(tx, input.tenantId);
    const { rows } = await unique(
      `邮箱 ${input.email}`,
      tx.query<UserRow>(
        `insert into users (id, tenant_id, name, email) values ($1, $2, $3, $4)
         returning id, tenant_id, name, email, active, created_at`,
        [newId(), input.tenantId, input.name, input.email],
      ),
    );
    const user = rows[0]!;
    return { user: userView(user), token: await newActivation(tx, user.tenant_id, user.id) };
  });
}

async function demandTenant(db: Queryable, id: string): Promise<void> {
  const { rows } = await db.query('select 1 from tenants where id::text = $1', [id]);
  if (rows.length === 0) throw new FaultError([notFoundFault('企业 / enterprise')], 404);
}

interface KeyRow {
  id: string;
  tenant_id: string;
  name: string;
  role: Role;
  prefix: string;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}
const keyView = (r: KeyRow) => ({
  id: r.id,
  tenantId: r.tenant_id,
  name: r.name,
  role: r.role,
  prefix: r.prefix,
  createdAt: r.created_at.toISOString(),
  lastUsedAt: r.last_used_at?.toISOString() ?? null,
  revokedAt: r.revoked_at?.toISOString() ?? null,
});
const KEY_COLUMNS = 'k.id, k.tenant_id, k.name, t.role, k.prefix, k.created_at, k.last_used_at, k.revoked_at';

/** Every API key, also revoked ones, without its secret. */
export async function listApiKeys(db: Queryable) {
  const { rows } = await db.query<KeyRow>(
    `select ${KEY_COLUMNS} from api_keys k join tenants t on t.id = k.tenant_id order by k.id`,
  );
  return rows.map(keyView);
}

/** Makes an API key of an enterprise; the secret is shown this once and kept as a hash only. */
export async function addApiKey(db: Queryable, input: { tenantId: string; name: string }) {
  await demandTenant(db, input.tenantId);
  const { secret, hash } = newSecret('gwk_');
  const id = newId();
  await db.query(
    'insert into api_keys (id, tenant_id, name, prefix, secret_hash) values ($1, $2, $3, $4, $5)',
    [id, input.tenantId, input.name, secret.slice(0, 12), hash],
  );
  const { rows } = await db.query<KeyRow>(
    `select ${KEY_COLUMNS} from api_keys k join tenants t on t.id = k.tenant_id where k.id = $1`,
    [id],
  );
  return { ...keyView(rows[0]!), secret };
}

/** Ends a key at once; one whose end was set for later, too. Throws A03 (404). */
export async function revokeApiKey(
  db: Queryable,
  id: string,
): Promise<{ tenantId: string; subject: string }> {
  const { rows } = await db.query<{ tenant_id: string; subject: string }>(
    `update api_keys set revoked_at = least(coalesce(revoked_at, now()), now()) where id = $1
     returning tenant_id, name || ' ' || prefix || '…' as subject`,
    [id],
  );
  if (!rows[0]) throw new FaultError([notFoundFault('接口密钥 / API key')], 404);
  return { tenantId: rows[0].tenant_id, subject: rows[0].subject };
}

interface MandateRow {
  id: string;
  seller_id: string;
  seller_code: string | null;
  seller_name: string;
  broker_id: string;
  broker_name: string;
  valid_from: string;
  valid_to: string | null;
  revoked_at: Date | null;
}
const MANDATES = `select m.id, s.id as seller_id, s.code as seller_code, s.name as seller_name, b.id as broker_id,
    b.name as broker_name, m.valid_from::text, m.valid_to::text, m.revoked_at
  from mandates m join tenants s on s.id = m.tenant_id join tenants b on b.id = m.broker_tenant_id`;
const mandateView = (r: MandateRow) => ({
  id: r.id,
  seller: { tenantId: r.seller_id, code: r.seller_code ?? '', name: r.seller_name },
  broker: { tenantId: r.broker_id, name: r.broker_name },
  validFrom: r.valid_from,
  validTo: r.valid_to,
  revokedAt: r.revoked_at?.toISOString() ?? null,
});

/** Every mandate, also past and revoked ones. */
export async function listMandates(db: Queryable) {
  const { rows } = await db.query<MandateRow>(`${MANDATES} order by m.id`);
  return rows.map(mandateView);
}

/** Lets a broker act for a seller from a day on (Asia/Shanghai). Throws A04 when the roles do not fit. */
export async function addMandate(
  db: Queryable,
  input: { sellerTenantId: string; brokerTenantId: string; validFrom: string; validTo: string | null },
) {
  const id = newId();
  const { rowCount } = await db.query(
    `insert into mandates (id, tenant_id, broker_tenant_id, valid_from, valid_to)
     select $1, s.id, b.id, $4, $5 from tenants s, tenants b
      where s.id::text = $2 and s.role = 'seller' and b.id::text = $3 and b.role = 'broker'`,
    [id, input.sellerTenantId, input.brokerTenantId, input.validFrom, input.validTo],
  );
  if (rowCount !== 1)
    throw new FaultError(
      [
        makeFault('A04', 'body', {
          reason: '委托方须为卖家，受托方须为报关企业 / needs a seller and a broker',
        }),
      ],
      422,
    );
  const { rows } = await db.query<MandateRow>(`${MANDATES} where m.id = $1`, [id]);
  return mandateView(rows[0]!);
}

/** Ends a mandate at once; one that was revoked before stays so since then. Throws A03 (404). */
export async function revokeMandate(db: Queryable, id: string) {
  await db.query('update mandates set revoked_at = coalesce(revoked_at, now()) where id = $1', [id]);
  const { rows } = await db.query<MandateRow>(`${MANDATES} where m.id = $1`, [id]);
  if (!rows[0]) throw new FaultError([notFoundFault('委托关系 / mandate')], 404);
  return mandateView(rows[0]);
}
