-- What a seller gives once: how its files name their columns, values that never change, and its goods.

create table import_profiles (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  body jsonb not null,
  updated_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, name)
);

-- Every version is kept; the newest is in force.
create table seller_defaults (
  tenant_id uuid not null references tenants,
  version integer not null,
  body jsonb not null,
  changed_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, version)
);

create table goods (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  sku text not null,
  version integer not null,
  data jsonb not null,
  removed boolean not null default false,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  unique (tenant_id, sku)
);

create table goods_versions (
  goods_id uuid not null references goods,
  tenant_id uuid not null references tenants,
  version integer not null,
  data jsonb not null,
  removed boolean not null default false,
  changed_by text not null,
  created_at timestamptz not null default now(),
  primary key (goods_id, version)
);

-- The profile as it was when the import was received, how its columns were read, and the import it repeats.
alter table imports add column profile jsonb;
alter table imports add column columns_read jsonb;
alter table imports add column retry_of uuid references imports;
