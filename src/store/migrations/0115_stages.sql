-- The one stage a declaration stands in: what it needs of a person before how far it is with customs. Derived by the
-- database from what is stored beside it, so that a counter and the rows behind it can never disagree.
alter table declarations add column stage text not null generated always as (
  case
    when attention and verdict in ('refused', 'failed', 'sent-back') then 'refused'
    when attention and verdict = 'detained' then 'detained'
    when attention and delivery in ('refused', 'dead') then 'port-refused'
    when attention and delivery = 'unknown' then 'unknown'
    when attention and delivery = 'waiting' then 'party'
    -- The list stands with customs, another document of the declaration was refused.
    when attention then 'refused'
    when withdrawn_at is not null then 'withdrawn'
    when verdict in ('released', 'cleared') then verdict
    when verdict in ('review', 'inspection', 'reviewed', 'detained') then 'checked'
    when verdict = 'accepted' then 'accepted'
    when verdict = 'received' or delivery in ('sent', 'unknown') then 'declaring'
    else 'preparing'
  end) stored;
create index declarations_stage on declarations (tenant_id, stage, id desc);
create index declarations_changed on declarations (tenant_id, (coalesce(status_time, created_at)), id);

-- Every number a person may have at hand, to be found by any part of it without regard to case.
create extension if not exists pg_trgm;
alter table declarations add column numbers text not null generated always as (
  upper(order_no || chr(10) || cop_no || chr(10) || coalesce(invt_no, '') || chr(10) || coalesce(pre_no, '') || chr(10)
    || coalesce(logistics_no, '') || chr(10) || coalesce(pay_no, '') || chr(10) || coalesce(bill_no, ''))) stored;
create index declarations_numbers on declarations using gin (numbers gin_trgm_ops);
