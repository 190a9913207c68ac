-- Up Migration

-- An SMS that came in waits until somebody has answered it or set it aside, unless it asks for no more SMS, or is a yes to a visit (`confirms`).
alter table inbound_message
  add column handled text check (handled in ('answered', 'set_aside', 'confirms')),
  -- A user of ERPNext.
  add column handled_by text,
  add column handled_at timestamptz;
-- What a customer wrote before was in the feed, and is nobody's work any more; of a number nobody knows it still is.
update inbound_message set handled = 'set_aside', handled_at = now() where state = 'kept';
create index inbound_message_unanswered on inbound_message (received_at) where handled_at is null and wish is null;
create index inbound_message_number on inbound_message (number_hash, received_at desc);

alter table outbox
  -- Of an SMS, the number it goes to, as a keyed hash; null for those from before.
  add column number_hash text,
  -- The provider's id of what did not arrive, once it was sent again: nothing said of that one counts any more.
  add column failed_ref text,
  -- One that did not arrive waits for a person until somebody lets it be.
  add column let_be_by text,
  add column let_be_at timestamptz;
update outbox set let_be_at = now() where delivery = 'failed' or state = 'refused';
create index outbox_number on outbox (number_hash, created_at desc) where number_hash is not null;
create index outbox_undelivered on outbox (created_at) where kind = 'sms' and let_be_at is null and (delivery = 'failed' or state = 'refused');
