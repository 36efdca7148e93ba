import { FaultError } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { newId } from '../base/ids.js';
import {
  profileBodySchema,
  profileProblems,
  type Profile,
  type ProfileBody,
  type ShippedProfile,
} from '../orders/columns/profile.js';
import { suggestion, type FieldDictionary } from '../orders/fields.js';
import { nearest } from '../base/nearest.js';
import type { Queryable } from '../store/store.js';
import { toJsonb } from '../store/jsonb.js';

export interface SavedProfile extends Profile {
  id: string;
  tenantId: string;
  updatedBy: string;
  updatedAt: Date;
}

/** Profiles of the given tenants, the newest first. */
export async function savedProfiles(db: Queryable, tenants: readonly string[]): Promise<SavedProfile[]> {
  const { rows } = await db.query<{
    id: string;
    tenant_id: string;
    name: string;
    body: unknown;
    updated_by: string;
    updated_at: Date;
  }>(
    `select id, tenant_id, name, body, actor_name(updated_by) as updated_by, updated_at from import_profiles
      where tenant_id = any($1) order by updated_at desc, id desc limit 500`,
    [tenants],
  );
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    ...profileBodySchema.parse(row.body),
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
  }));
}

/**
 * A profile by name (or id): one the tenants saved, else a shipped one by its id or title. Throws I41 (404) with the
 * nearest name.
 */
export async function findProfile(
  db: Queryable,
  tenants: readonly string[],
  name: string,
  shipped: readonly ShippedProfile[],
): Promise<Profile> {
  const saved = await savedProfiles(db, tenants);
  const mine = saved.find((p) => p.name === name || p.id === name);
  if (mine) return { name: mine.name, columns: mine.columns, values: mine.values, dateOrder: mine.dateOrder };
  const given = shipped.find((p) => [p.id, p.title.zh, p.title.en].includes(name));
  if (given)
    return { name: given.id, columns: given.columns, values: given.values, dateOrder: given.dateOrder };
  const near = nearest(name, [...saved.map((p) => p.name), ...shipped.map((p) => p.id)]);
  const params = { name, ...suggestion(near === undefined ? undefined : { zh: near, en: near }) };
  throw new FaultError([makeFault('I41', 'profile', params, name)], 404);
}

/**
 * Saves a profile under its name, over an earlier one of that name. Throws I42 (400), all at once, for fields that an
 * order does not have.
 */
export async function saveProfile(
  db: Queryable,
  tenantId: string,
  name: string,
  body: ProfileBody,
  actor: string,
  dictionary: FieldDictionary,
): Promise<string> {
  const problems = profileProblems(body, dictionary);
  if (problems.length > 0)
    throw new FaultError(
      problems.map((problem) => {
        const near = nearest(problem.name, dictionary.byPath.keys());
        const hint = suggestion(near === undefined ? undefined : { zh: near, en: near });
        return makeFault('I42', problem.path, { name: problem.name, ...hint }, problem.name);
      }),
      400,
    );
  const { rows } = await db.query<{ id: string }>(
    `insert into import_profiles (id, tenant_id, name, body, updated_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, name) do update set body = excluded.body, updated_by = excluded.updated_by, updated_at = now()
     returning id`,
    [newId(), tenantId, name, toJsonb(body), actor],
  );
  return rows[0]?.id ?? '';
}

/** Deletes a profile of the tenants; false when there was none. Imports keep the copy they were read with. */
export async function removeProfile(db: Queryable, tenants: readonly string[], id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from import_profiles where id = $1 and tenant_id = any($2)', [
    id,
    tenants,
  ]);
  return rowCount === 1;
}
