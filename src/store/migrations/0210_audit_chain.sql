-- The audit chain: what came in, went out and was decided, by the hash of its exact bytes. Triggers note it in the
-- transaction that does it, whichever program does; the sealer moves notes into the chain, in one order.

create table audit_notes (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  tenant_id uuid not null,
  kind text not null,
  subject uuid not null,
  actor text not null,
  sha256 bytea not null,
  detail jsonb not null
);

create table audit_entries (
  seq bigint primary key,
  at timestamptz not null,
  tenant_id uuid not null,
  kind text not null,
  subject uuid not null,
  actor text not null,
  sha256 bytea not null,
  detail jsonb not null,
  -- sha256 of the entry's line, which holds the hash of the entry before it.
  hash bytea not null
);
create index audit_entries_subject on audit_entries (subject, seq);

-- One hash over a stretch of the chain, at least one a day: what is given to others so that nobody can make the chain anew.
create table audit_roots (
  id bigint primary key,
  made_at timestamptz not null,
  from_seq bigint not null,
  to_seq bigint not null,
  merkle bytea not null,
  hash bytea not null
);

create function audit_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% only grows', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_entries_append_only before update or delete on audit_entries
  for each row execute function audit_append_only();
create trigger audit_entries_not_emptied before truncate on audit_entries
  for each statement execute function audit_append_only();
create trigger audit_roots_append_only before update or delete on audit_roots
  for each row execute function audit_append_only();
create trigger audit_roots_not_emptied before truncate on audit_roots
  for each statement execute function audit_append_only();

-- The texts whose hashes stand in the chain. Whoever checks an entry computes them from the row as it stands.
create function audit_revision_text(revision smallint, body jsonb, changes jsonb, reason text) returns text language sql immutable as $$
  select jsonb_build_object('revision', revision, 'body', body, 'changes', changes, 'reason', reason)::text
$$;
create function audit_attempt_text(n integer, outcome text, detail text) returns text language sql immutable as $$
  select jsonb_build_object('attempt', n, 'outcome', outcome, 'detail', detail)::text
$$;
create function audit_decision_text(kind text, note text) returns text language sql immutable as $$
  select jsonb_build_object('decision', kind, 'note', note)::text
$$;
create function audit_tray_text(decision text, receipt uuid, note text) returns text language sql immutable as $$
  select jsonb_build_object('decision', decision, 'receipt', receipt, 'note', note)::text
$$;
create function audit_hash(text) returns bytea language sql immutable as $$
  select sha256(convert_to($1, 'UTF8'))
$$;

create function audit_orders() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select o.tenant_id, 'order-taken', o.id, o.submitted_by, audit_hash(o.body::text), '{}' from added o;
  return null;
end $$;
create trigger orders_audited after insert on orders referencing new table as added
  for each statement execute function audit_orders();

create function audit_order_revisions() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select r.tenant_id, 'order-corrected', r.order_id, r.changed_by, audit_hash(audit_revision_text(r.revision, r.body, r.changes, r.reason)),
         jsonb_build_object('revision', r.revision) from added r;
  return null;
end $$;
create trigger order_revisions_audited after insert on order_revisions referencing new table as added
  for each statement execute function audit_order_revisions();

create function audit_messages() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select m.tenant_id, 'message-signed', m.id, coalesce(m.handed_in_by, 'gateway'), sha256(m.bytes),
         jsonb_build_object('guid', m.guid, 'messageType', m.message_type, 'key', m.key_name) from added m;
  return null;
end $$;
create trigger messages_audited after insert on messages referencing new table as added
  for each statement execute function audit_messages();

create function audit_attempts() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select a.tenant_id, 'message-leaves', a.message_id, 'gateway', m.sha256, jsonb_build_object('attempt', a.n)
    from added a join messages m on m.id = a.message_id;
  return null;
end $$;
create trigger attempts_audited after insert on attempts referencing new table as added
  for each statement execute function audit_attempts();

create function audit_outcomes() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select a.tenant_id, 'attempt-ended', a.message_id, 'gateway', audit_hash(audit_attempt_text(a.n, a.outcome, a.detail)),
         jsonb_build_object('attempt', a.n, 'outcome', a.outcome)
    from changed a join was b using (message_id, n)
   where a.outcome is not null and (a.outcome, a.detail) is distinct from (b.outcome, b.detail);
  return null;
end $$;
create trigger attempts_ended_audited after update on attempts referencing old table as was new table as changed
  for each statement execute function audit_outcomes();

create function audit_raw_receipts() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select w.tenant_id, 'receipt-stored', w.id, 'gateway', sha256(w.bytes), jsonb_build_object('origin', w.origin) from added w;
  return null;
end $$;
create trigger raw_receipts_audited after insert on raw_receipts referencing new table as added
  for each statement execute function audit_raw_receipts();

create function audit_decisions() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select d.tenant_id, 'document-decided', d.document_id, d.decided_by, audit_hash(audit_decision_text(d.kind, d.note)),
         jsonb_build_object('decision', d.id) from added d;
  return null;
end $$;
create trigger decisions_audited after insert on decisions referencing new table as added
  for each statement execute function audit_decisions();

create function audit_tray() returns trigger language plpgsql as $$
begin
  insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
  select t.tenant_id, 'receipt-decided', t.raw_id, coalesce(t.decided_by, b.decided_by, 'gateway'), audit_hash(audit_tray_text(t.decision, t.receipt_id, t.note)),
         jsonb_build_object('tray', t.id, 'decision', t.decision)
    from changed t join was b using (id)
   where (t.decision, t.decided_by, t.note) is distinct from (b.decision, b.decided_by, b.note);
  return null;
end $$;
create trigger tray_audited after update on tray referencing old table as was new table as changed
  for each statement execute function audit_tray();

-- What was there before the chain began is taken into it as it stands on this day.
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'order-taken', id, submitted_by, audit_hash(o.body::text), '{"before": true}' from orders o order by id;
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'order-corrected', order_id, changed_by, audit_hash(audit_revision_text(revision, body, changes, reason)),
       jsonb_build_object('revision', revision, 'before', true) from order_revisions r order by order_id, revision;
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'message-signed', id, coalesce(handed_in_by, 'gateway'), sha256(bytes),
       jsonb_build_object('guid', guid, 'messageType', message_type, 'key', key_name, 'before', true) from messages order by id;
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'attempt-ended', message_id, 'gateway', audit_hash(audit_attempt_text(n, outcome, detail)),
       jsonb_build_object('attempt', n, 'outcome', outcome, 'before', true) from attempts a where outcome is not null order by message_id, n;
insert into audit_notes (tenant_id, kind, subject, actor, sha256, detail)
select tenant_id, 'receipt-stored', id, 'gateway', sha256(bytes), jsonb_build_object('origin', origin, 'before', true) from raw_receipts order by id;
