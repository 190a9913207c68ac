-- Up Migration

-- Each night's comparison of Stripe's payments with ERPNext's books, and what it found.
create table stripe_night (
  day date primary key,
  findings jsonb not null,
  done_at timestamptz not null default now()
);
