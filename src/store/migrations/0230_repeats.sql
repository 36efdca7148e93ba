-- Work that comes round again and again (sweeps, upkeep): when some process did it last, so that of many processes one does it a period.
create table repeats (
  tenant_id uuid not null references tenants,
  name text primary key,
  ran_at timestamptz not null
);
