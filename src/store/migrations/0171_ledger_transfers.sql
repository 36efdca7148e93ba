-- Goods that move from one place to another: an entry out and an entry in, which together are nothing.
alter table ledger_accounts add column origin boolean not null default true;
comment on column ledger_accounts.origin is 'False where goods came by transfer: what customs says concerns the place they left for.';
alter table ledger_accounts add column item_no text;
update ledger_accounts a set item_no = l.item_no from declaration_lines l where l.id = a.line_id;
create index ledger_accounts_item on ledger_accounts (tenant_id, book, item_no);

alter table ledger_entries add column transfer uuid;
create index ledger_entries_transfer on ledger_entries (transfer) where transfer is not null;
alter table ledger_entries drop constraint ledger_entries_kind_check;
alter table ledger_entries add constraint ledger_entries_kind_check
  check (kind in ('departed', 'sold', 'returned', 'lost', 'transferred'));
alter table ledger_entries drop constraint ledger_entries_check;
alter table ledger_entries add constraint ledger_entries_direction check (
  reverses is not null or source = 'receipt' or kind = 'transferred' or (quantity > 0) = (kind = 'departed'));
alter table ledger_entries add constraint ledger_entries_transfer_check check ((kind = 'transferred') = (transfer is not null));

create function ledger_transfer_balances() returns trigger language plpgsql as $$
begin
  if (select sum(quantity) <> 0 or count(distinct a.line_id) <> 1
        from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.transfer = new.transfer) then
    raise exception 'what a transfer takes out of one place it brings to another';
  end if;
  return null;
end $$;
create constraint trigger ledger_transfer_balances after insert on ledger_entries deferrable initially deferred
  for each row when (new.transfer is not null) execute function ledger_transfer_balances();

-- Stock is never negative on any day either, in the order of what happened: an entry of an earlier day counts from that day.
create function ledger_day_not_negative() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from (select occurred_on, sum(sum(quantity)) over (order by occurred_on) as stock
                     from ledger_entries where account_id = new.account_id group by occurred_on) d
     where d.occurred_on >= new.occurred_on and d.stock < 0) then
    raise exception using errcode = '23514', constraint = 'ledger_day_not_negative',
      message = 'ledger_day_not_negative: stock would be below zero on a day';
  end if;
  return null;
end $$;
create trigger ledger_day_not_negative after insert on ledger_entries
  for each row when (new.quantity < 0 and new.source <> 'receipt') execute function ledger_day_not_negative();

-- A reference that was reversed may be taken again; that it is taken once while it stands is kept by the lock on the item.
drop index ledger_entries_reference;
create index ledger_entries_reference on ledger_entries (account_id, reference) where reference <> '';
