-- How often a process ended while it worked on the import and made no progress; at two the import is set aside.
alter table imports add column deaths integer not null default 0;
