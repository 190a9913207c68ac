-- Up Migration

-- What was asked for in one action, by the id that its page made: done once however often it is sent.
create table asked_call (
  id uuid primary key,
  kind text not null,
  -- Of the request, so that a repeat is told from another one.
  body_hash text not null,
  -- The request, encrypted (context call:{id}).
  body text not null,
  -- The ERPNext user who asked; null: the customer themselves.
  asked_by text,
  state text not null default 'received' check (state in ('received', 'done', 'refused')),
  -- The steps of its unit of work and what follows from them, frozen before they are sent and let go once ERPNext has refused them. Encrypted.
  decided text,
  -- How often ERPNext refused what was frozen.
  refusals integer not null default 0,
  -- Why it is refused for good; an Issue tells people.
  refusal text,
  -- What it made in ERPNext.
  documents jsonb not null default '{}',
  created_at timestamptz not null default now(),
  settled_at timestamptz
);
create index asked_call_unfinished on asked_call (created_at) where state = 'received';

-- The call that ends it: from there on nobody charges it, pays it or makes it live.
alter table order_intake add column cancellation uuid;

-- Money to be given back by Stripe. Its Payment Entry follows from Stripe's own word of the refund.
create table give_back (
  key text primary key,
  order_id text not null references order_intake (id),
  payment_intent text not null,
  amount_cents integer not null check (amount_cents > 0),
  -- The Sales Invoice that owes it to the customer.
  credit_note text,
  refund text unique,
  -- Why Stripe does not give it back; an Issue tells people.
  attention_reason text,
  created_at timestamptz not null default now()
);
create index give_back_unfinished on give_back (created_at) where refund is null and attention_reason is null;

-- Cards of people who have nothing with us any more, until Stripe has let go of them.
create table card_release (
  payment_method text primary key,
  created_at timestamptz not null default now(),
  released_at timestamptz
);
create index card_release_unfinished on card_release (created_at) where released_at is null;
