-- What the sweeps look for, so that looking costs nothing at a million declarations.
create index documents_without_message on documents (id) where delivery in ('queued', 'sending', 'unknown') and message_id is null;
create index documents_not_delivered on documents (message_id)
  where delivery in ('queued', 'sending', 'unknown', 'dead', 'refused') and message_id is not null;
-- When the gateway last looked whether an item of the tray has found its document.
alter table tray add column looked_at timestamptz;
