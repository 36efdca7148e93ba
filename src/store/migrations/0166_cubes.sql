-- Coarse sums of figures (docs/decisions/0028-coarse-sums.md): the questions that pages ask most, answered from some
-- thousand rows instead of every cell. Written by folding, from the same deltas as the rollups.
create table figure_cubes (
  cube text not null,
  -- What was recorded in this month (yyyy-MM) or on this day (yyyy-MM-dd), Asia/Shanghai: every batch is in a row of
  -- either grain; `destination`, nearly as fine as the cells, has no days.
  recorded text collate "C" not null,
  key uuid not null,
  -- Zero where a cube does not keep apart whose the figures are.
  tenant_id uuid not null,
  measure text not null,
  month char(7) not null,
  regime text not null,
  direction text not null,
  enterprise text not null,
  district text not null,
  park text not null,
  country text not null,
  port text not null,
  transport text not null,
  channel text not null,
  platform_code text not null,
  documents bigint not null,
  lines bigint not null,
  unrated bigint not null,
  cny numeric(24, 2) not null,
  usd numeric(24, 2) not null,
  primary key (cube, recorded, key)
);
create index figure_cubes_month on figure_cubes (cube, month, recorded);

-- Rows of every cube and grain that some deltas add up to. The columns a cube does not know are empty in it.
create function figure_cubes_of(batches bigint[]) returns setof figure_cubes language sql stable as $$
  with one as (
    select b.recorded_month, to_char(b.recorded_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as recorded_day,
           f.tenant_id, f.measure, f.month, f.regime, f.direction, f.enterprise, f.district, f.park, f.country, f.port,
           f.transport, f.channel, f.platform_code,
           sum(d.documents) as documents, sum(d.lines) as lines, sum(d.unrated) as unrated, sum(d.cny) as cny, sum(d.usd) as usd
      from counting_batches b join figure_deltas d on d.batch_id = b.id join figure_cells f on f.id = d.cell_id
     where b.id = any(batches)
     group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  ), rows as (
    select k.cube, one.recorded_month, one.recorded_day,
           case when k.cube = 'place' then '00000000-0000-0000-0000-000000000000'::uuid else one.tenant_id end as tenant_id,
           one.measure, one.month, one.regime, one.direction,
           case when k.cube = 'place' then '' else one.enterprise end as enterprise,
           case when k.cube = 'enterprise' then one.district else '' end as district,
           case when k.cube = 'enterprise' then one.park else '' end as park,
           case when k.cube = 'enterprise' then '' else one.country end as country,
           case when k.cube = 'place' then one.port else '' end as port,
           case when k.cube = 'place' then one.transport else '' end as transport,
           case when k.cube = 'place' then one.channel else '' end as channel,
           case when k.cube = 'place' then one.platform_code else '' end as platform_code,
           one.documents, one.lines, one.unrated, one.cny, one.usd
      from one cross join (values ('enterprise'), ('destination'), ('place')) as k (cube)
  )
  select r.cube, g.recorded,
         md5(concat_ws(chr(31), r.tenant_id, r.measure, r.month, r.regime, r.direction, r.enterprise, r.district, r.park, r.country,
                       r.port, r.transport, r.channel, r.platform_code))::uuid,
         r.tenant_id, r.measure, r.month, r.regime, r.direction, r.enterprise, r.district, r.park, r.country, r.port,
         r.transport, r.channel, r.platform_code,
         sum(r.documents)::bigint, sum(r.lines)::bigint, sum(r.unrated)::bigint, sum(r.cny)::numeric(24, 2), sum(r.usd)::numeric(24, 2)
    from rows r cross join lateral (values (r.recorded_month::text), (r.recorded_day)) as g (recorded)
   where length(g.recorded) = 7 or r.cube <> 'destination'
   group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
$$;

insert into figure_cubes select * from figure_cubes_of((select array_agg(id) from counting_batches where folded));
