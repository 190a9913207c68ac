-- Up Migration

-- What happened, as it is told to live streams. A row is written in the transaction of what it tells about, without an id: ids given by
-- the writers would become visible out of order, and a stream that replays would skip some. One sequencer gives contiguous ids afterwards.
create table event_log (
  -- What is told once, whoever tells it again: 'order.created:{order}'.
  key text primary key,
  arrival bigint generated always as identity,
  -- null until the sequencer has come by.
  id bigint unique,
  kind text not null,
  doctype text not null,
  name text not null,
  -- ERPNext users who are told besides dispatchers and agents: the technicians whose own it is.
  audience text[] not null default '{}',
  at timestamptz not null default now()
);
create index event_log_waiting on event_log (arrival) where id is null;

-- The last id given. One row.
create table event_sequence (
  one boolean primary key default true check (one),
  last bigint not null default 0
);
insert into event_sequence default values;

-- Other people's events that were taken in, by the sender's own id: Stripe repeats its own for three days.
create table webhook_seen (
  source text not null,
  id text not null,
  seen_at timestamptz not null default now(),
  primary key (source, id)
);
create index webhook_seen_age on webhook_seen (seen_at);

-- Documents said to have changed, by a webhook or by the search, until they were fetched again. `hints` counts, so that what is said while
-- the document is being fetched is not lost.
create table document_hint (
  doctype text not null,
  name text not null,
  hints integer not null default 1,
  hinted_at timestamptz not null default now(),
  primary key (doctype, name)
);

-- The last version of each ERPNext document the hub has reacted to. `modified` is the site's local time and goes back an hour in autumn:
-- it tells versions apart and never orders them.
create table document_seen (
  doctype text not null,
  name text not null,
  modified text not null,
  deleted boolean not null default false,
  -- Whether every handler was done with this version.
  handled boolean not null default false,
  -- The users whose own it was then; they are told too when it is taken from them.
  audience text[] not null default '{}',
  seen_at timestamptz not null default now(),
  primary key (doctype, name)
);

-- How far the search for changes that no webhook told about has come, by DocType.
create table document_watermark (
  doctype text primary key,
  -- The newest `modified` met; null until the first search.
  modified text,
  searched_at timestamptz
);

-- A wish left on the website, until ERPNext holds it as a Lead. The words are encrypted (context lead:{id}) and emptied afterwards.
create table lead_intake (
  id uuid primary key,
  -- Keyed hash of person, address and wish: the same wish sent twice is one.
  wish_hash text not null unique,
  state text not null default 'received' check (state in ('received', 'created', 'extended', 'needs_attention')),
  request text,
  -- The n of the unit of work's key lead:{id}#n, and its frozen steps, encrypted (context lead:{id}).
  attempt integer not null default 1 check (attempt >= 1),
  steps text,
  lead text,
  attention_reason text,
  created_at timestamptz not null default now(),
  settled_at timestamptz
);
create index lead_intake_unsettled on lead_intake (created_at) where state = 'received';

-- When an address (as a keyed hash) last did what it may do only so many times, for limits that hold across hubs.
create table rate_limit (
  limiter text not null,
  address_hash text not null,
  hits timestamptz[] not null,
  primary key (limiter, address_hash)
);
