-- Up Migration

-- What was last read of ERPNext's slow truths (prices; technicians, holidays and visits), so that the hub sells while ERPNext is away.
-- Never the source: every row can be read again.
create table erpnext_snapshot (
  name text primary key,
  body jsonb not null,
  -- SHA-256 of the body, so that whoever holds a copy knows whether it is the last.
  hash text not null,
  -- Rises with each write: a reader that began earlier does not overwrite a later one.
  version bigint not null default 1,
  taken_at timestamptz not null default now()
);
