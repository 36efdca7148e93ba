import type { TableNotes } from '../orders/read/table.js';
import { toJsonb } from '../store/jsonb.js';
import type { Store } from '../store/store.js';

/** How the columns were read, for the person who sent the file; the profile that was found stays that of the import. */
export async function rememberTable(
  store: Store,
  id: string,
  seen: { table?: TableNotes | undefined },
): Promise<void> {
  const notes = seen.table;
  if (!notes) return;
  seen.table = undefined;
  const columns = notes.columns.map((column) => ({
    at: column.at,
    header: column.header,
    confidence: column.confidence,
    field: column.field?.path ?? null,
    candidates: column.candidates.map((field) => field.path),
  }));
  const read = { headerRow: notes.headerRow, profile: notes.profile, columns, left: notes.left };
  const profile = notes.used && {
    name: notes.used.name,
    columns: notes.used.columns,
    values: notes.used.values,
    dateOrder: notes.used.dateOrder,
  };
  await store.query('update imports set columns_read = $2, profile = coalesce(profile, $3) where id = $1', [
    id,
    toJsonb(read),
    profile ? toJsonb(profile) : null,
  ]);
}

/** Passes the slices on, remembering before each and after the last, also when reading ends with a fault. */
export async function* remembering<T>(
  slices: AsyncIterable<T>,
  remember: () => Promise<void>,
): AsyncGenerator<T> {
  try {
    for await (const slice of slices) {
      await remember();
      yield slice;
    }
  } finally {
    await remember();
  }
}
