-- A key (waybill number, list number …) is at customs for one declaration at a time: a document whose key another one has
-- under way or at customs waits for it.
alter table documents drop constraint documents_waiting_for_check;
alter table documents add constraint documents_waiting_for_check
  check (waiting_for in ('party', 'documents', 'refused-document', 'number'));
create index documents_waiting_number on documents (message_type, document_key) where waiting_for = 'number';
