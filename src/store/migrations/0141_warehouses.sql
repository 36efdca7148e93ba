-- Overseas warehouses (海外仓) of sellers: every version is kept, the newest is in force; areas from a day on.
create table warehouses (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  version integer not null,
  data jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  unique (tenant_id, name)
);
create table warehouse_versions (
  warehouse_id uuid not null references warehouses,
  tenant_id uuid not null references tenants,
  version integer not null,
  data jsonb not null,
  changed_by text not null,
  created_at timestamptz not null default now(),
  primary key (warehouse_id, version)
);
create table warehouse_areas (
  warehouse_id uuid not null references warehouses,
  tenant_id uuid not null references tenants,
  from_day date not null,
  square_metres numeric(14, 2) not null check (square_metres >= 0),
  changed_by text not null,
  primary key (warehouse_id, from_day)
);

-- A ledger of quantities by goods line and place: entries are added and never changed, a mistake is reversed by an entry of
-- its own. The balance is kept by the entries themselves and is never negative: of two that take the last piece one fails.
create table ledger_accounts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  book text not null check (book in ('overseas-warehouse', 'bonded')),
  line_id uuid not null references declaration_lines,
  place text not null,
  balance numeric not null default 0 constraint ledger_balance_not_negative check (balance >= 0),
  opened_at timestamptz not null default now(),
  unique (book, line_id, place)
);
create index ledger_accounts_place on ledger_accounts (tenant_id, book, place);

create table ledger_entries (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  account_id uuid not null references ledger_accounts,
  kind text not null check (kind in ('departed', 'sold', 'returned', 'lost')),
  -- What it does to the stock: departures add, the others take.
  quantity numeric not null check (quantity <> 0),
  reverses uuid unique references ledger_entries,
  -- Day of the event (Asia/Shanghai): exit, sale, return, loss.
  occurred_on date not null,
  reference text not null default '',
  source text not null check (source in ('receipt', 'file', 'api')),
  note text not null default '',
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  check (reverses is not null or source = 'receipt' or (quantity > 0) = (kind = 'departed'))
);
create index ledger_entries_account on ledger_entries (account_id);
create unique index ledger_entries_reference on ledger_entries (account_id, kind, reference)
  where reverses is null and reference <> '' and source <> 'receipt';

create function ledger_entry_counts() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    raise exception 'entries of a ledger are added and reversed, never changed';
  end if;
  if new.reverses is not null and not exists (
    select 1 from ledger_entries e where e.id = new.reverses and e.account_id = new.account_id and e.kind = new.kind
       and e.quantity = -new.quantity and e.reverses is null) then
    raise exception 'a reversal mirrors the entry it reverses';
  end if;
  update ledger_accounts set balance = balance + new.quantity where id = new.account_id;
  return new;
end $$;
create trigger ledger_entry_counts before insert or update or delete on ledger_entries
  for each row execute function ledger_entry_counts();
