-- Up Migration

alter table outbox
  -- The Customer it goes to; null where it follows from an order, whose documents say so, or goes to nobody.
  add column customer text,
  -- The member of staff who wrote it.
  add column written_by text,
  -- What the provider said became of it; null while it said nothing.
  add column delivery text check (delivery in ('delivered', 'failed')),
  add column delivery_error text,
  -- `refused`: whom it goes to has asked for no more.
  drop constraint outbox_state_check,
  add constraint outbox_state_check check (state in ('waiting', 'sending', 'done', 'dead', 'expired', 'skipped', 'refused'));
create index outbox_customer on outbox (customer, created_at desc) where customer is not null;
create index order_intake_customer on order_intake ((documents ->> 'customer'));

-- SMS that came in, each once by Twilio's own id, until ERPNext holds it beside its Customer. Numbers only as keyed hashes.
create table inbound_message (
  sid text primary key,
  -- From whom, and what. Encrypted (context inbound:{sid}).
  payload text not null,
  number_hash text not null,
  wish text check (wish in ('stop', 'start')),
  -- `unknown`: nobody has that number in ERPNext; a person may say whose it is.
  state text not null default 'received' check (state in ('received', 'kept', 'unknown')),
  customer text,
  communication text,
  received_at timestamptz not null default now()
);
create index inbound_message_waiting on inbound_message (received_at) where state = 'received';
create index inbound_message_unknown on inbound_message (received_at desc) where state = 'unknown';

-- Numbers to which no SMS leaves any more.
create table sms_stop (
  number_hash text primary key,
  stopped_at timestamptz not null default now()
);
