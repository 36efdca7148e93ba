import { Dec, decimal } from '../base/decimal.js';
import { newId } from '../base/ids.js';
import type { Queryable } from '../store/store.js';

/** Ledgers by goods line and place: 海外仓 stock of 9810 lines, bonded 账册 by the same rules. */
export type Book = 'overseas-warehouse' | 'bonded';
export type EntryKind = 'departed' | 'sold' | 'returned' | 'lost';
/** What takes goods out of stock. */
export const takingKinds = ['sold', 'returned', 'lost'] as const satisfies readonly EntryKind[];

/** What is taken: a quantity of an item in a place, of whichever lines came first, or of one declaration's lines. */
export interface Taking {
  tenantId: string;
  book: Book;
  place: string;
  itemNo: string;
  /** Order number of the declaration the goods left with; the oldest stock first where it is not said. */
  orderNo?: string | undefined;
  kind: (typeof takingKinds)[number];
  /** Plain decimal above zero, in the unit of the lines. */
  quantity: string;
  /** yyyy-MM-dd, Asia/Shanghai. */
  occurredOn: string;
  /** The sale's order number or the file's own number; the same one is taken once. */
  reference: string;
  source: 'file' | 'api';
  note: string;
  by: string;
}

export type Taken = { entries: string[] } | { again: true } | { short: { inStock: string } };

/**
 * Takes goods out of stock in the caller's transaction, oldest lines first. The accounts are locked in one order, so that
 * of two takings of the last piece the second sees that it is gone. Nothing is taken when there is too little.
 */
export async function take(tx: Queryable, t: Taking): Promise<Taken> {
  const { rows } = await tx.query<{ id: string; balance: string; known: boolean; first: Date | null }>(
    `select a.id, a.balance, c.cleared_at as first,
            exists (select 1 from ledger_entries e where e.account_id = a.id and e.kind = $6 and e.reference = $7
                       and e.reference <> '' and e.reverses is null
                       and not exists (select 1 from ledger_entries r where r.reverses = e.id)) as known
       from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
      where a.tenant_id = $1 and a.book = $2 and a.place = $3 and l.item_no = $4 and ($5::text is null or c.order_no = $5)
      order by a.id for update of a`,
    [t.tenantId, t.book, t.place, t.itemNo, t.orderNo ?? null, t.kind, t.reference],
  );
  if (rows.some((row) => row.known)) return { again: true };
  const stock = rows
    .map((row) => ({ id: row.id, left: decimalOf(row.balance), at: row.first?.getTime() ?? 0 }))
    .sort((a, b) => a.at - b.at);
  const inStock = stock.reduce((sum, s) => sum.plus(s.left), new Dec(0));
  let wanted = decimal(t.quantity);
  if (inStock.lt(wanted)) return { short: { inStock: inStock.toFixed() } };
  const entries: string[] = [];
  for (const { id, left } of stock) {
    const quantity = Dec.min(left, wanted);
    if (quantity.lte(0)) continue;
    wanted = wanted.minus(quantity);
    const entry = newId();
    await tx.query(
      `insert into ledger_entries (id, tenant_id, account_id, kind, quantity, occurred_on, reference, source, note, recorded_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        entry,
        t.tenantId,
        id,
        t.kind,
        quantity.neg().toFixed(),
        t.occurredOn,
        t.reference,
        t.source,
        t.note,
        t.by,
      ],
    );
    entries.push(entry);
  }
  return { entries };
}

const decimalOf = (text: string): Dec => new Dec(text);

/**
 * Reverses an entry by one of its own, once. `missing` when there is none of these tenants (or it came of a receipt),
 * `reversed` when that was done before.
 */
export async function reverse(
  tx: Queryable,
  tenants: readonly string[],
  id: string,
  by: string,
  note: string,
): Promise<'done' | 'missing' | 'reversed'> {
  const { rows } = await tx.query<{ reversed: boolean }>(
    `select exists (select 1 from ledger_entries r where r.reverses = e.id) as reversed
       from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where e.id = $1 and e.tenant_id = any($2) and e.reverses is null and e.source <> 'receipt' for update of a`,
    [id, tenants],
  );
  const [found] = rows;
  if (!found) return 'missing';
  if (found.reversed) return 'reversed';
  await tx.query(
    `insert into ledger_entries (id, tenant_id, account_id, kind, quantity, reverses, occurred_on, reference, source, note, recorded_by)
     select $2, tenant_id, account_id, kind, -quantity, id, occurred_on, reference, source, $3, $4 from ledger_entries where id = $1`,
    [id, newId(), note, by],
  );
  return 'done';
}
