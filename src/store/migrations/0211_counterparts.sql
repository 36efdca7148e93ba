-- How sending to a counterpart stands, for every process: its circuit breaker and its pace.
create table counterparts (
  tenant_id uuid not null references tenants,
  name text primary key,
  -- Attempts in a row that got no answer, of different messages.
  failures integer not null default 0,
  last_failed uuid,
  opened_at timestamptz,
  -- While the breaker is open: when one message may try again.
  next_try_at timestamptz,
  -- Up to here the pace is used up.
  paced_until timestamptz not null default now()
);
