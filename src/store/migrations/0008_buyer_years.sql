-- What a buyer bought in a year, for the yearly limit of retail import. The buyer is a keyed hash of the identity
-- number, so that the number stands nowhere but in the order.
create table buyer_purchases (
  tenant_id uuid not null references tenants,
  declaration_id uuid primary key references declarations,
  buyer bytea not null,
  year char(4) not null,
  cny numeric(24, 2) not null
);
create index buyer_purchases_buyer on buyer_purchases (tenant_id, buyer, year);

insert into switches (tenant_id, name, value, changed_by)
values ('00000000-0000-7000-8000-000000000001', 'buyer-hash-key', gen_random_uuid()::text, 'migration');
