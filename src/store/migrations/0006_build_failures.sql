-- A document whose message could not be built or signed waits here, alone, so that it holds up no other.
alter table documents add column build_failures smallint not null default 0;
alter table documents add column hold_until timestamptz;
