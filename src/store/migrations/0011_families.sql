-- Documents of any message family (docs/decisions/0015-message-families.md).

-- Numbers a document was given after it was made, by the receipts it got: 统一编号, 海关编号, 检验检疫编号 … The number it has
-- from the start is `documents.document_key`.
create table document_numbers (
  tenant_id uuid not null references tenants,
  document_id uuid not null references documents,
  kind text not null,
  value text not null,
  learned_at timestamptz not null default now(),
  primary key (document_id, kind, value)
);
create index document_numbers_value on document_numbers (kind, value);

-- A message of a family that signs nothing, or in its own way, names no suite and no key.
alter table messages alter column suite drop not null;
alter table messages alter column key_name drop not null;
alter table messages alter column signer_code drop not null;

-- Where customs and inspection stand, each for itself: {"customs": {verdict, status, statusTime}, "inspection": …}. Empty
-- where only customs speaks, whose state then stands in the columns beside it.
alter table documents add column tracks jsonb;
alter table declarations add column tracks jsonb;
