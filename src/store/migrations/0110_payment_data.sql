-- Raw payment data (公告2018年第165、179号): what platforms keep of the payments of retail imports, and what customs asked for.

create table payment_data (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  ebp_code text not null,
  pay_transaction_id text not null,
  -- The very texts that are signed and sent; nothing serialises them again.
  head text not null,
  lists text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (tenant_id, ebp_code, pay_transaction_id)
);
-- One payment may cover several orders; customs asks by order number.
create table payment_data_orders (
  tenant_id uuid not null references tenants,
  payment_id uuid not null references payment_data,
  order_no text not null,
  primary key (payment_id, order_no)
);
create index payment_data_orders_no on payment_data_orders (order_no);

create table payment_requests (
  -- The session customs opened; a repeated one is the same request.
  session_id text primary key,
  tenant_id uuid not null references tenants,
  order_no text not null,
  payment_id uuid references payment_data,
  state text not null check (state in ('waiting', 'due', 'sending', 'uploaded', 'refused')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  lease_until timestamptz,
  -- Of the last attempt: customs' code and message, or why nothing could be sent.
  answer_code text,
  answer text,
  sent bytea,
  requested_at timestamptz not null default now(),
  uploaded_at timestamptz
);
create index payment_requests_due on payment_requests (next_at) where state in ('due', 'sending');
create index payment_requests_waiting on payment_requests (order_no) where state = 'waiting';
create index payment_requests_tenant on payment_requests (tenant_id, requested_at desc);
