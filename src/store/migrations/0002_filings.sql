-- Documents beyond the first four of an export order: corrected revisions, and filings with data of their own.

-- A correction of an order: the whole body as it stands after it, and which fields changed.
create table order_revisions (
  tenant_id uuid not null references tenants,
  order_id uuid not null references orders,
  revision smallint not null,
  body jsonb not null,
  changes jsonb not null,
  reason text not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  primary key (order_id, revision)
);

alter table documents alter column declaration_id drop not null;
alter table documents add column revision smallint not null default 1;
-- False once a later revision of the same document took its place.
alter table documents add column current boolean not null default true;
-- The order revision it is written from; 1 is the order as it came.
alter table documents add column order_revision smallint not null default 1;
-- Data of a filing, with the field names of its message; empty for documents written from an order.
alter table documents add column filing jsonb;
alter table documents add column created_at timestamptz not null default now();
alter table documents add column created_by text;
drop index documents_declaration;
create unique index documents_declaration on documents (declaration_id, message_type, revision) where filing is null;
create index documents_filings on documents (tenant_id, id desc) where filing is not null;

-- The declarations a filing speaks of.
create table filing_declarations (
  tenant_id uuid not null references tenants,
  document_id uuid not null references documents,
  declaration_id uuid not null references declarations,
  primary key (document_id, declaration_id)
);
create index filing_declarations_declaration on filing_declarations (declaration_id);

-- What customs sends unasked and is no receipt of a document: summary results (792), tax bills (816, 818).
create table pushed_messages (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  raw_id uuid not null references raw_receipts,
  position integer not null,
  message_type text not null,
  identity bytea not null unique,
  declaration_id uuid references declarations,
  document_id uuid references documents,
  reference text not null,
  body jsonb not null,
  return_time timestamptz,
  received_at timestamptz not null
);
create index pushed_messages_declaration on pushed_messages (declaration_id);
create index pushed_messages_document on pushed_messages (document_id);
create index pushed_messages_reference on pushed_messages (message_type, reference);

alter table declarations add column ie_flag text not null default 'E';
alter table declarations add column statistics_flag text;
alter table declarations add column bill_no text;
-- Withdrawn or returned: set by the filings that customs granted.
alter table declarations add column withdrawn_at timestamptz;
alter table declarations add column returned_at timestamptz;
create index declarations_bill on declarations (tenant_id, bill_no) where bill_no is not null;
