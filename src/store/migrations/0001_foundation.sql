-- Every row belongs to a tenant. The operator's tenant exists from the start and owns what belongs to nobody else yet.

create table tenants (
  id uuid primary key,
  code text unique,
  name text not null,
  role text not null check (role in ('seller', 'broker', 'officer', 'operator')),
  created_at timestamptz not null default now()
);
insert into tenants (id, code, name, role)
values ('00000000-0000-7000-8000-000000000001', null, '网关运营方', 'operator');

create table users (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  email text not null,
  name text not null,
  password_hash text,
  active boolean not null default true,
  created_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table activations (
  token_hash bytea primary key,
  tenant_id uuid not null references tenants,
  user_id uuid references users,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table sessions (
  token_hash bytea primary key,
  tenant_id uuid not null references tenants,
  user_id uuid not null references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table api_keys (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  prefix text not null,
  secret_hash bytea not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- A seller (tenant_id) lets a broker act for it.
create table mandates (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  broker_tenant_id uuid not null references tenants,
  valid_from date not null,
  valid_to date,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index mandates_broker on mandates (broker_tenant_id);

create table idempotency_keys (
  tenant_id uuid not null references tenants,
  key text not null,
  fingerprint bytea not null,
  reference uuid not null,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);

create table imports (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  seller_tenant_id uuid references tenants,
  file_name text not null,
  format text not null,
  state text not null check (state in ('receiving', 'running', 'interrupted', 'done', 'cancelled', 'failed')),
  bytes_total bigint not null default 0,
  bytes_read bigint not null default 0,
  orders integer not null default 0,
  accepted integer not null default 0,
  faulty integer not null default 0,
  already_there integer not null default 0,
  checkpoint jsonb,
  error jsonb,
  idempotency_key text,
  fingerprint bytea,
  lease_until timestamptz,
  created_by text not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index imports_tenant on imports (tenant_id, id);
create unique index imports_idempotency on imports (tenant_id, idempotency_key);

create table import_chunks (
  tenant_id uuid not null references tenants,
  import_id uuid not null references imports,
  n integer not null,
  bytes bytea not null,
  primary key (import_id, n)
);

-- Verdicts of orders that did not go on; what was accepted is found through orders.import_id.
create table import_verdicts (
  tenant_id uuid not null references tenants,
  import_id uuid not null references imports,
  order_index integer not null,
  row_from integer not null,
  row_to integer not null,
  order_no text,
  outcome text not null check (outcome in ('faulty', 'exists')),
  declaration_id uuid,
  faults jsonb not null,
  raw jsonb not null,
  primary key (import_id, order_index)
);

create table orders (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  regime text not null,
  business_key text not null,
  fingerprint bytea not null,
  body jsonb not null,
  submitted_by text not null,
  import_id uuid references imports,
  order_index integer,
  row_from integer,
  row_to integer,
  created_at timestamptz not null default now()
);
create unique index orders_business_key on orders (tenant_id, business_key);
create index orders_import on orders (import_id, order_index) where import_id is not null;

-- One declaration per order: what people follow. Narrow, because receipts update it.
create table declarations (
  id uuid primary key references orders,
  tenant_id uuid not null references tenants,
  regime text not null,
  order_no text not null,
  platform_code text not null,
  platform_name text not null,
  seller_code text not null,
  seller_name text not null,
  cop_no text not null,
  logistics_code text,
  logistics_no text,
  pay_code text,
  pay_no text,
  country text,
  amount numeric(24, 5),
  currency text,
  import_id uuid,
  delivery text not null,
  verdict text not null default 'none',
  status text,
  status_time timestamptz,
  info_code text,
  attention boolean not null default false,
  pre_no text,
  invt_no text,
  released_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index declarations_tenant on declarations (tenant_id, id desc);
create index declarations_verdict on declarations (tenant_id, verdict, id desc);
create index declarations_attention on declarations (tenant_id, id desc) where attention;
create index declarations_order_no on declarations (order_no text_pattern_ops);
create index declarations_cop_no on declarations (cop_no text_pattern_ops);
create index declarations_invt_no on declarations (invt_no text_pattern_ops);
create index declarations_waybill on declarations (logistics_code, logistics_no);
create index declarations_payment on declarations (pay_code, pay_no);
create index declarations_import on declarations (import_id, id) where import_id is not null;

create table messages (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  message_type text not null,
  guid text not null unique,
  signer_code text not null,
  suite text not null,
  key_name text not null,
  bytes bytea not null,
  sha256 bytea not null,
  document_count integer not null,
  delivery text not null,
  created_at timestamptz not null default now(),
  sent_at timestamptz
);

create table documents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  seq smallint not null,
  message_type text not null,
  responsible_role text not null,
  responsible_code text not null,
  responsible_name text not null,
  guid text not null,
  app_type text not null default '1',
  app_time timestamptz,
  cop_no text not null,
  document_key text not null,
  delivery text not null,
  waiting_for text check (waiting_for in ('party', 'documents', 'refused-document')),
  verdict text not null default 'none',
  accepted boolean not null default false,
  status text,
  status_time timestamptz,
  info_code text,
  message_id uuid references messages,
  pre_no text,
  invt_no text
);
create unique index documents_declaration on documents (declaration_id, message_type);
create index documents_key on documents (message_type, document_key);
create index documents_message on documents (message_id);
create index documents_ready on documents (tenant_id, message_type, responsible_code, id) where delivery = 'ready';
create index documents_waiting_party on documents (responsible_code) where waiting_for = 'party';

create table outbox (
  message_id uuid primary key references messages,
  tenant_id uuid not null references tenants,
  next_at timestamptz not null default now(),
  attempts integer not null default 0,
  first_tried_at timestamptz,
  lease_until timestamptz,
  lease_by text
);
create index outbox_next on outbox (next_at);

create table attempts (
  message_id uuid not null references messages,
  n integer not null,
  tenant_id uuid not null references tenants,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text,
  detail text,
  primary key (message_id, n)
);

create table raw_receipts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  origin text not null,
  sha256 bytea not null unique,
  bytes bytea not null,
  message_type text,
  state text not null default 'stored' check (state in ('stored', 'applied', 'unreadable')),
  times integer not null default 1,
  received_at timestamptz not null default now()
);
create index raw_receipts_stored on raw_receipts (id) where state = 'stored';

create table receipts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  raw_id uuid not null references raw_receipts,
  position integer not null,
  message_type text not null,
  document_id uuid references documents,
  document_key text not null,
  identity bytea not null unique,
  duplicate_notice boolean not null default false,
  return_status text not null,
  return_time timestamptz,
  info text,
  info_code text,
  pre_no text,
  invt_no text,
  received_at timestamptz not null
);
create index receipts_document on receipts (document_id);
create index receipts_unmatched on receipts (message_type, document_key) where document_id is null;
create index receipts_raw on receipts (raw_id);

create table tray (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  raw_id uuid not null references raw_receipts,
  receipt_id uuid references receipts,
  reason text not null check (reason in ('unreadable', 'unmatched')),
  faults jsonb not null default '[]',
  decision text check (decision in ('assigned', 'dismissed')),
  decided_by text,
  decided_at timestamptz,
  note text,
  created_at timestamptz not null default now()
);
create index tray_open on tray (id desc) where decision is null;

-- One record per goods line of a released list; the base of every figure. Money at the rate of the record's month.
create table counting_records (
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  gnum integer not null,
  seller_code text not null,
  seller_name text not null,
  regime text not null,
  country text not null,
  gcode text not null,
  month char(7) not null,
  released_at timestamptz not null,
  currency text not null,
  amount numeric(24, 5) not null,
  -- Empty while the rate table has no rate of that month; filled when it has, never guessed.
  cny numeric(24, 2),
  usd numeric(24, 2),
  rate_id text,
  primary key (declaration_id, gnum)
);
create index counting_records_month on counting_records (month, tenant_id);

-- What people decided about a document: declared elsewhere, resend, discard.
create table decisions (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  document_id uuid not null references documents,
  kind text not null,
  note text not null,
  decided_by text not null,
  decided_at timestamptz not null default now()
);
create index decisions_document on decisions (document_id);

create table switches (
  tenant_id uuid not null references tenants,
  name text not null,
  value text not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
