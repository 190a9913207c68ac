-- Up Migration

-- What support was asked to let in at an OLT: of each ONT the last request, and how it stands.
create table port_activation (
  equipment text primary key,
  location text not null,
  -- The visit it is for, and who is on it.
  job text not null,
  technician text,
  -- The Task that asks for it in ERPNext.
  task text not null,
  request jsonb not null,
  -- Counts the requests of this ONT: another serial, another port.
  number integer not null,
  state text not null default 'requested' check (state in ('requested', 'done')),
  requested_at timestamptz not null default now(),
  done_at timestamptz,
  -- Who says that it is done, by their ERPNext user.
  done_by text
);
create index port_activation_location on port_activation (location);
create index port_activation_task on port_activation (task);
create index port_activation_newest on port_activation (requested_at);
