-- Certificates of parties that sign their own documents; the operator registers them.
create table party_certificates (
  tenant_id uuid not null references tenants,
  enterprise_code text not null,
  serial text not null,
  certificate text not null,
  registered_by text not null,
  registered_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (enterprise_code, serial)
);

-- Null when the gateway signed the message itself; else who handed in the bytes another party signed.
alter table messages add column handed_in_by text;
