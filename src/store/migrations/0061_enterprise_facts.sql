-- Facts about enterprises that orders are judged by at intake: customs filing, lists of bad credit, licences and pilots, each
-- from a day to a day, with its source. Of no tenant: they are public or the operator's. Rows are never changed but taken back.
create table enterprise_facts (
  id uuid primary key,
  code text not null,
  kind text not null check (kind in ('customs-filing', 'blacklist', 'abnormal', 'serious', 'licence', 'pilot')),
  subject text not null default '',
  valid_from date not null,
  valid_to date,
  source text not null check (source <> ''),
  recorded_by text not null,
  recorded_at timestamptz not null default now(),
  withdrawn_at timestamptz,
  check (valid_to is null or valid_to >= valid_from)
);
create index enterprise_facts_code on enterprise_facts (code) where withdrawn_at is null;
