import type { Queryable } from '../store/store.js';
import { hashSecret, newSecret } from './secrets.js';

const DEVICE_DAYS = 180;

/** True when a user of this address has signed in with that browser before. */
export async function knownDevice(db: Queryable, secret: string, email: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from known_devices d join users u on u.id = d.user_id
      where d.token_hash = $1 and lower(u.email) = lower($2) and d.created_at > now() - make_interval(days => $3)`,
    [hashSecret(secret), email, DEVICE_DAYS],
  );
  return rows.length > 0;
}

/** Remembers a browser that a user has signed in with; the secret for its cookie. The last twenty of a user are kept. */
export async function newDevice(db: Queryable, userId: string): Promise<string> {
  const { secret, hash } = newSecret('gwd_');
  await db.query(
    'insert into known_devices (token_hash, tenant_id, user_id) select $1, tenant_id, id from users where id = $2',
    [hash, userId],
  );
  await db.query(
    `delete from known_devices where user_id = $1 and token_hash not in
       (select token_hash from known_devices where user_id = $1 order by created_at desc limit 20)`,
    [userId],
  );
  return secret;
}
