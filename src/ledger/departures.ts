import type { Queryable } from '../store/store.js';

/**
 * Makes the departures of 9810 declarations what customs says: each cleared line departed to its warehouse with its
 * declared quantity, one that was withdrawn or taken out did not. Computed from the declaration as it stands, so that the
 * order of receipts plays no part; a difference is an entry of its own. What was sold already cannot be taken back: the
 * reversal ends at the stock that is left.
 * The place is the warehouse's code where the declaration names one, else its name (公告2024年第167号: customs files none).
 */
export async function departLines(tx: Queryable, declarationIds: readonly string[]): Promise<void> {
  if (declarationIds.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `select id from declarations where id = any($1) and regime = '9810' and ie_flag = 'E' order by id for no key update`,
    [declarationIds],
  );
  if (rows.length === 0) return;
  const ids = rows.map((row) => row.id);
  await tx.query(
    `insert into ledger_accounts (id, tenant_id, book, line_id, place, item_no)
     select gen_random_uuid(), c.tenant_id, 'overseas-warehouse', l.id,
            case when c.platform_code in ('', '无') then c.platform_name else c.platform_code end, l.item_no
       from declarations c join declaration_lines l on l.declaration_id = c.id
      where c.id = any($1) and c.cleared_at is not null and c.withdrawn_at is null and l.gnum is not null
        and not exists (select 1 from ledger_accounts a where a.line_id = l.id and a.book = 'overseas-warehouse')
     on conflict do nothing`,
    [ids],
  );
  await tx.query(
    `update ledger_accounts a set item_no = l.item_no from declaration_lines l
      where l.id = a.line_id and l.declaration_id = any($1) and a.item_no is distinct from l.item_no`,
    [ids],
  );
  await tx.query(
    `with accounts as (
       select a.id, a.tenant_id, a.balance, c.cleared_at, c.withdrawn_at, c.order_no,
              case when c.cleared_at is null or c.withdrawn_at is not null or l.gnum is null then 0 else l.qty end as wanted
         from ledger_accounts a join declaration_lines l on l.id = a.line_id join declarations c on c.id = l.declaration_id
        where c.id = any($1) and a.book = 'overseas-warehouse' and a.origin order by a.id for update of a
     ), moves as (
       select a.*, greatest(a.wanted - coalesce((select sum(e.quantity) from ledger_entries e
                                                  where e.account_id = a.id and e.kind = 'departed'), 0), -a.balance) as move
         from accounts a
     )
     insert into ledger_entries (id, tenant_id, account_id, kind, quantity, occurred_on, reference, source, recorded_by)
     select gen_random_uuid(), tenant_id, id, 'departed', move,
            (coalesce(withdrawn_at, cleared_at, now()) at time zone 'Asia/Shanghai')::date, order_no, 'receipt', 'customs'
       from moves where move <> 0`,
    [ids],
  );
}
