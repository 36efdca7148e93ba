-- A declaration that waits for a person to complete a draft (报关单、检验检疫申请) is none that waits for a party's signature.
alter table declarations add column draft boolean not null default false;
update declarations c set draft = true
 where exists (select 1 from documents d where d.declaration_id = c.id and d.current and d.filing is null
                 and d.delivery = 'waiting' and d.waiting_for = 'draft');
alter table declarations drop column stage;
alter table declarations add column stage text not null generated always as (
  case
    when attention and verdict in ('refused', 'failed', 'sent-back') then 'refused'
    when attention and verdict = 'detained' then 'detained'
    when attention and delivery in ('refused', 'dead') then 'port-refused'
    when attention and delivery = 'unknown' then 'unknown'
    when attention and delivery = 'waiting' and draft then 'draft'
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
-- Its indexes went with the column.
create index declarations_stage on declarations (tenant_id, stage, id desc);
create index declarations_counts on declarations (tenant_id, stage, verdict, delivery);
create index declarations_created on declarations (tenant_id, created_at) include (verdict, delivery, stage);
