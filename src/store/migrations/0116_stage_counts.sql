-- The counters go by stage: their indexes hold it, so that counting reads no rows.
drop index declarations_counts;
create index declarations_counts on declarations (tenant_id, stage, verdict, delivery);
drop index declarations_created;
create index declarations_created on declarations (tenant_id, created_at) include (verdict, delivery, stage);
