-- Up Migration

-- The devices of ERPNext, by Service Equipment.
create table device (
  equipment text primary key,
  place text,
  -- Of what provisioning depends on in the document: what the hub itself notes there leaves it alone.
  fingerprint text not null
);
create index device_by_place on device (place);

-- What devices call themselves: serial number and GPON serial (rank 1), MAC address (rank 2).
create table device_identity (
  identity text not null,
  equipment text not null references device on delete cascade,
  rank smallint not null,
  primary key (identity, equipment)
);
create index device_identity_by_equipment on device_identity (equipment);

-- What all equipment of a place holds, passwords too. Encrypted (context device_place:{place}); null: to be read again.
create table device_place (
  place text primary key,
  facts text,
  -- Rises with every drop: what was read before one is not kept after it.
  drops bigint not null default 0,
  read_at timestamptz
);
create index device_place_dropped on device_place (place) where facts is null;

-- How far the first reading of all devices has come.
create table device_scan (
  one boolean primary key default true check (one),
  after text not null,
  done_at timestamptz
);
