-- Browsers a user has signed in with: their tries to sign in are counted apart from those of strangers.
create table known_devices (
  token_hash bytea primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  created_at timestamptz not null default now()
);
create index known_devices_user on known_devices (user_id, created_at);

-- Who changed what about an account or a party's certificate, and when.
create table account_log (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  user_id uuid references users,
  subject text not null,
  action text not null check (action in ('disabled', 'enabled', 'reset', 'sessions-ended', 'password-changed', 'certificate-revoked')),
  actor text not null,
  created_at timestamptz not null default now()
);
create index account_log_tenant on account_log (tenant_id, id);
