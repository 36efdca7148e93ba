-- What tells a file from another of the very same bytes, where its bytes do not say all: an answer of the import client that names
-- what it answers by its file name alone, or that carries no time. Empty: the same bytes are the same file.
alter table raw_receipts add column arrival text not null default '';
alter table raw_receipts drop constraint raw_receipts_sha256_key;
alter table raw_receipts add constraint raw_receipts_file_key unique (sha256, arrival);
