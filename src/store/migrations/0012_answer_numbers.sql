-- What a receipt may be found by, and what numbers it gives, where these are no columns: [{"kind": …, "value": …}, …].
alter table receipts add column numbers jsonb;
alter table receipts add column gives jsonb;
-- Receipts that wait for their number to become known.
create index receipts_numbers on receipts using gin (numbers jsonb_path_ops) where document_id is null and numbers is not null;
