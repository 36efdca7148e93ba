-- Indexes for the queries of the API and the loops, measured at one million declarations (docs/benchmarks.md).
create index documents_ready_next on documents (id) where delivery = 'ready';
create index documents_of_declaration on documents (declaration_id);
create index declarations_pre_no on declarations (pre_no text_pattern_ops);
create index declarations_logistics_no on declarations (logistics_no text_pattern_ops);
create index declarations_status on declarations (tenant_id, status, id desc);
create index declarations_info_code on declarations (tenant_id, info_code, id desc) where info_code is not null;
create index declarations_open on declarations (tenant_id, delivery, id desc) where delivery <> 'sent';
create index declarations_counts on declarations (tenant_id, verdict, delivery, attention);
create index declarations_created on declarations (tenant_id, created_at) include (verdict, delivery, attention);
create index messages_dead on messages (id) where delivery = 'dead';
create index attempts_unknown on attempts (message_id) where outcome = 'unknown';
create index attempts_finished on attempts (finished_at desc) where outcome is not null;
create index raw_receipts_received on raw_receipts (received_at);
create index counting_records_unrated on counting_records (month, currency) where rate_id is null;
