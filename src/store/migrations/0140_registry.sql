-- The registry of enterprises: everything known of one is a dated fact with its source (name, type, filing, licences, district,
-- park, lists, credit). Rows are never changed but taken back, with who and why: what stands in their place is another row.
alter table enterprise_facts drop constraint enterprise_facts_kind_check;
alter table enterprise_facts add column value text not null default '';
alter table enterprise_facts add column number text not null default '';
alter table enterprise_facts add column note text not null default '';
alter table enterprise_facts add column withdrawn_by text;
alter table enterprise_facts add column withdrawn_why text;

-- What was recorded twice stands once.
update enterprise_facts f set withdrawn_at = now(), withdrawn_by = recorded_by, withdrawn_why = 'recorded twice'
 where withdrawn_at is null and exists (
   select 1 from enterprise_facts o where o.withdrawn_at is null and o.id > f.id
      and (o.code, o.kind, o.subject, o.valid_from) = (f.code, f.kind, f.subject, f.valid_from));
create unique index enterprise_facts_standing on enterprise_facts (code, kind, subject, valid_from) where withdrawn_at is null;
create index enterprise_facts_number on enterprise_facts (number) where kind = 'customs-filing' and withdrawn_at is null;

create function enterprise_facts_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
     and to_jsonb(new) - '{withdrawn_at,withdrawn_by,withdrawn_why}'::text[] = to_jsonb(old) - '{withdrawn_at,withdrawn_by,withdrawn_why}'::text[] then
    return new;
  end if;
  raise exception 'facts of the registry are added and taken back, never changed';
end $$;
create trigger enterprise_facts_guard before update or delete on enterprise_facts
  for each row execute function enterprise_facts_guard();
