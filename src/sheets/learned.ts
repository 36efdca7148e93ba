import { nameKey } from '../orders/columns/names.js';
import type { Queryable } from '../store/store.js';
import type { LearnedHeaders } from './read.js';

/** What people of an enterprise said about the columns of their files for one sheet. */
export async function learnedHeaders(
  db: Queryable,
  tenantId: string,
  sheet: string,
): Promise<LearnedHeaders> {
  const { rows } = await db.query<{ header: string; column_key: string }>(
    'select header, column_key from sheet_headers where tenant_id = $1 and sheet = $2',
    [tenantId, sheet],
  );
  return new Map(rows.map((row) => [row.header, row.column_key]));
}

/** Keeps what columns mean, by header as it stands in the file; the newest word counts. */
export async function learnHeaders(
  db: Queryable,
  tenantId: string,
  sheet: string,
  said: Readonly<Record<string, string>>,
  by: string,
): Promise<void> {
  const headers = new Map(Object.entries(said).map(([header, key]) => [nameKey(header), key]));
  headers.delete('');
  await db.query(
    `insert into sheet_headers (tenant_id, sheet, header, column_key, said_by)
     select $1, $2, h, k, $5 from unnest($3::text[], $4::text[]) as s (h, k)
     on conflict (tenant_id, sheet, header) do update
        set column_key = excluded.column_key, said_by = excluded.said_by, said_at = now()`,
    [tenantId, sheet, [...headers.keys()], [...headers.values()], by],
  );
}
