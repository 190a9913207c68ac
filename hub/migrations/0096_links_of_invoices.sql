-- Up Migration

-- A link pays all that an order owes, or the one invoice that no order made.
alter table payment_link
  alter column order_id drop not null,
  add column invoice text unique,
  add constraint payment_link_of_one check (num_nonnulls(order_id, invoice) = 1);
