-- expand
-- The key that a rotated one came from: whoever holds a key and the one it was rotated to is one and the same.
alter table api_keys add column rotated_from uuid references api_keys;

-- Who acted, whichever key of theirs it was: the actor text with the first key its own goes back to.
create function actor_line(actor text) returns text language sql stable as $$
  with recursive line as (
    select id, prefix, rotated_from from api_keys where actor like 'key:%' and prefix = substr(actor, 5)
    union
    select k.id, k.prefix, k.rotated_from from api_keys k join line l on k.id = l.rotated_from
  )
  select coalesce((select 'key:' || prefix from line where rotated_from is null limit 1), actor)
$$;
