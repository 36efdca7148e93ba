-- Figures in versions, as of any moment (docs/decisions/0019-figures.md). What counted by release is counted anew by
-- clearance from declarations, orders and filings, which hold everything the records need.
drop table reversals;
drop table counting_records;

-- All that one transaction recorded. Stamped while it commits, so that no batch becomes visible with a moment before one
-- at which somebody already read (`counting_moment`).
create table counting_batches (
  id bigint generated always as identity primary key,
  recorded_at timestamptz not null default 'infinity',
  -- Asia/Shanghai; the grain in which rollups remember when they were recorded.
  recorded_month char(7) not null default '9999-12',
  folded boolean not null default false
);
create index counting_batches_recorded on counting_batches (recorded_at);
create index counting_batches_open on counting_batches (id) where not folded;

create function counting_stamp() returns trigger language plpgsql as $$
declare moment timestamptz;
begin
  perform pg_advisory_xact_lock_shared(7236409002);
  moment := clock_timestamp();
  update counting_batches
     set recorded_at = moment, recorded_month = to_char(moment at time zone 'Asia/Shanghai', 'YYYY-MM')
   where id = new.id;
  return null;
end $$;
create constraint trigger counting_batches_stamp after insert on counting_batches
  deferrable initially deferred for each row execute function counting_stamp();

-- The batch of the running transaction, made at first use.
create function counting_batch() returns bigint language plpgsql as $$
declare
  running text := current_setting('gateway.counting_batch', true);
  batch bigint;
begin
  if running is null or running = '' then
    insert into counting_batches default values returning id into batch;
    perform set_config('gateway.counting_batch', batch::text, true);
    return batch;
  end if;
  return running::bigint;
end $$;

-- A moment (whole milliseconds) up to which everything recorded is committed, and after which everything else will be
-- stamped: writers that are committing are waited for, the next ones wait until the moment has passed.
create function counting_moment() returns timestamptz language plpgsql as $$
declare moment timestamptz;
begin
  perform pg_advisory_xact_lock(7236409002);
  moment := date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond';
  while clock_timestamp() <= moment loop
    perform pg_sleep(0.0005);
  end loop;
  return moment;
end $$;

-- One row is one version of one line of a document, in one of its roles: counted itself (event = the document), or taken
-- back by a withdrawal or return (event = the filing that customs granted). Rows are added and ended, never changed.
create table counting_records (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  source_kind text not null,
  -- The declaration of a list (清单); the document of other kinds.
  source_id uuid not null,
  line integer not null,
  event_id uuid not null,
  version integer not null,
  -- counted: in the totals. pending: released, not yet cleared. withdrawn, returned: taken back. void: counts no more.
  measure text not null check (measure in ('counted', 'pending', 'withdrawn', 'returned', 'void')),
  -- Why this version came: first, moment, amended, rate, attribution, rule, void.
  cause text not null,
  -- The counting rule (mappings/figures/counting.json) it was made by.
  rule text not null,
  batch_id bigint not null references counting_batches,
  ended_batch bigint references counting_batches,
  -- True for the one line that carries its document where documents are counted.
  lead boolean not null,
  -- Asia/Shanghai, of the moment by which it counts.
  month char(7) not null,
  counted_at timestamptz not null,
  declared_at timestamptz,
  released_at timestamptz,
  cleared_at timestamptz,
  inspected boolean not null default false,
  order_revision smallint not null default 1,
  order_ids uuid[] not null,
  order_nos text[] not null,
  regime text not null,
  direction text not null check (direction in ('E', 'I')),
  seller_code text not null,
  seller_name text not null,
  -- 统一社会信用代码 where it is known; the key of attribution, else the code that was declared.
  uscc text,
  enterprise text not null generated always as (coalesce(uscc, seller_code)) stored,
  platform_code text not null default '',
  platform_name text not null default '',
  channel text not null default '',
  shop_id text not null default '',
  -- Registration of the enterprise on that day; empty while not known, as are the places of the goods.
  district text not null default '',
  park text not null default '',
  source_place text not null default '',
  country text not null default '',
  port text not null default '',
  transport text not null default '',
  gcode text not null default '',
  qty numeric(24, 5),
  unit text not null default '',
  currency text not null,
  amount numeric(24, 5) not null,
  -- Empty while the table has no rate of the record; then filled by a new version, never guessed.
  cny numeric(24, 2),
  usd numeric(24, 2),
  rate_id text,
  cell_id uuid not null generated always as (md5(
    measure || chr(31) || month::text || chr(31) || tenant_id::text || chr(31) || coalesce(uscc, seller_code) || chr(31) || regime || chr(31) ||
    direction || chr(31) || platform_code || chr(31) || channel || chr(31) || district || chr(31) || park || chr(31) || source_place || chr(31) ||
    country || chr(31) || port || chr(31) || transport)::uuid) stored,
  unique (source_id, line, event_id, version)
);
create index counting_records_month on counting_records (month, enterprise);
create index counting_records_batch on counting_records (batch_id);
create index counting_records_ended on counting_records (ended_batch) where ended_batch is not null;
create index counting_records_unrated on counting_records (month, currency) where rate_id is null and ended_batch is null;
create index counting_records_pending on counting_records (tenant_id, month) where measure = 'pending' and ended_batch is null;

create function counting_records_guard() returns trigger language plpgsql as $$
begin
  -- Generated columns are not yet computed here.
  if tg_op = 'UPDATE' and old.ended_batch is null and new.ended_batch is not null
     and to_jsonb(new) - '{ended_batch,enterprise,cell_id}'::text[] = to_jsonb(old) - '{ended_batch,enterprise,cell_id}'::text[] then
    return new;
  end if;
  raise exception 'counting records are added and ended, never changed';
end $$;
create trigger counting_records_guard before update or delete on counting_records
  for each row execute function counting_records_guard();

-- Every combination of dimensions that records ever had; the id is that of the record's `cell_id`.
create table figure_cells (
  id uuid primary key,
  tenant_id uuid not null,
  measure text not null,
  month char(7) not null,
  enterprise text not null,
  seller_name text not null,
  regime text not null,
  direction text not null,
  platform_code text not null,
  channel text not null,
  district text not null,
  park text not null,
  source_place text not null,
  country text not null,
  port text not null,
  transport text not null
);
create index figure_cells_month on figure_cells (month, tenant_id);
create index figure_cells_enterprise on figure_cells (enterprise, month);

-- What a batch added to its cells (new versions less ended ones), written in the same transaction, kept for ever.
create table figure_deltas (
  batch_id bigint not null,
  cell_id uuid not null,
  documents integer not null,
  lines integer not null,
  unrated integer not null,
  cny numeric(24, 2) not null,
  usd numeric(24, 2) not null
);
create index figure_deltas_batch on figure_deltas (batch_id);

-- Sums of the deltas of folded batches, by the month they were recorded in. Folding changes no figure: totals are
-- rollups and the deltas not yet folded.
create table figure_rollups (
  cell_id uuid not null,
  recorded_month char(7) not null,
  documents bigint not null,
  lines bigint not null,
  unrated bigint not null,
  cny numeric(24, 2) not null,
  usd numeric(24, 2) not null,
  primary key (cell_id, recorded_month)
);
