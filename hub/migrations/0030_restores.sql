-- Up Migration

-- What tells that a database was restored from a backup (docs/decisions/0030). One row.
create table restore_mark (
  one boolean primary key default true check (one),
  -- Which hub this is among those that share a Stripe account: drawn once.
  installation text not null default replace(gen_random_uuid()::text, '-', ''),
  -- What ERPNext and we both hold, `number@time#random`; and the one it is about to hold. Either may stand there, never another.
  mark text,
  next text,
  met_at timestamptz,
  -- Which PostgreSQL, timeline and database this was written in.
  place text,
  -- Orders in ERPNext that a person has accepted as not ours.
  accepted_orders text[] not null default '{}',
  -- Why nothing is worked on until somebody has reconciled.
  held_since timestamptz,
  held_side text check (held_side in ('postgresql', 'erpnext', 'both')),
  held_reason text,
  -- The moments that each database was last known to be at.
  hub_point timestamptz,
  erpnext_point timestamptz,
  check ((held_since is null) = (held_side is null))
);
insert into restore_mark default values;

-- Each time that hub, ERPNext and Stripe were compared and mended.
create table reconcile_run (
  id bigint generated always as identity primary key,
  began_at timestamptz not null,
  ended_at timestamptz not null default now(),
  side text,
  accepted boolean not null,
  lifted boolean not null,
  -- What was mended, held back, or left to a person: [{ kind, subject, outcome, … }], without personal data.
  findings jsonb not null
);
