-- Up Migration

-- An installation that was completed, until its service is live and afterwards.
create table activation (
  order_id text primary key references order_intake (id),
  job text not null unique,
  location text,
  state text not null default 'waiting' check (state in ('waiting', 'live')),
  -- Who completed the visit, by their ERPNext user; and when, by the hub's clock.
  completed_by text,
  completed_at timestamptz not null default now(),
  -- What the ONT of the place is called, and the light below which it proves nothing, as ERPNext said when it was last asked.
  serials text[] not null default '{}',
  critical_dbm real,
  -- null: something has changed since ERPNext was asked.
  looked_at timestamptz,
  -- The steps of the unit of work, built once. Encrypted (context activation:{order}).
  steps text,
  proof text check (proof in ('inform', 'override')),
  -- The ONT that gets the port.
  port_serial text,
  activated_on date,
  -- How often ERPNext refused what was frozen.
  refusals integer not null default 0,
  -- Why a person has to look at it; an Issue tells them.
  attention_reason text,
  -- The Issue that says that no proof came in time.
  unproven_issue text,
  port text not null default 'reserved' check (port in ('reserved', 'occupied', 'mismatch')),
  live_at timestamptz
);
create index activation_waiting on activation (completed_at) where state = 'waiting';
create index activation_serials on activation using gin (serials);
create index activation_location on activation (location);
