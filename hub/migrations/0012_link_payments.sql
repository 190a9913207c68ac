-- Up Migration

-- Payments made through an order's payment link, until and after ERPNext has their Payment Entry.
create table link_payment (
  payment_intent text primary key,
  session text not null unique,
  order_id text not null references order_intake (id),
  amount_cents integer not null check (amount_cents > 0),
  -- The Payment Entry's name, once it stands.
  payment_entry text,
  -- Why ERPNext refused it; an Issue tells ops.
  attention_reason text,
  created_at timestamptz not null default now()
);
create index link_payment_unrecorded on link_payment (created_at) where payment_entry is null and attention_reason is null;
