-- A goods declaration or inspection application waits until a person has filled in what its draft lacks.
alter table documents drop constraint documents_waiting_for_check;
alter table documents add constraint documents_waiting_for_check
  check (waiting_for in ('party', 'documents', 'refused-document', 'number', 'draft'));

-- One order to inspect (查验), shared by everybody who has to do with the declaration, from the receipt that orders it to
-- the one that ends it. Made from the receipts alone, so that any order of arrival makes the same.
create table inspection_tasks (
  -- The declaration's revision that is inspected: it is inspected once.
  document_id uuid primary key references documents,
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  -- What customs said, and when (customs' own time where it names one, else the arrival of the receipt).
  ordered_at timestamptz not null,
  ordered_note text not null default '',
  -- When the goods stood ready for inspection (到货), noted by a person.
  arrived_at timestamptz,
  arrived_by text,
  -- passed: released afterwards. refused: refused, returned or deleted instead.
  result text check (result in ('passed', 'refused')),
  result_at timestamptz,
  result_note text not null default '',
  -- Fresh goods (即到即检) go first.
  fresh boolean not null default false,
  created_at timestamptz not null default now()
);
create index inspection_tasks_open on inspection_tasks (fresh desc, coalesce(arrived_at, ordered_at)) where result is null;
create index inspection_tasks_declaration on inspection_tasks (declaration_id);
create index inspection_tasks_tenant on inspection_tasks (tenant_id, ordered_at desc);
