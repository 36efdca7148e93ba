-- Goods lines of a declaration, each with an identity that corrections keep: figures, stock, tracing and returns refer
-- to a line by its id. `gnum` is the number the line bears now (in the order and in the list); a line that a correction
-- took out keeps its row, without a number and with the moment it went.
create table declaration_lines (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references declarations,
  gnum integer,
  -- The number it had in the order as it came; empty for a line that a correction added.
  first_gnum integer,
  item_no text,
  item_name text,
  gcode text not null,
  gname text,
  bar_code text,
  qty numeric not null,
  unit text,
  qty1 numeric,
  unit1 text,
  qty2 numeric,
  unit2 text,
  -- Total of the line in its currency, as declared.
  amount numeric not null,
  currency text not null,
  -- Destination of the line.
  country text,
  origin_country text,
  removed_at timestamptz,
  unique (declaration_id, gnum),
  check ((gnum is null) = (removed_at is not null))
);

-- The ids of an order revision's lines, in the order of its body; those of revision 1 have `first_gnum`.
alter table order_revisions add column line_ids uuid[] not null default '{}';

create function pg_temp.decimal_or_null(value text) returns numeric language sql immutable as
  $$ select case when value ~ '^-?\d+(\.\d+)?$' then value::numeric end $$;

-- Which line of an earlier correction became which is not known for rows of today: lines keep their place.
with newest as (
  select c.id, c.tenant_id, c.created_at, o.body as first_body, coalesce(r.body, o.body) as body, r.changed_at
    from declarations c join orders o on o.id = c.id
    left join lateral (
      select body, changed_at from order_revisions where order_id = c.id order by revision desc limit 1) r on true
), bodies as (
  select id, body, true as is_newest from newest
  union all select id, first_body, false from newest where changed_at is not null
  union all select r.order_id, r.body, false from order_revisions r
), lines as (
  -- The newest body that has a line of this number: the order as it stands, else the last one before the line went.
  select distinct on (b.id, l.n) b.id, l.n, l.line, b.body, b.is_newest
    from bodies b cross join jsonb_array_elements(b.body -> 'lines') with ordinality as l (line, n)
   order by b.id, l.n, b.is_newest desc
)
insert into declaration_lines (tenant_id, declaration_id, gnum, first_gnum, item_no, item_name, gcode, gname, bar_code, qty, unit,
  qty1, unit1, qty2, unit2, amount, currency, country, origin_country, removed_at)
select c.tenant_id, c.id, case when l.is_newest then l.n end,
       case when l.n <= jsonb_array_length(c.first_body -> 'lines') then l.n end,
       line ->> 'itemNo', line ->> 'itemName', coalesce(line ->> 'gcode', ''), line ->> 'gname', line ->> 'barCode',
       coalesce(pg_temp.decimal_or_null(line ->> 'qty'), 0), line ->> 'unit',
       pg_temp.decimal_or_null(line ->> 'qty1'), line ->> 'unit1', pg_temp.decimal_or_null(line ->> 'qty2'), line ->> 'unit2',
       coalesce(pg_temp.decimal_or_null(line ->> 'totalPrice'), 0), coalesce(line ->> 'currency', l.body ->> 'currency', ''),
       coalesce(line ->> 'country', l.body -> 'list' ->> 'country'), line ->> 'originCountry',
       case when not l.is_newest then coalesce(c.changed_at, c.created_at) end
  from lines l join newest c using (id);

update order_revisions r set line_ids = coalesce((
  select array_agg(d.id order by l.n)
    from jsonb_array_elements(r.body -> 'lines') with ordinality as l (line, n)
    join declaration_lines d on d.declaration_id = r.order_id and coalesce(d.gnum, d.first_gnum) = l.n), '{}');
