-- Up Migration

-- Many devices of one OLT port that fell silent together, until they are back.
create table device_outage (
  id bigint generated always as identity primary key,
  olt_name text not null,
  frame integer not null,
  slot integer not null,
  port integer not null,
  began_at timestamptz not null default now(),
  ended_at timestamptz,
  -- What of it ERPNext holds: the Issue, with so many devices in its list, and that it is over.
  issue text,
  told integer not null default 0,
  closed boolean not null default false
);
create unique index device_outage_open on device_outage (olt_name, frame, slot, port) where ended_at is null;
create index device_outage_untold on device_outage (id) where not closed;

create table device_outage_member (
  outage bigint not null references device_outage on delete cascade,
  serial text not null,
  primary key (outage, serial)
);
create index fibre_by_serial on fibre (sn) where sn is not null;
