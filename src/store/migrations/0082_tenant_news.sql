-- Tells which tenants' rows changed, with the commit that changed them: an open console hears of its own tenants only.
create function tell_tenants() returns trigger language plpgsql as $$
begin
  perform pg_notify('gateway_tenants', tg_argv[0] || ' ' || t.id)
     from (select distinct tenant_id as id from changed) t;
  return null;
end $$;

create function tell_import_tenants() returns trigger language plpgsql as $$
begin
  perform pg_notify('gateway_tenants', 'imports ' || t.id)
     from (select tenant_id as id from changed union select seller_tenant_id from changed) t where t.id is not null;
  return null;
end $$;

create function tell_receipt_tenants() returns trigger language plpgsql as $$
begin
  perform pg_notify('gateway_tenants', 'tray ' || t.id)
     from (select tenant_id as id from changed union select unnest(tenants) from changed) t;
  return null;
end $$;

create trigger declarations_inserted after insert on declarations
  referencing new table as changed for each statement execute function tell_tenants('declarations');
create trigger declarations_updated after update on declarations
  referencing new table as changed for each statement execute function tell_tenants('declarations');
create trigger imports_inserted after insert on imports
  referencing new table as changed for each statement execute function tell_import_tenants();
create trigger imports_updated after update on imports
  referencing new table as changed for each statement execute function tell_import_tenants();
create trigger raw_receipts_inserted after insert on raw_receipts
  referencing new table as changed for each statement execute function tell_receipt_tenants();
create trigger raw_receipts_updated after update on raw_receipts
  referencing new table as changed for each statement execute function tell_receipt_tenants();
