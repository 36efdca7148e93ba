-- One row that /health/ready writes: a gateway whose disk is full cannot take anything in and is not ready.
create table readiness (
  id boolean primary key default true check (id),
  at timestamptz not null
);
