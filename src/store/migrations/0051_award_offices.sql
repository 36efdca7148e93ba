-- Who signs a round for which office, by name; a person signs for one office only.
create table award_signers (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  round_id uuid not null references award_rounds,
  office text not null check (office in ('commerce', 'tax', 'finance')),
  signer text not null,
  named_by text not null,
  named_at timestamptz not null default now()
);
create index award_signers_round on award_signers (round_id, office);
create trigger award_signers_frozen before insert or update or delete on award_signers for each row execute function award_frozen_guard();

-- When a frozen round was last computed again with the records of the day; the round itself never changes.
create table award_rechecks (
  round_id uuid primary key references award_rounds,
  tenant_id uuid not null references tenants,
  checked_at timestamptz not null
);
