-- Filings in parts, what customs sends unasked, and what withdrawals and returns take back from the figures.

-- One for all parts (msgSeqNo) and revisions of a filing: the id of its first document.
alter table documents add column filing_id uuid;
-- The number customs gave the document itself: sumNo of a summary application, rkdNo of a warehouse entry.
alter table documents add column given_no text;
alter table receipts add column given_no text;
create index documents_filing_id on documents (filing_id) where filing_id is not null;
create index documents_given_no on documents (given_no) where given_no is not null;

-- The declarations a pushed message speaks of; one summary result covers many lists.
create table pushed_declarations (
  tenant_id uuid not null references tenants,
  pushed_id uuid not null references pushed_messages,
  declaration_id uuid not null references declarations,
  primary key (pushed_id, declaration_id)
);
create index pushed_declarations_declaration on pushed_declarations (declaration_id);

-- A tax bill beside the tax estimated for the list when the bill came.
alter table pushed_messages add column comparison jsonb;
alter table tray add column pushed_id uuid references pushed_messages;
create index tray_pushed on tray (pushed_id) where pushed_id is not null;

-- What a granted withdrawal or return takes back from a counting record, which itself stays as it is. The month is that
-- of the withdrawal or return; money at the rate of the record, so that a record taken back in full leaves nothing.
create table reversals (
  tenant_id uuid not null references tenants,
  document_id uuid not null references documents,
  declaration_id uuid not null,
  gnum integer not null,
  kind text not null check (kind in ('withdrawn', 'returned')),
  seller_code text not null,
  seller_name text not null,
  regime text not null,
  country text not null,
  month char(7) not null,
  reversed_at timestamptz not null,
  -- Returned quantity in the unit of the list; empty for a withdrawal, which takes back the whole line.
  qty numeric(24, 5),
  currency text not null,
  amount numeric(24, 5) not null,
  cny numeric(24, 2),
  usd numeric(24, 2),
  primary key (document_id, declaration_id, gnum),
  foreign key (declaration_id, gnum) references counting_records (declaration_id, gnum)
);
create index reversals_month on reversals (month, tenant_id);
create index reversals_declaration on reversals (declaration_id);
