-- What a bank or payment institution settled (收汇: money came in from abroad; 结汇: it was changed into CNY), as its record says.
-- A series of its own, never added to trade.
create table settlements (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  kind text not null check (kind in ('received', 'converted')),
  institution text not null,
  institution_code text not null default '',
  licence_no text not null default '',
  licence_to date,
  -- Number the institution gave it.
  reference text not null check (reference <> ''),
  currency char(3) not null,
  amount numeric(24, 5) not null check (amount > 0),
  -- At the rate of the month; empty while the table has none.
  cny numeric(24, 2),
  usd numeric(24, 2),
  rate_id text,
  -- Asia/Shanghai.
  settled_on date not null,
  note text not null default '',
  source text not null check (source in ('file', 'api')),
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawn_why text
);
create unique index settlements_reference on settlements (tenant_id, kind, institution, reference) where withdrawn_at is null;
create index settlements_tenant on settlements (tenant_id, id desc);
create trigger settlements_guard before update or delete on settlements
  for each row execute function rows_are_only_withdrawn();

-- 核销: which orders a settlement is for, and how much of it, in its currency.
create table settlement_applications (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  settlement_id uuid not null references settlements,
  declaration_id uuid not null references declarations,
  amount numeric(24, 5) not null check (amount > 0),
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawn_why text
);
create unique index settlement_applications_once on settlement_applications (settlement_id, declaration_id) where withdrawn_at is null;
create index settlement_applications_declaration on settlement_applications (declaration_id);
create trigger settlement_applications_guard before update or delete on settlement_applications
  for each row execute function rows_are_only_withdrawn();

-- No settlement is applied beyond its amount; the lock on it makes two at once go one after the other.
create function settlement_not_beyond() returns trigger language plpgsql as $$
declare total numeric; applied numeric;
begin
  select amount into total from settlements where id = new.settlement_id and withdrawn_at is null for no key update;
  select coalesce(sum(amount), 0) into applied from settlement_applications
   where settlement_id = new.settlement_id and withdrawn_at is null;
  if total is null or applied + new.amount > total then
    raise exception using errcode = '23514', constraint = 'settlement_not_beyond',
      message = 'settlement_not_beyond: more is applied than was settled';
  end if;
  return new;
end $$;
create trigger settlement_not_beyond before insert on settlement_applications
  for each row execute function settlement_not_beyond();

-- Tax of an order (退税、免税、无票免税、海外仓预退): every status it reached is a row; the newest that stands counts.
create table tax_records (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  kind text not null check (kind in ('rebate', 'advance', 'exempt', 'exempt-without-invoice')),
  -- Number of the claim or batch; '' where the sender has none.
  reference text not null default '',
  status text not null check (status in ('applied', 'granted', 'paid', 'settled', 'refused', 'repaid')),
  cny numeric(24, 2) not null check (cny >= 0),
  -- Asia/Shanghai.
  happened_on date not null,
  office text not null default '',
  note text not null default '',
  source text not null check (source in ('file', 'api')),
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawn_why text
);
create unique index tax_records_once on tax_records (declaration_id, kind, reference, status, happened_on) where withdrawn_at is null;
create index tax_records_tenant on tax_records (tenant_id, id desc);
create trigger tax_records_guard before update or delete on tax_records
  for each row execute function rows_are_only_withdrawn();

-- The status each claim stands at.
create view tax_standing as
select distinct on (declaration_id, kind, reference) *
  from tax_records where withdrawn_at is null
 order by declaration_id, kind, reference, happened_on desc, recorded_at desc, id desc;
