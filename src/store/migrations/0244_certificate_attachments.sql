-- expand
-- Papers of a certificate of origin (随附单据) stand beside those of declarations. Each leaves in a message of its own (File),
-- whose document has the attachment as its filing_id; one that replaces another names it.
alter table attachments alter column declaration_id drop not null;
alter table attachments add column certificate_id uuid references certificates;
alter table attachments add column replaces uuid references attachments;
alter table attachments drop constraint attachments_kind_check;
-- 随附单据类别代码 of a declaration's; a certificate's has none, what people say of it stands in its document.
alter table attachments add constraint attachments_kind_check
  check (case when declaration_id is null then kind = '' else kind ~ '^[0-9]{8}$' end);
alter table attachments add constraint attachments_owner_check check (num_nonnulls(declaration_id, certificate_id) = 1);
create index attachments_certificate on attachments (certificate_id);
create unique index attachments_certificate_same on attachments (certificate_id, sha256) where removed_at is null;
-- Receipts name an attachment by its certificate and its name.
create unique index attachments_certificate_name on attachments (certificate_id, name);
