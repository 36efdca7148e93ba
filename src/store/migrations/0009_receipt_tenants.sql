-- Every tenant a receipt file speaks of, also through receipts that were known before: who may not see them all may not
-- see the file.
alter table raw_receipts add column tenants uuid[] not null default '{}';
