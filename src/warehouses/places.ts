import type { Book } from '../ledger/ledger.js';
import type { Queryable } from '../store/store.js';

const BOOK: Book = 'overseas-warehouse';

/** A warehouse as a text names it: the row of the register, if there is one, and the names its stock stands under. */
export interface Place {
  warehouseId: string | null;
  /** The name new stock is entered under: the code where the warehouse has one, as declarations write it. */
  name: string;
  names: string[];
}

/** The warehouse of a seller that a name or code means; undefined when neither register nor ledger knows it. */
export async function placeOf(db: Queryable, tenantId: string, text: string): Promise<Place | undefined> {
  const { rows } = await db.query<{ id: string; name: string; code: string | null }>(
    `select id, name, data ->> 'code' as code from warehouses
      where tenant_id = $1 and (name = $2 or data ->> 'code' = $2) order by name limit 1`,
    [tenantId, text],
  );
  const [found] = rows;
  if (found) {
    const names = [found.code, found.name].filter((name) => name !== null);
    return { warehouseId: found.id, name: names[0] ?? found.name, names };
  }
  const { rows: stock } = await db.query(
    'select 1 from ledger_accounts where tenant_id = $1 and book = $2 and place = $3 limit 1',
    [tenantId, BOOK, text],
  );
  return stock.length > 0 ? { warehouseId: null, name: text, names: [text] } : undefined;
}

/** The places where a seller has stock of an item. */
export async function placesWith(db: Queryable, tenantId: string, itemNo: string): Promise<string[]> {
  const { rows } = await db.query<{ place: string }>(
    `select distinct place from ledger_accounts
      where tenant_id = $1 and book = $2 and item_no = $3 and balance > 0 order by place`,
    [tenantId, BOOK, itemNo],
  );
  return rows.map((row) => row.place);
}
