-- Notices of an order: plausible doubt that never refuses it. One row for each rule and place, kept with the declaration;
-- a person acknowledges them, one or many at a time. A corrected order brings its own; an acknowledgement stays while
-- the same notice does.
create table notices (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  code text not null,
  path text not null,
  fault jsonb not null,
  created_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text,
  note text,
  unique (declaration_id, code, path)
);
create index notices_open on notices (tenant_id, code) where acknowledged_at is null;
create index notices_page on notices (tenant_id, id desc);
