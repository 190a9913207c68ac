-- Up Migration

-- The one charge of a saved card that an invoice may have.
create table invoice_charge (
  invoice text primary key,
  order_id text not null references order_intake (id),
  job text not null,
  -- held: until a person or an event lets it go on. confirming: the order's payment pages are closed, the card is being asked.
  state text not null default 'waiting' check (state in ('waiting', 'held', 'confirming', 'charged', 'declined', 'not_charged')),
  -- Why it is held, was declined or is not made.
  reason text,
  -- Who let it go on without a signature, by their ERPNext user.
  released_by text,
  -- Stored before it is confirmed, so that a retry confirms the same one.
  payment_intent text unique,
  amount_cents integer,
  -- The refusal that was told last; another one is news.
  told_decline text,
  -- null: something has changed since it was held.
  looked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index invoice_charge_unsettled on invoice_charge (created_at) where state in ('waiting', 'held', 'confirming');
create index invoice_charge_order on invoice_charge (order_id);

-- A payment is recorded the same way whether a page of Stripe's took it or a saved card was charged for an invoice.
alter table link_payment alter column session drop not null;
alter table link_payment add column invoice text;

-- Money given back by Stripe, until and after ERPNext has its Payment Entry.
create table stripe_refund (
  refund text primary key,
  payment_intent text not null,
  amount_cents integer not null check (amount_cents > 0),
  payment_entry text,
  attention_reason text,
  created_at timestamptz not null default now()
);
create index stripe_refund_unrecorded on stripe_refund (payment_intent) where payment_entry is null and attention_reason is null;
