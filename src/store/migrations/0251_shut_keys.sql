-- expand
-- Keys that refused to sign for a reason that may be their PIN. A card counts wrong PINs and locks itself, so no process asks
-- such a key again, after a restart neither, until a person has the keys read again.
create table shut_keys (
  tenant_id uuid not null references tenants,
  enterprise_code text not null,
  key_name text not null,
  shut_at timestamptz not null default now(),
  primary key (enterprise_code, key_name)
);
