-- A number that customs knows something by (waybill, payment, list number of the enterprise) belongs to one declaration of
-- its tenant at a time; see mappings/numbers. One payment may cover several orders: each has a slot of its own.
create table number_claims (
  tenant_id uuid not null references tenants,
  declaration_id uuid not null references orders,
  kind text not null,
  -- Values of the number's paths joined by `|`: carrier and waybill number, payment company and transaction number …
  number text not null,
  slot smallint not null default 0,
  -- The document that carries the number; empty where the regime has none.
  message_type text,
  since timestamptz not null default now(),
  released_at timestamptz,
  released_why text check (released_why in ('deleted', 'withdrawn', 'refused', 'corrected', 'expired')),
  check ((released_at is null) = (released_why is null))
);

insert into number_claims (tenant_id, declaration_id, kind, number, message_type, since, released_at, released_why)
select tenant_id, id, kind, number, message_type, created_at, case when why is not null then now() end, why
  from (
    select c.tenant_id, c.id, n.kind, n.number, c.created_at, t.message_type,
           case when c.withdrawn_at is not null then 'withdrawn'
                when c.verdict in ('refused', 'failed', 'sent-back') then 'refused'
                when n.kind = 'waybill' and c.created_at < now() - interval '6 months' then 'expired'
                -- Taken twice at the same moment by mistake: the first has it.
                when row_number() over (partition by n.kind, n.number, c.tenant_id,
                       c.withdrawn_at is null and c.verdict not in ('refused', 'failed', 'sent-back')
                         and (n.kind <> 'waybill' or c.created_at >= now() - interval '6 months')
                       order by c.created_at, c.id) > 1 then 'corrected' end as why
      from declarations c join orders o on o.id = c.id
      left join lateral (select body from order_revisions where order_id = c.id order by revision desc limit 1) r on true
      cross join lateral (values
        ('waybill', c.logistics_code || '|' || c.logistics_no, array['CEB505Message', 'CEB511Message']),
        ('payment', c.pay_code || '|' || c.pay_no, array['CEB403Message', 'CEB411Message']),
        ('list', (coalesce(r.body, o.body) -> 'declarant' ->> 'code') || '|' || (coalesce(r.body, o.body) -> 'list' ->> 'copNo'),
          array['CEB603Message', 'CEB621Message'])) as n (kind, number, types)
      left join lateral (
        select message_type from documents d
         where d.declaration_id = c.id and d.current and d.filing is null and d.message_type = any(n.types) limit 1) t on true
     where n.number is not null) as claims;

create unique index number_claims_in_force on number_claims (kind, number, tenant_id, slot) where released_at is null;
create index number_claims_declaration on number_claims (declaration_id);
drop index declarations_waybill;
drop index declarations_payment;
