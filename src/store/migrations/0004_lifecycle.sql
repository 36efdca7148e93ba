-- Corrections and refusals.

-- Refusals are grouped by code from the documents that stand refused or failed now.
create index documents_refused on documents (tenant_id, message_type)
  where current and filing is null and verdict in ('refused', 'failed');
