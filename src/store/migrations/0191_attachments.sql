-- Files that go with a goods declaration (随附单据): kept as they came, with their hash, linked to the declaration and to the
-- messages they left with. One taken away keeps its row.
create table attachments (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  -- 随附单据类别代码, for example 00000001 invoice.
  kind text not null check (kind ~ '^[0-9]{8}$'),
  -- As it is named in the message: 申报地海关 + kind + IM + 18 digits.
  name text not null,
  -- As it was named by who brought it.
  file_name text not null,
  bytes bytea not null,
  sha256 bytea not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  removed_by text
);
create index attachments_declaration on attachments (declaration_id) where removed_at is null;
create unique index attachments_same on attachments (declaration_id, sha256, kind) where removed_at is null;

-- Which files left with a message, in their order.
alter table messages add column attachments uuid[];
