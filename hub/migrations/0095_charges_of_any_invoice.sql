-- Up Migration

-- An invoice that no order made is charged to the card on file, and what the card paid is entered, all the same.
alter table invoice_charge alter column order_id drop not null;
alter table link_payment alter column order_id drop not null;
