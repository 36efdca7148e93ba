-- What a column of somebody's files means, said once: header (as names are compared) and column of the sheet; '' for one not needed.
create table sheet_headers (
  tenant_id uuid not null references tenants,
  sheet text not null,
  header text not null,
  column_key text not null,
  said_by text not null,
  said_at timestamptz not null default now(),
  primary key (tenant_id, sheet, header)
);
