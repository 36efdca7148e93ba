-- Historical clearance data (历史清关数据): what customs cleared before the gateway carried it, from files with their source.
create table history_files (
  id uuid primary key,
  name text not null,
  sha256 text not null,
  -- Who made the file, in words: 某海关统计数据清单, an export of an earlier system …
  source text not null,
  rows integer not null,
  imported_by text not null,
  imported_at timestamptz not null default now()
);

-- A list (清单) or goods declaration of such files, by the number customs gave it.
create table history_documents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  enterprise text not null,
  document_no text not null unique
);
create index history_documents_enterprise on history_documents (enterprise);

-- What files said, row by row; of a line (for what was taken back: and day) the newest id holds. Rows are added, never changed.
create table history_lines (
  id uuid primary key,
  document_id uuid not null references history_documents,
  file_id uuid not null references history_files,
  row integer not null,
  line integer not null,
  event text not null check (event in ('cleared', 'withdrawn', 'returned')),
  day date not null,
  said jsonb not null
);
create index history_lines_document on history_lines (document_id, line, event, day, id desc);
create index history_lines_file on history_lines (file_id);

create trigger history_files_kept before update or delete on history_files for each row execute function kept_for_ever();
create trigger history_lines_kept before update or delete on history_lines for each row execute function kept_for_ever();

create index counting_records_history on counting_records (month, tenant_id)
  where source_kind = 'history';
