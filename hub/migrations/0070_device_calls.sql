-- Up Migration

-- Devices to be called, by their serial, because what they are to be told has changed. The job that calls one sets `called_at`.
create table device_call (
  serial text primary key,
  -- Rises with each wish: a call that ends after a newer wish has not answered it.
  wishes bigint not null default 1,
  wished_at timestamptz not null default now(),
  attempts int not null default 0,
  called_at timestamptz,
  -- What came of the last call: `done`, `current` (it had taken it already), `heard` (it spoke by itself), or why it was given up.
  outcome text
);
create index device_call_waiting on device_call (wished_at) where called_at is null;

-- What staff had a device do: who, when, and what came of it.
create table device_action (
  id bigint generated always as identity primary key,
  serial text not null,
  equipment text,
  action text not null,
  asked_by text not null,
  asked_at timestamptz not null default now(),
  -- null: asked, and the answer never came.
  outcome text,
  reason text
);
create index device_action_by_serial on device_action (serial, id desc);
