import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Fault } from '../base/fault.js';
import { makeFault } from '../base/faults.js';
import { mappingPath } from '../base/root.js';
import type { FieldDictionary } from '../orders/fields.js';
import { readCode, readDate, readDecimal, type CodeTables } from '../orders/values.js';
import type { Queryable, Store } from '../store/store.js';
import { toJsonb } from '../store/jsonb.js';
import { textSchema, type Text } from '../terms/text.js';

const valuesSchema = z.record(z.string().max(60), z.string().trim().max(500));

/** What a seller gives once: values by path for all its orders, and for those of one regime, which come first. */
export const defaultsSchema = z.strictObject({
  values: valuesSchema.default({}),
  byRegime: z.record(z.string().regex(/^\d{4}$/), valuesSchema).default({}),
});
export type Defaults = z.output<typeof defaultsSchema>;

const fileSchema = z.strictObject({
  validFrom: z.iso.date(),
  source: z.string().min(1),
  groups: z.array(z.strictObject({ title: textSchema, paths: z.array(z.string()).min(1) })),
});

/** Fields that may have a default, in the groups a form shows (`mappings/orders/defaults.json`). */
export interface DefaultFields {
  groups: readonly { title: Text; paths: readonly string[] }[];
  paths: ReadonlySet<string>;
}

/** Reads which fields may have a default. Throws for a path that is no field, or that names a person. */
export function loadDefaultFields(
  dictionary: FieldDictionary,
  file = mappingPath('orders', 'defaults.json'),
): DefaultFields {
  const { groups } = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const paths = new Set(groups.flatMap((group) => group.paths));
  for (const path of paths) {
    const field = dictionary.byPath.get(path);
    if (!field || (field.personal && path !== 'seller.telephone'))
      throw new Error(`${file}: ${path} cannot have a default`);
  }
  return { groups, paths };
}

export interface StoredDefaults extends Defaults {
  version: number;
  changedBy: string | null;
  changedAt: Date | null;
}

/** The defaults in force; empty ones (version 0) when the seller gave none. */
export async function defaultsOf(db: Queryable, tenantId: string): Promise<StoredDefaults> {
  const [newest] = await defaultsHistory(db, tenantId, 1);
  return newest ?? { values: {}, byRegime: {}, version: 0, changedBy: null, changedAt: null };
}

/** The defaults in force of each seller that gave some. */
export async function defaultsOfEach(
  db: Queryable,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, Defaults>> {
  const { rows } = await db.query<{ tenant_id: string; body: unknown }>(
    `select d.tenant_id, d.body from unnest($1::uuid[]) as s (id) cross join lateral (
       select tenant_id, body from seller_defaults where tenant_id = s.id order by version desc limit 1) d`,
    [tenantIds],
  );
  return new Map(rows.map((row) => [row.tenant_id, defaultsSchema.parse(row.body)]));
}

/** Versions of a seller's defaults, the newest first. */
export async function defaultsHistory(
  db: Queryable,
  tenantId: string,
  limit = 50,
): Promise<StoredDefaults[]> {
  const { rows } = await db.query<{ version: number; body: unknown; changed_by: string; created_at: Date }>(
    `select version, body, actor_name(changed_by) as changed_by, created_at from seller_defaults
      where tenant_id = $1 order by version desc limit $2`,
    [tenantId, limit],
  );
  return rows.map((row) => ({
    ...defaultsSchema.parse(row.body),
    version: row.version,
    changedBy: row.changed_by,
    changedAt: row.created_at,
  }));
}

/**
 * What is wrong with defaults: a path that may have none (I45, with the field's name), a value its field cannot take.
 * Values come back in the form of the order model.
 */
export function readDefaults(
  given: Defaults,
  allowed: DefaultFields,
  dictionary: FieldDictionary,
  codes: CodeTables,
): { defaults: Defaults; faults: Fault[] } {
  const faults: Fault[] = [];
  const read = (values: Record<string, string>, prefix: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).flatMap(([path, text]) => {
        const field = dictionary.byPath.get(path);
        if (text.trim() === '') return [];
        if (!field || !allowed.paths.has(path)) {
          const names = { field: field?.header.zh ?? path, fieldEn: field?.header.en ?? path };
          faults.push(makeFault('I45', `${prefix}.${path}`, names));
          return [];
        }
        const names = { column: field.header.zh, columnEn: field.header.en };
        const reading =
          field.format === 'code'
            ? readCode(text, field.codes ?? '', codes)
            : field.format === 'decimal'
              ? readDecimal(text)
              : field.format === 'date'
                ? readDate(text)
                : { value: text };
        if ('fault' in reading) {
          faults.push(makeFault(reading.fault, `${prefix}.${path}`, names, text));
          return [];
        }
        return [[path, reading.value]];
      }),
    );
  const defaults = {
    values: read(given.values, 'values'),
    byRegime: Object.fromEntries(
      Object.entries(given.byRegime).map(([regime, values]) => [regime, read(values, `byRegime.${regime}`)]),
    ),
  };
  return { defaults, faults };
}

/** Stores a new version of the defaults; the same again makes none. Returns the version in force. */
export async function putDefaults(
  store: Store,
  tenantId: string,
  body: Defaults,
  actor: string,
): Promise<number> {
  return store.transaction(async (tx) => {
    await tx.query('select 1 from tenants where id = $1 for update', [tenantId]);
    const { rows } = await tx.query<{ version: number; same: boolean }>(
      `select version, body = $2::jsonb as same from seller_defaults where tenant_id = $1 order by version desc limit 1`,
      [tenantId, toJsonb(body)],
    );
    const [newest] = rows;
    if (newest?.same) return newest.version;
    const version = (newest?.version ?? 0) + 1;
    await tx.query(
      'insert into seller_defaults (tenant_id, version, body, changed_by) values ($1, $2, $3, $4)',
      [tenantId, version, toJsonb(body), actor],
    );
    return version;
  });
}
