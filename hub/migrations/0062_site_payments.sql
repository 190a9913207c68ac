-- Up Migration

-- Money that a technician received on site, by the action that says so. It stands in ERPNext as a draft, or an Issue says why it does not.
create table site_payment (
  action uuid primary key references field_action (id) on delete cascade,
  order_id text,
  amount_cents integer not null check (amount_cents > 0),
  payment_entry text,
  issue text,
  created_at timestamptz not null default now()
);
create index site_payment_unentered on site_payment (order_id) where payment_entry is null;
