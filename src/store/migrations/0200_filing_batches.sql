-- Filings drafted many at once (a month of summary applications): every draft stands here with what it still lacks, and
-- is checked and handed in by the workers one by one, so that nothing is lost when a page is left or the gateway stops.

create table filing_batches (
  id uuid primary key,
  -- Who drafts, and as what: the sellers it may act for are looked up anew whenever work is done.
  tenant_id uuid not null references tenants,
  role text not null,
  message_type text not null,
  source jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  -- When its drafts were made; null until then.
  drafted_at timestamptz,
  -- Why no draft could be made.
  faults jsonb
);
create index filing_batches_tenant on filing_batches (tenant_id, id desc);
create index filing_batches_undrafted on filing_batches (id) where drafted_at is null and faults is null;

create table filing_drafts (
  batch_id uuid not null references filing_batches on delete cascade,
  number integer not null,
  -- Whose filing it will be: the one seller of its lists, or who drafts.
  tenant_id uuid not null references tenants,
  declaration_ids uuid[] not null,
  data jsonb not null,
  due date,
  merged jsonb not null,
  -- What kept it apart from the others, by path of the list.
  apart jsonb not null,
  state text not null default 'unchecked'
    check (state in ('unchecked', 'complete', 'incomplete', 'refused', 'submitted')),
  faults jsonb not null default '[]',
  -- What the workers are to do with it next, and who asked.
  wanted text check (wanted in ('check', 'submit')),
  asked_by text,
  filing_id uuid,
  updated_at timestamptz not null default now(),
  primary key (batch_id, number)
);
-- Batches take turns: first the first draft of each, then the second.
create index filing_drafts_wanted on filing_drafts (number, batch_id) where wanted is not null;
create index filing_drafts_state on filing_drafts (batch_id, state, number);
