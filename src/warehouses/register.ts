import { newId } from '../base/ids.js';
import { toJsonb } from '../store/jsonb.js';
import type { Store } from '../store/store.js';

/**
 * Enters warehouses of a seller, by name: new ones are added, changed ones get a new version, the same stay. An area with
 * its first day is kept beside the areas before it.
 */
export async function putWarehouses(
  store: Store,
  tenantId: string,
  rows: readonly Readonly<Record<string, string>>[],
  by: string,
): Promise<{ added: number; changed: number; same: number }> {
  return store.transaction(async (tx) => {
    const result = { added: 0, changed: 0, same: 0 };
    for (const data of rows) {
      const { rows: put } = await tx.query<{ id: string; version: number }>(
        `insert into warehouses (id, tenant_id, name, version, data, changed_by) values ($1, $2, $3, 1, $4, $5)
         on conflict (tenant_id, name) do update set version = warehouses.version + 1, data = excluded.data,
            changed_by = excluded.changed_by, changed_at = now()
          where warehouses.data <> excluded.data
         returning id, version`,
        [newId(), tenantId, data.name, toJsonb(data), by],
      );
      const [now] = put;
      if (!now) {
        result.same++;
        continue;
      }
      if (now.version === 1) result.added++;
      else result.changed++;
      await tx.query(
        `insert into warehouse_versions (warehouse_id, tenant_id, version, data, changed_by) values ($1, $2, $3, $4, $5)`,
        [now.id, tenantId, now.version, toJsonb(data), by],
      );
      const from = data.areaFrom ?? data.operatingFrom;
      if (data.area !== undefined && from !== undefined)
        await tx.query(
          `insert into warehouse_areas (warehouse_id, tenant_id, from_day, square_metres, changed_by) values ($1, $2, $3, $4, $5)
           on conflict (warehouse_id, from_day) do update set square_metres = excluded.square_metres, changed_by = excluded.changed_by`,
          [now.id, tenantId, from, data.area, by],
        );
    }
    return result;
  });
}
