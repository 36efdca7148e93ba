import { newId } from '../base/ids.js';
import type { Fault } from '../base/fault.js';
import type { CodeTables } from '../orders/values.js';
import { inRowOrder, rowFault, type SheetReading } from '../sheets/read.js';
import { toJsonb } from '../store/jsonb.js';
import type { Queryable, Store } from '../store/store.js';

export interface WarehousesTaken {
  added: number;
  changed: number;
  same: number;
  /** N01, one for each row that was not taken. */
  faults: Fault[];
}

/**
 * Enters warehouses of a seller, by name: new ones are added, changed ones get a new version, the same stay. An area with
 * its first day is kept beside the areas before it. Countries are kept as customs codes.
 */
export async function putWarehouses(
  store: Store,
  codes: CodeTables,
  tenantId: string,
  { rows, faults }: Pick<SheetReading, 'rows' | 'faults'>,
  by: string,
): Promise<WarehousesTaken> {
  const result: WarehousesTaken = { added: 0, changed: 0, same: 0, faults: [...faults] };
  const good: Record<string, string>[] = [];
  for (const { row, values } of rows) {
    const country = codes.get('country')?.resolve(values.country ?? '');
    if (country !== undefined) good.push({ ...values, country });
    else
      result.faults.push(
        rowFault(row, {
          zh: `“${values.country ?? ''}”不是国家（地区）名称或代码`,
          en: `"${values.country ?? ''}" is no name or code of a country`,
        }),
      );
  }
  return store.transaction(async (tx) => {
    for (const data of good) result[await putWarehouse(tx, tenantId, data, by)]++;
    return { ...result, faults: inRowOrder(result.faults) };
  });
}

async function putWarehouse(
  tx: Queryable,
  tenantId: string,
  data: Readonly<Record<string, string>>,
  by: string,
): Promise<'added' | 'changed' | 'same'> {
  const { rows } = await tx.query<{ id: string; version: number }>(
    `insert into warehouses (id, tenant_id, name, version, data, changed_by) values ($1, $2, $3, 1, $4, $5)
     on conflict (tenant_id, name) do update set version = warehouses.version + 1, data = excluded.data,
        changed_by = excluded.changed_by, changed_at = now()
      where warehouses.data <> excluded.data
     returning id, version`,
    [newId(), tenantId, data.name, toJsonb(data), by],
  );
  const [now] = rows;
  if (!now) return 'same';
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
  return now.version === 1 ? 'added' : 'changed';
}
