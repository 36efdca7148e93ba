-- Rows that hang on an order, a declaration, a document or a file take their enterprise from it: it is checked there, once.
-- Checked again for each of them (two dozen a declaration) the one row of the enterprise was locked by every transaction
-- at once, and a tenth of the database's time went into it.
alter table receipts drop constraint receipts_tenant_id_fkey;
alter table raw_receipts drop constraint raw_receipts_tenant_id_fkey;
alter table documents drop constraint documents_tenant_id_fkey;
alter table declaration_lines drop constraint declaration_lines_tenant_id_fkey;
alter table declaration_numbers drop constraint declaration_numbers_tenant_id_fkey;
alter table number_claims drop constraint number_claims_tenant_id_fkey;
alter table counting_records drop constraint counting_records_tenant_id_fkey;
alter table attempts drop constraint attempts_tenant_id_fkey;
alter table messages drop constraint messages_tenant_id_fkey;

-- The document a receipt names was found by the very statement before; `document_id`, which figures rest on, stays checked.
alter table receipts drop constraint receipts_answers_fkey;
