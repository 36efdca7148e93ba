-- Keys that fail to sign. Their documents wait for them, and no document counts it as its own failure: once the pause is over one
-- message tries again.
create table failing_keys (
  tenant_id uuid not null references tenants,
  enterprise_code text primary key,
  failures integer not null,
  failed_since timestamptz not null default now(),
  next_try_at timestamptz not null,
  reason text not null
);
