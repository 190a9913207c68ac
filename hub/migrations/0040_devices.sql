-- Up Migration

-- What each device last said of itself, by its serial in upper case.
create table device_session (
  serial text primary key,
  mac text,
  ip text,
  firmware text,
  -- Light received, in dBm.
  rx_power_dbm real,
  uptime_s bigint,
  oui text,
  product_class text,
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  last_boot timestamptz
);
