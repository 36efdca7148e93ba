import { z } from 'zod';
import type { Fault } from '../../base/fault.js';
import { FAULTS_SHOWN } from '../../base/faultLimit.js';
import { makeFault } from '../../base/faults.js';
import type { Access } from '../../enterprises/access.js';
import type { Gateway } from '../../gateway.js';
import { suggestion, type FieldDictionary } from '../../orders/fields.js';
import type { Profile } from '../../orders/columns/profile.js';
import { placeOf, type Place } from '../../orders/place.js';
import type { RawOrder } from '../../orders/read/draft.js';
import type { OrderFormat } from '../../orders/read/format.js';
import { findProfile } from '../../sellers/profiles.js';
import type { Queryable } from '../../store/store.js';
import { notFound } from '../route.js';
import type { importSchema } from './contract.js';

export const profileName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .describe('Name of a saved or shipped profile; left out, the columns speak for themselves');

export type Import = z.input<typeof importSchema>;

export interface ImportRow {
  id: string;
  file_name: string;
  format: OrderFormat;
  state: Import['state'];
  bytes_total: string;
  bytes_read: string;
  orders: number;
  accepted: number;
  faulty: number;
  already_there: number;
  error: Fault | null;
  created_at: Date;
  finished_at: Date | null;
  created_by_name: string;
  seller_id: string | null;
  seller_code: string | null;
  seller_name: string | null;
  columns_read: Import['read'];
  retry_of: string | null;
}

/** An import as the API shows it. */
export const viewOf = (r: ImportRow, fields: FieldDictionary): Import => ({
  id: r.id,
  fileName: r.file_name,
  format: r.format,
  state: r.state,
  seller: r.seller_id
    ? { tenantId: r.seller_id, code: r.seller_code ?? '', name: r.seller_name ?? '' }
    : null,
  bytesTotal: Number(r.bytes_total),
  bytesRead: Number(r.bytes_read),
  orders: r.orders,
  accepted: r.accepted,
  faulty: r.faulty,
  exists: r.already_there,
  error: r.error,
  unread: unreadColumns(r.columns_read, fields),
  read: r.columns_read,
  retryOf: r.retry_of,
  createdAt: r.created_at.toISOString(),
  finishedAt: r.finished_at?.toISOString() ?? null,
  createdBy: r.created_by_name,
});

/** Columns nobody has explained yet, as notices (I05) with what they may be. */
function unreadColumns(read: Import['read'], fields: FieldDictionary): Fault[] {
  return (read?.columns ?? [])
    .filter((column) => column.confidence === 'unsure' || column.confidence === 'unknown')
    .slice(0, FAULTS_SHOWN)
    .map(({ at, header, candidates }) => {
      const near = fields.byPath.get(candidates[0] ?? '')?.header;
      const params = { position: String(at + 1), column: header, ...suggestion(near) };
      return { ...makeFault('I05', `column.${at + 1}`, params), severity: 'notice' };
    });
}

/** Imports with their seller and the name of who made them. */
export const SELECT = `select i.*, actor_name(i.created_by) as created_by_name, t.id as seller_id, t.code as seller_code, t.name as seller_name
  from imports i left join tenants t on t.id = i.seller_tenant_id`;

/** Imports of the asker's own tenant, and those for a seller it may see; the operator sees all. Throws A03 (404). */
export async function findImport(db: Queryable, access: Access, id: string): Promise<ImportRow> {
  const { rows } = await db.query<ImportRow>(
    `${SELECT} where i.id = $1 and (i.tenant_id = any($2) or i.seller_tenant_id = any($2))`,
    [id, access.tenants],
  );
  const row = rows[0];
  if (!row) throw notFound('导入 / import');
  return row;
}

/** What a request says of columns: the profile by name, and whose it may be. */
export interface Asked {
  profile?: string | undefined;
  seller?: string | undefined;
}

/** The profile a request names; undefined when it names none. Throws I41 (404) for one that is not there. */
export async function askedProfile(
  gateway: Gateway,
  access: Access,
  { profile, seller }: Asked,
): Promise<Profile | undefined> {
  if (profile === undefined) return undefined;
  const owners = seller === undefined ? access.tenants : [seller, access.tenantId];
  return findProfile(gateway.store, owners, profile, gateway.readOptions.shipped ?? []);
}

/** Where the faults of one order stand in the file, by their paths. */
export function placesOf(faults: readonly Fault[], raw: RawOrder | null): Record<string, Place> {
  if (!raw) return {};
  const places = faults.map(({ path }) => [path, placeOf(path, raw)] as const);
  return Object.fromEntries(places.filter(([, place]) => place.header !== undefined));
}
