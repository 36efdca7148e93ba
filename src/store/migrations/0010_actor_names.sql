-- Who did something, for people: the actor text kept with it is `user:<id>`, `key:<prefix>` or `cli`.
create function actor_name(actor text) returns text language sql stable as $$
  select coalesce(
    case
      when actor like 'user:%' then (select name from users where id = substr(actor, 6)::uuid)
      when actor like 'key:%' then (select name from api_keys where prefix = substr(actor, 5) limit 1)
      when actor = 'cli' then '命令行 / command line'
    end,
    actor)
$$;
