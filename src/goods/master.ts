import { newId } from '../base/ids.js';
import { mappedInSlices } from '../base/slices.js';
import type { Queryable, Store } from '../store/store.js';
import { toJsonb } from '../store/jsonb.js';
import { goodsDataSchema, type GoodsData, type GoodsItem } from './item.js';

/** One item as it stands, with who changed it last. */
export interface StoredGoods extends GoodsItem {
  version: number;
  changedBy: string;
  changedAt: Date;
}

interface Row {
  sku: string;
  data: unknown;
  version: number;
  changed_by: string;
  changed_at: Date;
}

const stored = (row: Row): StoredGoods => ({
  sku: row.sku,
  ...goodsDataSchema.parse(row.data),
  version: row.version,
  changedBy: row.changed_by,
  changedAt: row.changed_at,
});

/** Items of a seller by SKU, after a cursor; `search` finds part of SKU, HS code or name. */
export async function listGoods(
  db: Queryable,
  tenantId: string,
  { after = '', limit, search }: { after?: string; limit: number; search?: string },
): Promise<StoredGoods[]> {
  const { rows } = await db.query<Row>(
    `select sku, data, version, actor_name(changed_by) as changed_by, changed_at from goods
      where tenant_id = $1 and not removed and sku > $2
        and ($3::text is null or position(lower($3) in lower(sku)) > 0 or position(lower($3) in lower(data::text)) > 0)
      order by sku limit $4`,
    [tenantId, after, search ?? null, limit],
  );
  return mappedInSlices(rows, stored);
}

/** The items of the given SKUs; those that are not there are left out. */
export async function findGoods(
  db: Queryable,
  tenantId: string,
  skus: readonly string[],
): Promise<Map<string, GoodsData>> {
  const { rows } = await db.query<{ sku: string; data: unknown }>(
    'select sku, data from goods where tenant_id = $1 and sku = any($2) and not removed',
    [tenantId, skus],
  );
  return new Map(rows.map((row) => [row.sku, goodsDataSchema.parse(row.data)]));
}

/** Those of the sellers who have a goods master. */
export async function sellersWithGoods(
  db: Queryable,
  tenantIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select id from unnest($1::uuid[]) as s (id)
      where exists (select 1 from goods g where g.tenant_id = s.id and not g.removed)`,
    [tenantIds],
  );
  return new Set(rows.map((r) => r.id));
}

export interface GoodsChange {
  added: number;
  changed: number;
  same: number;
}

/**
 * Writes items in one transaction: new ones are added, changed ones get a new version, those that are the same stay. Of
 * two items with one SKU the last counts.
 */
export async function putGoods(
  store: Store,
  tenantId: string,
  items: readonly GoodsItem[],
  actor: string,
): Promise<GoodsChange> {
  const bySku = new Map(items.map(({ sku, values, elements }) => [sku, { values, elements }]));
  return store.transaction(async (tx) => {
    const { rows } = await tx.query<{ sku: string; same: boolean }>(
      `with given as (select * from unnest($2::text[], $3::jsonb[]) as g (sku, data)),
            before as (select g.sku, o.id, o.version, o.data = g.data and not o.removed as same
                         from given g join goods o on o.tenant_id = $1 and o.sku = g.sku for update of o)
       select g.sku, coalesce(b.same, false) as same from given g left join before b on b.sku = g.sku`,
      [tenantId, [...bySku.keys()], [...bySku.values()].map((data) => toJsonb(data))],
    );
    const moving = rows.filter((row) => !row.same).map((row) => row.sku);
    if (moving.length === 0) return { added: 0, changed: 0, same: rows.length };
    const { rows: written } = await tx.query<{ version: number }>(
      `with put as (
         insert into goods (id, tenant_id, sku, version, data, changed_by)
         select g.id, $1, g.sku, 1, g.data, $5 from unnest($2::uuid[], $3::text[], $4::jsonb[]) as g (id, sku, data)
         on conflict (tenant_id, sku) do update
            set version = goods.version + 1, data = excluded.data, removed = false, changed_by = excluded.changed_by, changed_at = now()
         returning id, tenant_id, version, data)
       insert into goods_versions (goods_id, tenant_id, version, data, changed_by)
       select id, tenant_id, version, data, $5 from put returning version`,
      [tenantId, moving.map(() => newId()), moving, moving.map((sku) => toJsonb(bySku.get(sku))), actor],
    );
    const added = written.filter((row) => row.version === 1).length;
    return { added, changed: written.length - added, same: rows.length - moving.length };
  });
}

/** Takes an item out of use; its history stays. False when it was not there. */
export async function removeGoods(
  store: Store,
  tenantId: string,
  sku: string,
  actor: string,
): Promise<boolean> {
  const { rowCount } = await store.query(
    `with gone as (update goods set removed = true, version = version + 1, changed_by = $3, changed_at = now()
                    where tenant_id = $1 and sku = $2 and not removed returning id, tenant_id, version, data)
     insert into goods_versions (goods_id, tenant_id, version, data, removed, changed_by)
     select id, tenant_id, version, data, true, $3 from gone`,
    [tenantId, sku, actor],
  );
  return rowCount === 1;
}

export interface GoodsVersion extends GoodsData {
  version: number;
  removed: boolean;
  changedBy: string;
  changedAt: Date;
}

/** Every version of an item, the newest first. */
export async function goodsHistory(db: Queryable, tenantId: string, sku: string): Promise<GoodsVersion[]> {
  const { rows } = await db.query<{
    version: number;
    data: unknown;
    removed: boolean;
    changed_by: string;
    created_at: Date;
  }>(
    `select v.version, v.data, v.removed, actor_name(v.changed_by) as changed_by, v.created_at
       from goods g join goods_versions v on v.goods_id = g.id
      where g.tenant_id = $1 and g.sku = $2 order by v.version desc limit 200`,
    [tenantId, sku],
  );
  return rows.map((row) => ({
    ...goodsDataSchema.parse(row.data),
    version: row.version,
    removed: row.removed,
    changedBy: row.changed_by,
    changedAt: row.created_at,
  }));
}
