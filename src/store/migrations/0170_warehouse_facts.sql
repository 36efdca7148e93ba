-- Rows that are added and taken back (withdrawn_at, withdrawn_by, withdrawn_why), never changed and never removed.
create function rows_are_only_withdrawn() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
     and to_jsonb(new) - '{withdrawn_at,withdrawn_by,withdrawn_why}'::text[] = to_jsonb(old) - '{withdrawn_at,withdrawn_by,withdrawn_why}'::text[] then
    return new;
  end if;
  raise exception 'rows of % are added and taken back, never changed', tg_table_name;
end $$;

-- Who holds a warehouse and whom it serves, each from a day to a day (Asia/Shanghai, both included).
create table warehouse_facts (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  warehouse_id uuid not null references warehouses,
  kind text not null check (kind in ('holding', 'served')),
  -- holding: the holder. served: the 统一社会信用代码 of the enterprise.
  subject text not null check (subject <> ''),
  -- holding: what is held. served: the name of the enterprise.
  object text not null default '',
  -- Percent that the holder has of what is held.
  share numeric(9, 6) check (share > 0 and share <= 100),
  valid_from date not null,
  valid_to date,
  source text not null default '',
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawn_why text,
  check (valid_to is null or valid_to >= valid_from),
  check ((kind = 'holding') = (share is not null))
);
create unique index warehouse_facts_standing on warehouse_facts (warehouse_id, kind, subject, object, valid_from)
  where withdrawn_at is null;
create trigger warehouse_facts_guard before update or delete on warehouse_facts
  for each row execute function rows_are_only_withdrawn();

-- What was written into one cell becomes rows with a first day; a chain in words stays a note.
insert into warehouse_facts (id, tenant_id, warehouse_id, kind, subject, valid_from, source, recorded_by)
select gen_random_uuid(), w.tenant_id, w.id, 'served', code,
       coalesce(w.data ->> 'operatingFrom', w.data ->> 'areaFrom', (w.changed_at at time zone 'Asia/Shanghai')::date::text)::date,
       '海外仓登记表', w.changed_by
  from warehouses w cross join lateral (
    select distinct upper(c) as code from regexp_split_to_table(coalesce(w.data ->> 'served', ''), '[,，;；、\s]+') c where c <> '') s;
update warehouses set data = data - '{holders,share,served}'::text[] || case
    when data ->> 'holders' is null and data ->> 'share' is null then '{}'
    else jsonb_build_object('note', concat_ws(' ', data ->> 'note', data ->> 'holders', (data ->> 'share') || '%')) end
 where data ?| '{holders,share,served}';

-- Papers about a warehouse: bytes as they came, named by their hash.
create table warehouse_evidence (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  warehouse_id uuid not null references warehouses,
  kind text not null,
  title text not null,
  file_name text not null,
  media_type text not null,
  size integer not null check (size > 0),
  sha256 bytea not null check (length(sha256) = 32),
  valid_from date,
  valid_to date,
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_by text,
  withdrawn_at timestamptz,
  withdrawn_why text
);
create unique index warehouse_evidence_once on warehouse_evidence (warehouse_id, sha256) where withdrawn_at is null;
create trigger warehouse_evidence_guard before update or delete on warehouse_evidence
  for each row execute function rows_are_only_withdrawn();
create table warehouse_evidence_bytes (
  evidence_id uuid primary key references warehouse_evidence,
  tenant_id uuid not null references tenants,
  bytes bytea not null
);
alter table warehouse_evidence_bytes alter column bytes set storage external;
create function bytes_never_change() returns trigger language plpgsql as $$
begin
  raise exception 'bytes of % never change', tg_table_name;
end $$;
create trigger warehouse_evidence_bytes_guard before update or delete on warehouse_evidence_bytes
  for each row execute function bytes_never_change();
