-- Every change of a declaration writes all its indexes anew, the one over parts of its numbers most dearly of all. The
-- numbers stand beside it now, written when one of them changes: at intake, by a correction, once when customs gives its own.
create table declaration_numbers (
  declaration_id uuid primary key references declarations,
  tenant_id uuid not null references tenants,
  -- In capitals, one a line: to be found by any part without regard to case.
  numbers text not null
);
insert into declaration_numbers (declaration_id, tenant_id, numbers) select id, tenant_id, numbers from declarations;
drop index declarations_numbers;
alter table declarations drop column numbers;

create function declaration_numbers_inserted() returns trigger language plpgsql as $$
begin
  insert into declaration_numbers (declaration_id, tenant_id, numbers)
  select n.id, n.tenant_id, upper(concat_ws(chr(10), n.order_no, n.cop_no, n.invt_no, n.pre_no, n.logistics_no, n.pay_no, n.bill_no))
    from changed n;
  return null;
end $$;
create trigger declaration_numbers_inserted after insert on declarations
  referencing new table as changed for each statement execute function declaration_numbers_inserted();

create function declaration_numbers_changed() returns trigger language plpgsql as $$
begin
  update declaration_numbers
     set numbers = upper(concat_ws(chr(10), new.order_no, new.cop_no, new.invt_no, new.pre_no, new.logistics_no, new.pay_no, new.bill_no))
   where declaration_id = new.id;
  return null;
end $$;
create trigger declaration_numbers_changed after update on declarations for each row
  when ((old.order_no, old.cop_no, old.invt_no, old.pre_no, old.logistics_no, old.pay_no, old.bill_no)
    is distinct from (new.order_no, new.cop_no, new.invt_no, new.pre_no, new.logistics_no, new.pay_no, new.bill_no))
  execute function declaration_numbers_changed();

create index declaration_numbers_any on declaration_numbers using gin (numbers gin_trgm_ops);

-- Nothing asks by these: numbers are found by any part, and a code also by the documents that bear it.
drop index declarations_cop_no;
drop index declarations_pre_no;
drop index declarations_status;
drop index declarations_info_code;
