-- A document that was given up says why, and a person may say that it need not go.
alter table documents add column failure text;
alter table documents add column discarded_at timestamptz;
create index documents_dead on documents (id) where delivery = 'dead';
