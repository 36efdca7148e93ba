-- expand
-- Files that go with a declaration or a certificate of origin are in the audit chain as well: when they came and who brought
-- them, when they were taken away and by whom.
create function audit_attachments() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select a.tenant_id, 'attachment-added', a.id, a.created_by, sha256(a.bytes),
         jsonb_build_object('of', coalesce(a.declaration_id, a.certificate_id)) from added a;
  return null;
end $$;
create trigger attachments_audited after insert on attachments referencing new table as added
  for each statement execute function audit_attachments();

create function audit_attachments_removed() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select a.tenant_id, 'attachment-removed', a.id, coalesce(a.removed_by, 'gateway'), sha256(a.bytes), '{}'
    from changed a join was b using (id) where a.removed_at is not null and b.removed_at is null;
  return null;
end $$;
create trigger attachments_removed_audited after update on attachments referencing old table as was new table as changed
  for each statement execute function audit_attachments_removed();

-- What was there before is taken into the chain as it stands on this day.
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'attachment-added', id, created_by, sha256(bytes),
       jsonb_build_object('of', coalesce(declaration_id, certificate_id), 'before', true) from attachments order by id;
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'attachment-removed', id, coalesce(removed_by, 'gateway'), sha256(bytes), '{"before": true}'
  from attachments where removed_at is not null order by id;
