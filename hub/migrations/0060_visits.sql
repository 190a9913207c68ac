-- Up Migration

-- What technicians' phones sent, by the id the phone gave it: applied once however often it arrives.
create table field_action (
  id uuid primary key,
  username text not null,
  job text not null,
  kind text not null,
  sequence integer not null,
  -- Of the action itself, without what may differ from one try to the next.
  action_hash text not null,
  -- The action, encrypted (context field_action:{id}).
  action text not null,
  state text not null default 'received' check (state in ('received', 'applied', 'kept_for_dispatch')),
  -- The steps of the unit of work and who writes them, frozen before they are sent and let go once ERPNext has refused them. Encrypted.
  steps text,
  -- Why ERPNext last refused it, while it is not settled.
  refusal text,
  -- The Issue that tells dispatch, where it was kept for them.
  issue text,
  received_at timestamptz not null default now(),
  settled_at timestamptz
);
create index field_action_job on field_action (job, settled_at);

-- Photos of visits, piece by piece, until ERPNext holds them.
create table field_photo (
  id uuid primary key,
  action uuid not null references field_action (id),
  job text not null,
  caption text not null,
  type text not null,
  size integer not null,
  sha256 text not null,
  thumbnail text not null,
  received integer not null default 0,
  -- The File in ERPNext.
  file text,
  created_at timestamptz not null default now()
);
create index field_photo_job on field_photo (job);
create index field_photo_waiting on field_photo (created_at) where file is null;

create table field_photo_piece (
  photo uuid not null references field_photo (id) on delete cascade,
  starts_at integer not null,
  content bytea not null,
  primary key (photo, starts_at)
);
