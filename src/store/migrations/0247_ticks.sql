-- expand
-- The order in which things left and arrived here, whatever the clock says: each takes the next number. What was written down before
-- there were numbers has none and stands before all that have one, by its moment (src/store/ticks.ts).
create sequence ticks;
alter table attempts add column tick bigint;
alter table attempts alter column tick set default nextval('ticks');
alter table raw_receipts add column tick bigint;
alter table raw_receipts alter column tick set default nextval('ticks');
-- The number of the file that brought it first; a process of an older version leaves it to the default.
alter table receipts add column tick bigint;
alter table receipts alter column tick set default nextval('ticks');
-- When a person's tray was last looked through for what left meanwhile.
alter table tray add column looked_tick bigint;
