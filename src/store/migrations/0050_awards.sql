-- Award rounds (docs/decisions/0020-awards.md): what was chosen, given, computed, reviewed and frozen. Everything that a
-- person does is added; a frozen round never changes.
create table award_rounds (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  title text not null,
  policy text not null,
  policy_version text not null,
  -- SHA-256 of the policy data the round was computed with.
  policy_sha256 text not null,
  year integer not null,
  clauses text[] not null,
  state text not null default 'open' check (state in ('open', 'computed', 'frozen')),
  created_by text not null,
  created_at timestamptz not null default now(),
  -- The moment the figures are of; set by each computation.
  as_of timestamptz,
  computed_at timestamptz,
  computed_by text,
  pot jsonb,
  frozen_at timestamptz,
  frozen_by text,
  -- The canonical form of the frozen round and its SHA-256.
  canonical text,
  sha256 text
);
create index award_rounds_policy on award_rounds (policy, year);

create table award_readings (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  ambiguity text not null,
  -- Empty takes the choice back.
  choice text,
  note text not null,
  chosen_by text not null,
  chosen_at timestamptz not null default now()
);
create index award_readings_round on award_readings (round_id, ambiguity, chosen_at);

-- Figures and facts the gateway cannot know, by the names of the case files.
create table award_inputs (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  enterprise text not null,
  name text not null,
  inputs jsonb not null,
  source text not null,
  given_by text not null,
  given_at timestamptz not null default now()
);
create index award_inputs_round on award_inputs (round_id, enterprise, given_at);

create table award_lines (
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  enterprise text not null,
  name text not null,
  status text not null,
  cny numeric(24, 2),
  -- What is paid after the pot; empty while the pot waits for a decision.
  granted numeric(24, 2),
  result jsonb not null,
  records integer not null,
  -- SHA-256 over the ids of the record versions behind it, in order.
  records_sha256 text not null,
  primary key (round_id, enterprise)
);

create table award_evidence (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  enterprise text not null,
  item text not null,
  file_name text not null,
  bytes bytea not null,
  sha256 text not null,
  uploaded_by text not null,
  uploaded_at timestamptz not null default now()
);
create index award_evidence_round on award_evidence (round_id, enterprise);

create table award_signatures (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  office text not null check (office in ('commerce', 'tax', 'finance')),
  decision text not null check (decision in ('agreed', 'objected')),
  note text not null,
  -- The computation that was signed.
  computed_at timestamptz not null,
  signed_by text not null,
  signed_at timestamptz not null default now()
);
create index award_signatures_round on award_signatures (round_id, signed_at);

create table award_flags (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  enterprise text not null,
  kind text not null,
  evidence jsonb not null,
  fingerprint text not null,
  found_at timestamptz not null default now(),
  decision text check (decision in ('dismissed', 'upheld')),
  note text,
  decided_by text,
  decided_at timestamptz,
  unique (round_id, enterprise, kind, fingerprint)
);

-- What changed after the freeze: never the round, but a person has to look.
create table award_reviews (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  enterprise text not null,
  before_cny numeric(24, 2),
  after_cny numeric(24, 2),
  difference numeric(24, 2) not null,
  detail jsonb not null,
  fingerprint text not null,
  raised_at timestamptz not null default now(),
  decision text,
  note text,
  decided_by text,
  decided_at timestamptz,
  unique (round_id, enterprise, fingerprint)
);

create function award_frozen_guard() returns trigger language plpgsql as $$
declare round uuid := case when tg_op = 'DELETE' then old.round_id else new.round_id end;
begin
  if exists (select 1 from award_rounds where id = round and state = 'frozen') then
    raise exception 'a frozen round never changes';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger award_readings_frozen before insert or update or delete on award_readings for each row execute function award_frozen_guard();
create trigger award_inputs_frozen before insert or update or delete on award_inputs for each row execute function award_frozen_guard();
create trigger award_lines_frozen before insert or update or delete on award_lines for each row execute function award_frozen_guard();
create trigger award_evidence_frozen before insert or update or delete on award_evidence for each row execute function award_frozen_guard();
create trigger award_signatures_frozen before insert or update or delete on award_signatures for each row execute function award_frozen_guard();
create trigger award_flags_frozen before insert or update or delete on award_flags for each row execute function award_frozen_guard();

create function award_round_guard() returns trigger language plpgsql as $$
begin
  if old.state = 'frozen' then
    raise exception 'a frozen round never changes';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger award_rounds_frozen before update or delete on award_rounds for each row execute function award_round_guard();

-- Values of indicators that officers give; the newest of a year counts.
create table indicator_values (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  indicator text not null,
  year integer not null,
  value text not null,
  source text not null,
  given_by text not null,
  given_at timestamptz not null default now()
);
create index indicator_values_year on indicator_values (indicator, year, given_at);
