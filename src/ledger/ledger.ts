import { randomUUID } from 'node:crypto';
import { Dec, decimal } from '../base/decimal.js';
import { newId } from '../base/ids.js';
import type { Queryable } from '../store/store.js';

/** Ledgers by goods line and place: 海外仓 stock of 9810 lines, bonded 账册 by the same rules. */
export type Book = 'overseas-warehouse' | 'bonded';
export type EntryKind = 'departed' | 'sold' | 'returned' | 'lost' | 'transferred';
/** What takes goods out of stock. */
export const takingKinds = ['sold', 'returned', 'lost'] as const satisfies readonly EntryKind[];

/** What leaves a place: a quantity of an item, of whichever lines came first, or of one declaration's lines. */
interface Leaving {
  tenantId: string;
  book: Book;
  /** The names that the place has in the ledger. */
  places: readonly string[];
  itemNo: string;
  /** Order number of the declaration the goods left with; the oldest stock first where it is not said. */
  orderNo?: string | undefined;
  /** Plain decimal above zero, in the unit of the lines. */
  quantity: string;
  /** yyyy-MM-dd, Asia/Shanghai. Goods that came later are not in stock on that day. */
  occurredOn: string;
  /** The sale's order number or the file's own number; the same one is taken once. */
  reference: string;
  source: 'file' | 'api';
  note: string;
  by: string;
}

export interface Taking extends Leaving {
  kind: (typeof takingKinds)[number];
}

export interface Transfer extends Leaving {
  /** The name that the new place has in the ledger. */
  to: string;
}

export type Taken = { entries: string[] } | { again: true } | { short: { inStock: string } };

interface Stock {
  id: string;
  line_id: string;
  /** What can leave on that day so that no later day lacks it. */
  free: string;
  known: boolean;
}

/**
 * Takes goods out of stock in the caller's transaction, oldest lines first. The accounts are locked in one order, so that
 * of two takings of the last piece the second sees that it is gone. Nothing is taken when there is too little.
 */
export async function take(tx: Queryable, t: Taking): Promise<Taken> {
  const parts = await partsOf(tx, t, t.kind);
  if (!Array.isArray(parts)) return parts;
  const entries: string[] = [];
  for (const { id, quantity } of parts) entries.push(await enter(tx, t, id, t.kind, quantity.neg(), null));
  return { entries };
}

/** Moves goods to another place in the caller's transaction: what leaves the one arrives at the other, line by line. */
export async function transfer(tx: Queryable, t: Transfer): Promise<Taken> {
  const parts = await partsOf(tx, t, 'transferred');
  if (!Array.isArray(parts)) return parts;
  const entries: string[] = [];
  for (const { id, line, quantity } of parts) {
    const move = randomUUID();
    const { rows } = await tx.query<{ id: string }>(
      `insert into ledger_accounts as a (id, tenant_id, book, line_id, place, item_no, origin)
       values ($1, $2, $3, $4, $5, $6, false)
       on conflict (book, line_id, place) do update set item_no = excluded.item_no returning a.id`,
      [newId(), t.tenantId, t.book, line, t.to, t.itemNo],
    );
    entries.push(await enter(tx, t, id, 'transferred', quantity.neg(), move));
    entries.push(await enter(tx, t, rows[0]?.id ?? '', 'transferred', quantity, move));
  }
  return { entries };
}

/** Of which accounts a quantity leaves; `again` when its reference left before, `short` when there is too little. */
async function partsOf(
  tx: Queryable,
  t: Leaving,
  kind: EntryKind,
): Promise<{ id: string; line: string; quantity: Dec }[] | { again: true } | { short: { inStock: string } }> {
  await lockItems(tx, t.tenantId, t.book, [t.itemNo]);
  const { rows } = await tx.query<Stock>(
    `select a.id, a.line_id, coalesce(s.free, 0) as free,
            exists (select 1 from ledger_entries e where e.account_id = a.id and e.kind = $7 and e.reference = $8
                       and e.reference <> '' and e.quantity < 0 and e.reverses is null
                       and not exists (select 1 from ledger_entries r where r.reverses = e.id)) as known
       from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
       left join lateral (
         select case when bool_or(d.day <= $6::date) then min(d.stock) end as free
           from (select occurred_on as day, sum(sum(quantity)) over w as stock, lead(occurred_on) over w as next
                   from ledger_entries e where e.account_id = a.id group by occurred_on window w as (order by occurred_on)) d
          where d.next is null or d.next > $6::date) s on true
      where a.tenant_id = $1 and a.book = $2 and a.place = any($3) and a.item_no = $4 and ($5::text is null or c.order_no = $5)
      order by c.cleared_at nulls first, a.id`,
    [t.tenantId, t.book, t.places, t.itemNo, t.orderNo ?? null, t.occurredOn, kind, t.reference],
  );
  if (rows.some((row) => row.known)) return { again: true };
  const stock = rows.map((row) => ({ id: row.id, line: row.line_id, free: new Dec(row.free) }));
  const inStock = stock.reduce((sum, s) => sum.plus(s.free), new Dec(0));
  let wanted = decimal(t.quantity);
  if (inStock.lt(wanted)) return { short: { inStock: inStock.toFixed() } };
  return stock.flatMap(({ id, line, free }) => {
    const quantity = Dec.min(free, wanted);
    if (quantity.lte(0)) return [];
    wanted = wanted.minus(quantity);
    return [{ id, line, quantity }];
  });
}

/** Locks every account of some items, in the order in which receipts lock them: takings then go one after the other. */
export async function lockItems(
  tx: Queryable,
  tenantId: string,
  book: Book,
  itemNos: readonly string[],
): Promise<void> {
  await tx.query(
    `select id from ledger_accounts where tenant_id = $1 and book = $2 and item_no = any($3) order by id for update`,
    [tenantId, book, itemNos],
  );
}

async function enter(
  tx: Queryable,
  t: Leaving,
  account: string,
  kind: EntryKind,
  quantity: Dec,
  move: string | null,
): Promise<string> {
  const id = newId();
  await tx.query(
    `insert into ledger_entries (id, tenant_id, account_id, kind, quantity, occurred_on, reference, source, note, recorded_by, transfer)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      t.tenantId,
      account,
      kind,
      quantity.toFixed(),
      t.occurredOn,
      t.reference,
      t.source,
      t.note,
      t.by,
      move,
    ],
  );
  return id;
}

/**
 * Reverses an entry by one of its own, once; a transfer with both of its entries. `missing` when there is none of these
 * tenants (or it came of a receipt), `reversed` when that was done before, `used` when what it brought left again.
 */
export async function reverse(
  tx: Queryable,
  tenants: readonly string[],
  id: string,
  by: string,
  note: string,
): Promise<'done' | 'missing' | 'reversed' | 'used'> {
  const { rows } = await tx.query<{
    item_no: string;
    tenant_id: string;
    book: Book;
    transfer: string | null;
  }>(
    `select a.item_no, a.tenant_id, a.book, e.transfer from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where e.id = $1 and e.tenant_id = any($2) and e.reverses is null and e.source <> 'receipt'`,
    [id, tenants],
  );
  const [found] = rows;
  if (!found) return 'missing';
  await lockItems(tx, found.tenant_id, found.book, [found.item_no]);
  const { rows: entries } = await tx.query<{ id: string; reversed: boolean; used: boolean }>(
    `select e.id, exists (select 1 from ledger_entries r where r.reverses = e.id) as reversed,
            e.quantity > coalesce((
              select min(d.stock) from (select occurred_on, sum(sum(quantity)) over (order by occurred_on) as stock
                                          from ledger_entries s where s.account_id = e.account_id group by occurred_on) d
               where d.occurred_on >= e.occurred_on), 0) and e.quantity > 0 as used
       from ledger_entries e where e.id = $1 or (e.transfer = $2 and e.reverses is null) order by e.quantity desc`,
    [id, found.transfer],
  );
  if (entries.some((entry) => entry.reversed)) return 'reversed';
  if (entries.some((entry) => entry.used)) return 'used';
  for (const entry of entries)
    await tx.query(
      `insert into ledger_entries (id, tenant_id, account_id, kind, quantity, reverses, occurred_on, reference, source, note, recorded_by, transfer)
       select $2, tenant_id, account_id, kind, -quantity, id, occurred_on, reference, source, $3, $4, transfer
         from ledger_entries where id = $1`,
      [entry.id, newId(), note, by],
    );
  return 'done';
}
