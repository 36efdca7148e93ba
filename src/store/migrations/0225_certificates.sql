-- Certificates of origin (原产地证书). The application is a document with data of its own (documents.filing), whose
-- filing_id is the certificate; what stands here is what outlives its revisions.
create table certificates (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  -- 原产地证编号: the number its receipts name it by, and the certificate itself once it is issued.
  cert_no text not null unique,
  -- CertType.
  type text not null,
  -- CertStatus: 0 new, 1 amended, 2 re-issued.
  status text not null check (status in ('0', '1', '2')),
  -- Customs code of the destination.
  destination text not null,
  exporter_code text not null,
  -- The certificate it stands in for, and the first of that line.
  replaces uuid references certificates,
  root uuid not null references certificates,
  -- Put aside by a person; what was issued is taken back by the issuing authority only.
  cancelled_at timestamptz,
  cancelled_by text,
  cancelled_why text,
  created_by text not null,
  created_at timestamptz not null default now(),
  check ((replaces is null) = (root = id))
);
create index certificates_tenant on certificates (tenant_id, id desc);
create index certificates_root on certificates (root);
-- Of one certificate at most one application to replace it is under way.
create unique index certificates_replaces on certificates (replaces) where cancelled_at is null;

-- Which goods lines of which declarations it covers, in the unit of the declaration.
create table certificate_lines (
  certificate_id uuid not null references certificates,
  tenant_id uuid not null references tenants,
  -- GNo of the certificate.
  line int not null,
  declaration_id uuid not null references declarations,
  gnum text not null,
  qty numeric not null check (qty > 0),
  primary key (certificate_id, line)
);
create index certificate_lines_declaration on certificate_lines (declaration_id);

-- The last serial used for each type, year and organisation code.
create table certificate_serials (prefix text primary key, last int not null);
