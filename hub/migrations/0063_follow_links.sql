-- Up Migration

-- A technician on the way to a visit, whom the customer follows by a link until they arrive; by the visit.
create table follow_link (
  job text primary key,
  token_hash text not null unique,
  technician text not null,
  -- What Traccar calls the technician's vehicle or phone.
  traccar_device text,
  arrives_at timestamptz,
  to_latitude double precision,
  to_longitude double precision,
  -- Rounded, and null once it is over.
  latitude double precision,
  longitude double precision,
  position_at timestamptz,
  ends_at timestamptz not null default now() + interval '4 hours',
  -- They have arrived, or do not come.
  ended_at timestamptz
);
create index follow_link_traccar on follow_link (traccar_device) where ended_at is null;
create index field_action_settled on field_action (settled_at);
