-- Up Migration

-- What a customer was told of their visit's date, by the visit. Times as the company's clock writes them, `2026-04-07 09:30`.
create table visit_notice (
  job text primary key,
  -- The start they know of; null while they know of none, or know that there is none any more.
  told_start text,
  told_at timestamptz,
  -- When what stands then is told; null while nothing waits to be told.
  due_at timestamptz,
  -- The start of which they were reminded.
  reminded_start text,
  -- Counts what was told, for a key of its own.
  notices integer not null default 0,
  -- Where they were told by SMS, so that an answer finds its visit.
  number_hash text,
  -- Who moved it last on the board.
  moved_by text,
  moved_by_name text,
  updated_at timestamptz not null default now()
);
create index visit_notice_due on visit_notice (due_at) where due_at is not null;
create index visit_notice_number on visit_notice (number_hash, told_start desc) where number_hash is not null;

-- A visit that a dispatcher drags at this moment.
create table board_hold (
  job text primary key,
  username text not null,
  full_name text not null,
  until timestamptz not null
);
