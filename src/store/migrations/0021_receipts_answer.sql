-- The document a receipt names by itself, whatever its key and its time say: through the guid of the document, the guid of
-- the message (CEB900), or because a person assigned it. Empty where key, numbers and time decide (docs/decisions/0017).
alter table receipts add column answers uuid references documents;
update receipts r set answers = r.document_id where r.message_type = 'CEB900Message' and r.document_id is not null;
update receipts r set answers = r.document_id
  from tray t where t.receipt_id = r.id and t.decision = 'assigned' and r.document_id is not null;
-- What the sweeps look for.
create index documents_waiting on documents (message_type, id)
  where delivery = 'waiting' and waiting_for in ('documents', 'refused-document') and current and filing is null;
create index messages_under_way on messages (id) where delivery in ('queued', 'sending', 'unknown');
create index attempts_open on attempts (message_id) where outcome is null;
create index declarations_released on declarations (id) where released_at is not null and ie_flag = 'E';
create index pushed_messages_open on pushed_messages (id) where document_id is null and declaration_id is null;
create index tray_receipt on tray (receipt_id) where receipt_id is not null;
