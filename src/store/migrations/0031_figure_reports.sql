-- What is made of figures and kept: closed months, frozen snapshots, and turnover as platforms report it.

-- A month is preliminary until the committee closes it; each closing is a revision and names the moment it speaks of.
create table figure_closings (
  month char(7) not null,
  revision integer not null,
  status text not null check (status in ('preliminary', 'final')),
  as_of timestamptz not null,
  closed_by text not null,
  note text not null,
  closed_at timestamptz not null default now(),
  primary key (month, revision)
);

-- Bytes that were exported once and never change; `records_sha256` is over the ids of the versions behind them.
create table figure_snapshots (
  id uuid primary key,
  kind text not null check (kind in ('monthly', 'named')),
  name text not null,
  revision integer not null,
  status text not null check (status in ('preliminary', 'final')),
  query jsonb not null,
  as_of timestamptz not null,
  records bigint not null,
  records_sha256 text not null,
  json bytea not null,
  json_sha256 text not null,
  csv bytea not null,
  csv_sha256 text not null,
  -- Detached signatures over both files by the gateway's own key; empty when it holds none.
  signatures jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (kind, name, revision)
);

-- Turnover of an enterprise on a platform in a month, as the platform reports it (with source); a later report is a new
-- version. Never added to what customs cleared.
create table platform_turnover (
  id uuid primary key,
  month char(7) not null,
  platform_code text not null,
  platform_name text not null,
  enterprise text not null,
  enterprise_name text not null,
  direction text not null check (direction in ('E', 'I')),
  version integer not null,
  currency text not null,
  amount numeric(24, 5) not null,
  cny numeric(24, 2),
  usd numeric(24, 2),
  rate_id text,
  orders integer,
  source text not null,
  reported_at date not null,
  file_sha256 text,
  imported_by text not null,
  recorded_at timestamptz not null default now(),
  unique (month, platform_code, enterprise, direction, version)
);
create index platform_turnover_enterprise on platform_turnover (enterprise, month);

create function kept_for_ever() returns trigger language plpgsql as $$
begin
  raise exception '% are added, never changed', tg_table_name;
end $$;
create trigger figure_closings_kept before update or delete on figure_closings for each row execute function kept_for_ever();
create trigger figure_snapshots_kept before update or delete on figure_snapshots for each row execute function kept_for_ever();
create trigger platform_turnover_kept before update or delete on platform_turnover for each row execute function kept_for_ever();
