-- Up Migration

alter table device_session
  -- The Service Equipment it is; null while nothing of that name is known.
  add column equipment text,
  add column online boolean not null default false,
  -- What ERPNext is told of has changed so often, and it was told up to here.
  add column changes bigint not null default 0,
  add column told bigint not null default 0,
  -- What it has taken, by the hash of what it was told.
  add column provisioned_hash text,
  add column provisioned_at timestamptz,
  -- The Issue that says that nobody knows it, until it is closed.
  add column unknown_issue text;
create index device_session_by_equipment on device_session (equipment);
create index device_session_untold on device_session (serial) where changes > told;
create index device_session_online on device_session (last_seen) where online;
create index device_session_unknown on device_session (first_seen) where equipment is null;

-- Optical signal and uptime, for 90 days.
create table device_sample (
  serial text not null,
  at timestamptz not null default now(),
  rx_power_dbm real,
  uptime_s bigint,
  primary key (serial, at)
);
create index device_sample_by_age on device_sample using brin (at);
