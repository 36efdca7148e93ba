-- expand
-- Moments at which figures are read keep their order when somebody puts the clock back: what was counted before stays in them, and
-- what is counted later is stamped after every moment at which somebody read. The last of them, in milliseconds:
create sequence counting_moments minvalue 0 start with 0;

-- The stamp of something counted: after every moment that was read, and waited for by the next one.
create function counting_now() returns timestamptz language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7236409002);
  return greatest(clock_timestamp(),
                  timestamptz 'epoch' + ((select last_value from counting_moments) + 1) * interval '1 millisecond');
end $$;

create or replace function counting_stamp() returns trigger language plpgsql as $$
declare moment timestamptz := counting_now();
begin
  update counting_batches
     set recorded_at = moment, recorded_month = to_char(moment at time zone 'Asia/Shanghai', 'YYYY-MM')
   where id = new.id;
  return null;
end $$;

alter table platform_turnover alter column recorded_at set default counting_now();
create index platform_turnover_recorded on platform_turnover (recorded_at);

create or replace function counting_moment() returns timestamptz language plpgsql as $$
declare
  newest timestamptz;
  ms bigint;
begin
  perform pg_advisory_xact_lock(7236409002);
  newest := greatest(clock_timestamp(),
                     (select max(recorded_at) from counting_batches where recorded_at < 'infinity'),
                     (select max(recorded_at) from platform_turnover));
  ms := greatest(floor(extract(epoch from newest) * 1000)::bigint + 1, (select last_value from counting_moments));
  perform setval('counting_moments', ms);
  return timestamptz 'epoch' + ms * interval '1 millisecond';
end $$;
